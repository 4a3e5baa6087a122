"""Rings missed calls back: in the order of their coming, one at a time, as fast as the provider's pace lets them.

Each is written down before the provider is asked. Whoever was killed, or didn't hear the provider's answer, leaves a
row that says so; nobody asks for that call a second time before having looked whether the provider has it already. A
phone that is busy or isn't answered isn't rung again: whoever still wants to be called rings once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Select, and_, delete, or_, select, update

from ivr.callbacks.flash_counts import count_one, counts_of, expired, forget_old, rung, rung_in_hour
from ivr.callbacks.flashes import ASKED, OVER, WAITING, Rules, lines_at_their_cap
from ivr.callbacks.pace import ONLY_NOW, free_from, reserve
from ivr.callbacks.ringing import Addressed
from ivr.store.callback_tables import flashes
from ivr.store.engine import reading, wipe_deleted
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
from ivr.vault.tables import vault_entries
from ivr.vault.vault import Vault

RING_SECONDS = 25
"""How long a phone rings: short of most mailboxes."""
PAUSE_SECONDS = 5.0
"""After the provider has asked for patience, or wasn't there."""
DOUBTFUL_AFTER = 30.0
"""A request is over after 20 seconds, whatever became of it; by then the provider knows its own call, too."""
DOUBTFUL_UNTIL = 240.0
"""Afterwards the provider's record of a call that is over may have been deleted, and looking proves nothing."""
LONGEST_RINGING = 180.0
"""After so long a ring-back whose end nobody has told is taken to be over."""
CLOCKS_DIFFER = 30.0
"""By so many seconds the provider's clock may be behind."""
MOST_AT_ONCE = 1000

