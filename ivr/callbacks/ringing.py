"""Rings the helper of an attempt. Written down before the provider is asked: whoever dies in between can find out.

The caller is rung by the helper's own leg, when the helper has pressed the key; never from here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks import machine
from ivr.callbacks.book import Book
from ivr.callbacks.machine import State
from ivr.callbacks.own_legs import hang_up, of_nobody
from ivr.callbacks.ports import HelperClaims, Hurry
from ivr.people.tables import people
from ivr.store.callback_tables import attempts, callbacks
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
from ivr.vault.number import PhoneNumber
from ivr.vault.vault import Vault

RING_SECONDS = 25
"""How long a helper's phone rings: within the time of an offer, and short of most mailboxes."""
PAUSE_AFTER_TROUBLE, PAUSE_AFTER_REFUSAL = 30.0, 300.0
"""What passes by itself, and what somebody has to see to: a closed account, a wrong token, a line of no provider."""
REST_AFTER_REFUSAL = 3600.0
"""A number that the provider never rings isn't tried with each callback again."""
DOUBTFUL_AFTER = 20.0
"""A request is over after so long, whatever became of it: then one may look whether the call exists."""
LONGEST_PAUSE = 10.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a leg asks what to say, and where its endings are told."""

    voice: str
    status: str
    fallback: str = ""
    """Asked where `voice` doesn't answer."""


