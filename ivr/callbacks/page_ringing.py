"""Rings supervisors for a page, one after the other. Each ring is written down before the provider is asked for it.

A worker that dies in between leaves a ring whose time runs out: then whatever may ring is hung up, and the next
supervisor's phone rings. So no two are rung for one page at the same moment, and no page waits for a word that is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, and_, delete, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.own_legs import hang_up, leg_of, of_nobody
from ivr.callbacks.paging import CRISIS_PAGE, Pages, is_about_something
from ivr.callbacks.ringing import LONGEST_PAUSE, Addressed
from ivr.callbacks.supervisors import Supervisor
from ivr.people.tables import people
from ivr.store.callback_tables import pages
from ivr.store.engine import reading
from ivr.store.tables import lines
from ivr.telephony.contract import (
    AnswerLost,
    CredentialsRefused,
    Network,
    NotAllowedThere,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)
from ivr.vault.errors import CiphertextDamaged, NumberShredded, VaultOutOfReach
from ivr.vault.vault import Vault

MOST_AT_ONCE = 50
NOT_RUNG = (
    NumberShredded,
    CiphertextDamaged,
    VaultOutOfReach,
    SQLAlchemyError,
    NumberRefused,
    NotAllowedThere,
    ProviderBusy,
    ProviderOutOfReach,
    CredentialsRefused,
    RequestRefused,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PageRinging:
    """What a worker rings supervisors with."""

    database: Engine
    vault: Vault
    pages: Pages
    networks: Callable[[str], Network | None]
    addressed: Callable[[str, str], Addressed]
    """The addresses of a supervisor's leg, by provider and what it is of."""
    reserve: Callable[[Connection, str, float], float | None]
    """When the provider may be asked for a call; None when that is too far ahead."""
    clock: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep

    def run(self, now: float) -> dict[str, int]:
        """One pass: how many phones were asked to ring, how many rings were ended, how many pages are over."""
        ended = sum(self._end_ring(row, now) for row in self._rings_to_end(now))
        with self.database.begin() as connection:
            done = and_(pages.c.ringing == "", ~is_about_something())
            over = connection.execute(delete(pages).where(done)).rowcount
        self.pages.reopen(now)
        rung = sum(self._ring(page_id) for page_id in self._due(now))
        return {"rung": rung, "ended": ended, "over": over}

    def _due(self, now: float) -> list[str]:
        wanted = (
            select(pages.c.id)
            .where(pages.c.accepted_by == "", pages.c.ringing == "", pages.c.next_at <= now)
            .where(is_about_something(now_waiting=True))
            .order_by(pages.c.next_at, pages.c.opened_at)
            .limit(MOST_AT_ONCE)
        )
        with reading(self.database) as connection:
            return list(connection.execute(wanted).scalars())

    def _rings_to_end(self, now: float) -> list[Row[Any]]:
        """Rings whose time is over, and those of supervisors who needn't be looked for any more. Whoever has
        accepted on the web while their own phone rings picks it up, and is put through."""
        open_to_them = or_(
            pages.c.accepted_by == "",
            and_(pages.c.kind == CRISIS_PAGE, pages.c.accepted_by == pages.c.ringing),
        )
        looked_for = and_(open_to_them, is_about_something(now_waiting=True))
        wanted = (
            select(pages, lines.c.provider, lines.c.number.label("line_number"))
            .join(lines, lines.c.id == pages.c.line_id)
            .where(pages.c.ringing != "", or_(pages.c.next_at <= now, ~looked_for))
            .limit(MOST_AT_ONCE)
        )
        with reading(self.database) as connection:
            return list(connection.execute(wanted).all())

    def _ring(self, page_id: str) -> int:
        begun = self._begin(page_id)
        if begun is None:
            return 0
        line, supervisor, at = begun
        self.sleep(min(max(at - self.clock(), 0.0), LONGEST_PAUSE))
        addressed = self.addressed(line.provider, leg_of(page_id, supervisor.person_id))
        try:
            network = self.networks(line.provider)
            if network is None:
                raise ProviderOutOfReach(line.provider)
            with reading(self.database) as connection:
                number = self.vault.open(connection, supervisor.number_id, self.clock())
            leg = network.place_call(
                number,
                line.number,
                addressed.voice,
                addressed.status,
                self.pages.rules.ring,
                addressed.fallback,
            )
        except AnswerLost:
            # The phone may be ringing: it is waited for as if it were.
            log.warning("page_in_doubt")
            return 1
        except NOT_RUNG as error:
            log.error("supervisor_not_rung", error=type(error).__name__)
            self.pages.ring_is_over(page_id, supervisor.person_id, "", self.clock())
            return 0
        self.pages.leg_known(page_id, supervisor.person_id, leg)
        return 1

    def _begin(self, page_id: str) -> tuple[Row[Any], Supervisor, float] | None:
        """Writes down who is rung next."""
        now, rules = self.clock(), self.pages.rules
        free = pages.c.accepted_by == "", pages.c.ringing == "", pages.c.next_at <= now
        with self.database.begin() as connection:
            page = connection.execute(
                select(pages).where(pages.c.id == page_id, *free).with_for_update()
            ).first()
            if page is None or self._next(connection, page, now) is None:
                return None
            of_page = select(lines.c.provider, lines.c.number).where(lines.c.id == page.line_id)
            line: Any = connection.execute(of_page).first()
            at = self.reserve(connection, line.provider, now) if line is not None else None
            # Looked for once more: the provider's pace is where workers wait for one another.
            found = self._next(connection, page, now)
            if line is None or at is None or found is None:
                return None
            supervisor, tries = found
            ringing = {
                "ringing": supervisor.person_id,
                "leg": "",
                "tries": tries,
                "next_at": max(now, at) + rules.longest_ring,
            }
            connection.execute(update(pages).where(pages.c.id == page_id).values(ringing))
        return line, supervisor, at

    def _next(self, connection: Connection, page: Row[Any], now: float) -> tuple[Supervisor, int] | None:
        """The next supervisor in turn whose phone doesn't ring for another page, and how far the round is then: pages
        that are open at once spread over all phones, and none is asked for twice in the same moment."""
        everybody = self.pages.supervisors(connection, now)
        rings = set(connection.execute(select(pages.c.ringing).where(pages.c.ringing != "")).scalars())
        for tries in range(page.tries, page.tries + len(everybody)):
            supervisor = everybody[tries % len(everybody)]
            if supervisor.person_id not in rings:
                return supervisor, tries + 1
        return None

    def _end_ring(self, row: Row[Any], now: float) -> int:
        """Hangs up whatever may ring; where that can't be done now, the next pass tries again."""
        network = self.networks(row.provider)
        if network is not None:
            legs = [row.leg] if row.leg else self._in_doubt(network, row, now)
            if legs is None or not all(hang_up(network, leg) for leg in legs):
                return 0
        self.pages.ring_is_over(row.id, row.ringing, row.leg, now)
        return 1

    def _in_doubt(self, network: Network, row: Row[Any], now: float) -> list[str] | None:
        """The calls that may have been placed for a ring whose answer was lost; None where that can't be asked now."""
        asked_at = row.next_at - self.pages.rules.longest_ring
        try:
            with reading(self.database) as connection:
                entry = select(people.c.number_id).where(people.c.id == row.ringing)
                number_id = connection.execute(entry).scalar()
                if number_id is None:
                    return []
                number = self.vault.open(connection, number_id, now)
        except (NumberShredded, CiphertextDamaged, VaultOutOfReach) as error:
            log.error("page_in_doubt", error=type(error).__name__)
            return []
        try:
            found = network.placed(number, row.line_number, asked_at - 1.0)
        except (ProviderBusy, ProviderOutOfReach, CredentialsRefused) as error:
            log.warning("page_in_doubt", error=type(error).__name__)
            return None
        except RequestRefused as error:
            log.error("page_in_doubt", error=type(error).__name__)
            return []
        with reading(self.database) as connection:
            return of_nobody(connection, found)