NEVER = (NumberRefused, NotAllowedThere, RequestRefused, NumberShredded, CiphertextDamaged)
"""What makes a ring-back impossible, now and later."""
NOT_NOW = (ProviderBusy, ProviderOutOfReach, CredentialsRefused, VaultOutOfReach)
"""Nothing was rung, and the next try may do better."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RingBacks:
    """What a worker rings back with."""

    database: Engine
    vault: Vault
    networks: Callable[[str], Network | None]
    addressed: Callable[[str, str], Addressed]
    """The addresses of a ring-back, by provider and flash."""
    let_go: Callable[[Connection, str, float], bool]
    """Shreds a number that nothing else needs; False where that has to wait. Raises VaultOutOfReach."""
    rules: Rules
    clock: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep

    def run(self, seconds: float) -> int:
        """Rings back those whose turn comes within so many seconds; returns how many the provider took."""
        self.tidy()
        return sum(self._at(provider, seconds) for provider in self._providers())

    def tidy(self) -> None:
        """Ends what has come too late, and takes up what was left undone."""
        now = self.clock()
        under_way = select(flashes.c.id).where(flashes.c.state != OVER).limit(1)
        with reading(self.database) as connection:
            if connection.execute(under_way).first() is None:
                return
        with self.database.begin() as connection:
            _expire(connection, self.rules, now)
            _take_up(connection, now)

    def clear(self) -> int:
        """Shreds the numbers of ring-backs that are over, unless something else needs them; returns how many rows went.

        Raises VaultOutOfReach: the rest is cleared the next time.
        """
        now, done = self.clock(), 0
        with self.database.begin() as connection:
            forget_old(connection, now)
        with reading(self.database) as connection:
            query = select(flashes.c.id, flashes.c.number_id).where(flashes.c.state == OVER)
            over = connection.execute(query.limit(MOST_AT_ONCE)).all()
        for row in over:
            with self.database.begin() as connection:
                if self.let_go(connection, row.number_id, now):
                    this = flashes.c.id == row.id, flashes.c.state == OVER
                    connection.execute(delete(flashes).where(*this))
                    done += 1
        if done:
            wipe_deleted(self.database)
        return done

    def next(self, provider: str) -> str:
        """Rings back the first who waits: "rung", or why not: "nobody", "later", "gone", "refused" or "in doubt"."""
        row = self._claim(provider)
        if isinstance(row, str):
            return row
        network = self.networks(provider)
        try:
            if network is None:
                raise ProviderOutOfReach("the provider isn't set up")
            number = self._opened(row.number_id)
            found = self._found(network, row, number) if row.tries else None
            leg = found or self._place(network, row, number)
        except AnswerLost:
            # The phone may be ringing. The row stays as it is until somebody has looked.
            return "in doubt"
        except NEVER as error:
            log.warning("flash_not_rung", error=type(error).__name__)
            self._change(row.id, state=OVER)
            return "gone"
        except NOT_NOW as error:
            log.warning("flash_rung_later", error=type(error).__name__)
            self._change(row.id, state=WAITING)
            return "refused"
        self._change(row.id, state=ASKED, leg=leg)
        return "rung"

    def _at(self, provider: str, seconds: float) -> int:
        done, until = 0, self.clock() + seconds
        while True:
            came_of_it = self.next(provider)
            done += came_of_it == "rung"
            if came_of_it in ("nobody", "refused"):
                return done
            wait = self._until_free(provider) if came_of_it == "later" else 0.0
            if self.clock() + wait > until or (came_of_it == "later" and wait <= 0):
                return done
            self.sleep(wait)

    def _until_free(self, provider: str) -> float:
        with reading(self.database) as connection:
            return free_from(connection, provider) - self.clock()

    def _providers(self) -> Sequence[str]:
        with reading(self.database) as connection:
            query = select(flashes.c.provider).where(flashes.c.state == WAITING).distinct()
            return connection.execute(query).scalars().all()

    def _claim(self, provider: str) -> Any:
        """The row of whose turn it is, as it was before it was written down that the provider is asked."""
        now = self.clock()
        with reading(self.database) as connection:
            first = connection.execute(self._first(connection, provider, now)).first()
        if first is None:
            return "nobody"
        if now - PAUSE_SECONDS < first.asked_at <= now:
            return "later"
        with self.database.begin() as connection:
            if reserve(connection, provider, now, self.rules.per_second, ONLY_NOW) is None:
                return "later"
            # Looked for once more: the pace lets only one at a time come here.
            first = connection.execute(self._first(connection, provider, now)).first()
            if first is None:
                connection.rollback()
                return "nobody"
            at_its_cap = not first.tries and self._at_its_cap(connection, first, now)
            if not at_its_cap and self._write_down(connection, first, now):
                return first
            connection.rollback()
        if at_its_cap:
            self._change(first.id, state=OVER)
        return "gone"

    def _write_down(self, connection: Connection, row: Any, now: float) -> bool:
        """False where the call itself has just said that it exists."""
        asked = {"state": ASKED, "asked_at": now, "tries": row.tries + 1}
        still_waits = flashes.c.id == row.id, flashes.c.state == WAITING
        if connection.execute(update(flashes).where(*still_waits).values(asked)).rowcount != 1:
            return False
        if not row.tries:
            subjects = [row.token, rung(row.line_id), rung_in_hour(row.line_id, now)]
            count_one(connection, [subject for subject in subjects if subject], now)
        return True

    def _at_its_cap(self, connection: Connection, row: Any, now: float) -> bool:
        return counts_of(connection, [row.token], now).get(row.token, 0) >= self.rules.a_number

    def _first(self, connection: Connection, provider: str, now: float) -> Select[Any]:
        waiting = and_(flashes.c.state == WAITING, flashes.c.provider == provider)
        of = connection.execute(select(flashes.c.line_id).where(waiting).distinct()).scalars().all()
        full = lines_at_their_cap(connection, of, self.rules, now)
        return (
            select(flashes, vault_entries.c.token, lines.c.number.label("line_number"))
            .join(vault_entries, vault_entries.c.id == flashes.c.number_id)
            .join(lines, lines.c.id == flashes.c.line_id)
            .where(waiting, flashes.c.line_id.not_in(full))
            .order_by(flashes.c.came_at, flashes.c.id)
            .limit(1)
        )

    def _opened(self, number_id: str) -> PhoneNumber:
        with reading(self.database) as connection:
            return self.vault.open(connection, number_id, self.clock())

    def _found(self, network: Network, row: Any, number: PhoneNumber) -> str | None:
        """The call that was asked for before, if the provider has it."""
        found = network.placed(number, row.line_number, row.came_at - CLOCKS_DIFFER)
        return found[0] if found else None

    def _place(self, network: Network, row: Any, number: PhoneNumber) -> str:
        addressed = self.addressed(row.provider, row.id)
        return network.place_call(
            number, row.line_number, addressed.voice, addressed.status, RING_SECONDS, addressed.fallback
        )

    def _change(self, flash_id: str, **values: Any) -> None:
        """Unless the call itself has said meanwhile what became of it."""
        this = flashes.c.id == flash_id, flashes.c.state != OVER, flashes.c.leg == ""
        with self.database.begin() as connection:
            connection.execute(update(flashes).where(*this).values(values))


def _expire(connection: Connection, rules: Rules, now: float) -> None:
    """A ring-back that would come too late isn't made: the caller may not be alone any more."""
    late = and_(flashes.c.state == WAITING, flashes.c.came_at < now - rules.longest_wait)
    found = connection.execute(select(flashes.c.line_id).where(late)).scalars().all()
    if found:
        connection.execute(update(flashes).where(late).values(state=OVER))
        log.warning("flashes_expired", count=len(found))
    for line_id in set(found):
        count_one(connection, [expired(line_id)], now, more=found.count(line_id))


def _take_up(connection: Connection, now: float) -> None:
    """What was asked for and never confirmed waits again, and is looked for first; too late for that, it is over.

    So is what was asked for under a clock that ran ahead.
    """
    asked, unknown = flashes.c.state == ASKED, flashes.c.leg == ""
    too_late = or_(
        and_(unknown, flashes.c.asked_at < now - DOUBTFUL_UNTIL),
        flashes.c.asked_at > now + LONGEST_RINGING,
    )
    rang_out = and_(~unknown, flashes.c.asked_at < now - LONGEST_RINGING)
    doubtful = and_(unknown, flashes.c.asked_at < now - DOUBTFUL_AFTER)
    connection.execute(update(flashes).where(asked, or_(too_late, rang_out)).values(state=OVER))
    connection.execute(update(flashes).where(asked, doubtful).values(state=WAITING))