class NotThisTime(Exception):
    """The helper isn't rung now. Either the helper's number is the trouble: it isn't tried for `rest` seconds, and the
    callback goes to another helper. Or it isn't: the callback waits for `pause` seconds, and others come first."""

    def __init__(self, *, rest: float = 0.0, pause: float = 0.0) -> None:
        super().__init__(rest, pause)
        self.rest = rest
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Ringing:
    """What a worker rings helpers with."""

    database: Engine
    vault: Vault
    book: Book
    helpers: HelperClaims
    networks: Callable[[str], Network | None]
    addressed: Callable[[str, str], Addressed]
    """The addresses of a helper's leg, by provider and attempt."""
    reserve: Callable[[Connection, str, float], float | None]
    """When the provider may be asked for a call; None when that is too far ahead."""
    hurry: Hurry
    clock: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep

    def ring(self, attempt_id: str) -> str:
        """Rings the helper of an attempt that is to be rung; what came of it, in a word for the log."""
        begun = self._begin(attempt_id)
        if begun is None:
            return "not now"
        row, at = begun
        self.sleep(min(max(at - self.clock(), 0.0), LONGEST_PAUSE))
        network = self.networks(row.provider)
        try:
            if network is None:
                raise NotThisTime(pause=PAUSE_AFTER_REFUSAL)
            leg = self._place(network, row, self._number(row))
        except AnswerLost:
            # The phone may be ringing: `look_again` finds out.
            return "in doubt"
        except NotThisTime as error:
            self._not_rung(attempt_id, row.helper_id, error)
            return "not rung"
        if not self._rung(attempt_id, leg):
            self._hang_up(network, leg)
        return "rung"

    def look_again(self, now: float, most: int = 50) -> int:
        """Finds out what became of requests whose answer never came; returns how many."""
        doubtful = select(attempts.c.id).where(
            attempts.c.state == "asked",
            attempts.c.helper_leg == "",
            attempts.c.asked_at < now - DOUBTFUL_AFTER,
        )
        with self.database.connect() as connection:
            found = connection.execute(doubtful.limit(most)).scalars().all()
        for attempt_id in found:
            self._look_at(attempt_id)
        return len(found)

    def _begin(self, attempt_id: str) -> tuple[Row[Any], float] | None:
        now = self.clock()
        with self.database.begin() as connection:
            row = connection.execute(_of(attempt_id).with_for_update(of=attempts)).first()
            if row is None or row.state != "to_ring":
                return None
            is_offered = row.callback_state == State.OFFERED.value and row.attempt == attempt_id
            if not is_offered or row.until <= now:
                # A job that comes too late: the helper may be in another call by now.
                self.book.end_attempt(connection, attempt_id, now)
                return None
            at = self.reserve(connection, row.provider, now)
            if at is None:
                return None
            asked = {"state": "asked", "asked_at": max(now, at)}
            connection.execute(update(attempts).where(attempts.c.id == attempt_id).values(asked))
        return row, at

    def _number(self, row: Row[Any]) -> PhoneNumber:
        if row.number_id is None:
            raise NotThisTime(rest=REST_AFTER_REFUSAL)
        try:
            with self.database.connect() as connection:
                return self.vault.open(connection, row.number_id, self.clock())
        except (NumberShredded, CiphertextDamaged) as error:
            log.error("helpers_number_unusable", error=type(error).__name__)
            raise NotThisTime(rest=REST_AFTER_REFUSAL) from error
        except (VaultOutOfReach, SQLAlchemyError) as error:
            raise NotThisTime(pause=PAUSE_AFTER_TROUBLE) from error

    def _place(self, network: Network, row: Row[Any], number: PhoneNumber) -> str:
        addressed = self.addressed(row.provider, row.id)
        try:
            return network.place_call(
                number, row.line_number, addressed.voice, addressed.status, RING_SECONDS, addressed.fallback
            )
        except AnswerLost:
            raise
        except (NumberRefused, NotAllowedThere) as error:
            log.error("helper_cannot_be_rung", error=type(error).__name__)
            raise NotThisTime(rest=REST_AFTER_REFUSAL) from error
        except (ProviderBusy, ProviderOutOfReach) as error:
            log.warning("helper_not_rung", error=type(error).__name__)
            raise NotThisTime(pause=PAUSE_AFTER_TROUBLE) from error
        except (CredentialsRefused, RequestRefused) as error:
            log.error("provider_rings_nobody", error=type(error).__name__)
            raise NotThisTime(pause=PAUSE_AFTER_REFUSAL) from error

    def _rung(self, attempt_id: str, leg: str) -> bool:
        """Whether the attempt still wants its leg."""
        with self.database.begin() as connection:
            self.book.leg_known(connection, attempt_id, helper=leg)
            row = connection.execute(_of(attempt_id)).first()
        return row is not None and row.state != "over" and row.attempt == attempt_id

    def _not_rung(self, attempt_id: str, helper_id: str, why: NotThisTime) -> None:
        now = self.clock()
        with self.database.begin() as connection:
            if why.pause:
                happened = machine.HelperNotRung(attempt_id, why.pause)
                self.book.in_attempt(connection, attempt_id, happened, now)
            change = self.book.helper_leg_is_over(connection, attempt_id, now)
            if why.rest:
                self.helpers.rest(connection, helper_id, now + why.rest)
        if change is not None:
            self.hurry.after(change.row.id, change.deeds)
        self.hurry.dispatch()

    def _look_at(self, attempt_id: str) -> None:
        with self.database.connect() as connection:
            row = connection.execute(_of(attempt_id)).first()
        network = self.networks(row.provider) if row is not None else None
        if row is None or network is None:
            return
        try:
            found = network.placed(self._number(row), row.line_number, row.asked_at - 1.0)
        except NotThisTime:
            found = []
        except (ProviderBusy, ProviderOutOfReach, CredentialsRefused, RequestRefused) as error:
            log.warning("not_found_out", error=type(error).__name__)
            return
        leg = self._not_of_another(found)
        if leg is None:
            self._not_rung(attempt_id, row.helper_id, NotThisTime(pause=PAUSE_AFTER_TROUBLE))
        elif not self._rung(attempt_id, leg):
            self._hang_up(network, leg)

    def _hang_up(self, network: Network, leg: str) -> None:
        """The attempt was over before its phone rang."""
        # Where that fails, whoever picks up hears that it is over.
        hang_up(network, leg)
        now = self.clock()
        with self.database.begin() as connection:
            self.book.leg_is_over(connection, network.name, leg, now)

    def _not_of_another(self, legs: list[str]) -> str | None:
        with self.database.connect() as connection:
            return next(iter(of_nobody(connection, legs)), None)


def _of(attempt_id: str) -> Any:
    """An attempt with its callback, its line and its helper's number."""
    return (
        select(
            attempts.c.id,
            attempts.c.helper_id,
            attempts.c.provider,
            attempts.c.state,
            attempts.c.asked_at,
            callbacks.c.state.label("callback_state"),
            callbacks.c.attempt,
            callbacks.c.until,
            lines.c.number.label("line_number"),
            people.c.number_id,
        )
        .join(callbacks, callbacks.c.id == attempts.c.callback_id)
        .join(lines, lines.c.id == callbacks.c.line_id)
        .join(people, people.c.id == attempts.c.helper_id)
        .where(attempts.c.id == attempt_id)
    )
