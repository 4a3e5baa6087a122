"""Missed calls: a line in flash mode rejects whoever rings, free of charge, and notes whom to ring back.

What is noted is written in the transaction of the rejection. A number has one ring-back at a time, whatever rings
meanwhile; the table itself holds that. A ring-back is for now: it is no consent to a call at another time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import structlog
from sqlalchemy import Connection, Dialect, Engine, func, literal_column, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.flash_counts import counts_of, rung, rung_in_hour
from ivr.store.callback_tables import flashes
from ivr.store.engine import reading
from ivr.store.hot import Addition, Insertion
from ivr.vault.errors import CannotBeCalled, CiphertextDamaged, KeyStoreOutOfReach, VaultOutOfReach
from ivr.vault.number import PhoneNumber
from ivr.vault.tables import vault_entries
from ivr.vault.vault import KeptNumber, Vault

WAITING, ASKED, OVER = "waiting", "asked", "over"
LONGEST_QUEUE_SECONDS = 3.0
"""Below the time after which the provider asks again."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rules:
    """How many missed calls are rung back, and how late: an operator's settings."""

    longest_wait: float = 15 * 60.0
    """Seconds."""
    a_number: int = 5
    """In a day, on all lines."""
    an_hour: int = 1000
    """On one line, as the next."""
    a_day: int = 5000
    per_second: float = 1.0
    """At one provider, as long as no helper is to be rung."""

    @property
    def most_waiting(self) -> int:
        """Whoever comes after so many can't be rung back in time."""
        return max(int(self.longest_wait * self.per_second), 1)


class Flashed(Protocol):
    """The line that was rung."""

    @property
    def id(self) -> str: ...
    @property
    def provider(self) -> str: ...


class Noted(NamedTuple):
    """What is written with a rejection; nothing where the caller isn't rung back. `first`: nobody else waits."""

    additions: Sequence[Addition] = ()
    first: bool = False


class Flashes:
    """Where missed calls are noted, and what is heard of their ring-backs."""

    def __init__(
        self,
        database: Engine,
        dialect: Dialect,
        vault: Vault,
        rules: Rules,
        new_id: Callable[[], str],
        ask: Callable[[], object],
    ) -> None:
        self._database = database
        self._vault = vault
        self._rules = rules
        self._new_id = new_id
        self._sealing = threading.Lock()
        self.ring_back_soon = ask
        """Asks workers to do at once what they would do some seconds later. Never raises."""
        every = [column.name for column in flashes.columns if not column.primary_key]
        is_over = flashes.c.state == literal_column(f"'{OVER}'")
        self._flash = Insertion(flashes, dialect, changes=every, provided=is_over)
        self._number = Insertion(vault_entries, dialect, replaces=True)

    def noted(self, line: Flashed, caller: PhoneNumber | None, at: float) -> Noted:
        """What is written with the rejection. Never raises.

        Not rung back is who shows no number or one that this hotline doesn't ring, who comes when too many wait or
        were rung back already, and whoever rings while no number can be kept.
        """
        if caller is None or not self._vault.can_be_called(caller) or not self._vault.can_keep():
            return Noted()
        try:
            with reading(self._database) as connection:
                at_cap = bool(lines_at_their_cap(connection, [line.id], self._rules, at))
                waiting = _count_waiting(connection, line.provider)
            if at_cap or waiting >= self._rules.most_waiting:
                log.warning("flash_not_noted", why="cap" if at_cap else "queue")
                return Noted()
            kept = self._sealed(caller, line, at)
        except (SQLAlchemyError, CannotBeCalled, VaultOutOfReach, CiphertextDamaged) as error:
            log.warning("flash_not_noted", why=type(error).__name__)
            return Noted()
        flash = {
            "number_id": kept.id,
            "id": self._new_id(),
            "line_id": line.id,
            "provider": line.provider,
            "came_at": at,
            "state": WAITING,
            "asked_at": 0.0,
            "tries": 0,
            "leg": "",
        }
        return Noted([Addition(self._number, kept.row), Addition(self._flash, flash)], first=not waiting)

    def _sealed(self, caller: PhoneNumber, line: Flashed, at: float) -> KeptNumber:
        # A key store that is asked by all threads at once lets some of them wait until they give up: here they queue.
        taken = self._sealing.acquire(timeout=LONGEST_QUEUE_SECONDS)
        try:
            return self._vault.keep(caller, kind="caller", line_id=line.id, now=at)
        except KeyStoreOutOfReach:
            # Another process may have kept it busy.
            return self._vault.keep(caller, kind="caller", line_id=line.id, now=at)
        finally:
            if taken:
                self._sealing.release()

    def leg_known(self, flash_id: str, leg: str) -> None:
        """The ring-back exists: it is never asked for again, whoever was killed before writing that down."""
        this = flashes.c.id == flash_id, flashes.c.state != OVER, flashes.c.leg == ""
        with self._database.begin() as connection:
            connection.execute(update(flashes).where(*this).values(state=ASKED, leg=leg))

    def is_over(self, flash_id: str, leg: str) -> None:
        """The ring-back has ended, whether or not anybody answered: the next missed call counts anew."""
        this = flashes.c.id == flash_id, flashes.c.state != OVER
        with self._database.begin() as connection:
            connection.execute(update(flashes).where(*this).values(state=OVER, leg=leg))


def lines_at_their_cap(connection: Connection, line_ids: Sequence[str], rules: Rules, at: float) -> list[str]:
    """The lines that have rung back as many as they may, in this hour or on this day."""
    subjects = [subject for line in line_ids for subject in (rung(line), rung_in_hour(line, at))]
    counts = counts_of(connection, subjects, at)
    return [
        line
        for line in line_ids
        if counts.get(rung(line), 0) >= rules.a_day or counts.get(rung_in_hour(line, at), 0) >= rules.an_hour
    ]


def _count_waiting(connection: Connection, provider: str) -> int:
    waiting = select(func.count()).where(flashes.c.state == WAITING, flashes.c.provider == provider)
    return int(connection.execute(waiting).scalar_one())
