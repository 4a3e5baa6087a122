"""Finds what no webhook and no job will come back to: waits that are over, lost jobs, legs left on the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import ColumnElement, Connection, Engine, and_, or_, select

from ivr.callbacks import machine
from ivr.callbacks.book import Book, Change, ChangedMeanwhile
from ivr.callbacks.machine import State
from ivr.callbacks.own_legs import hang_up
from ivr.callbacks.ports import Hurry
from ivr.callbacks.queue import make_ready
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import reading
from ivr.telephony.contract import (
    Network,
)

MOST_AT_ONCE = 500
LOST_AFTER_SECONDS = 10.0
"""A job that should have rung somebody by then was lost."""
FORGOTTEN_LEG_SECONDS = 7200.0
"""No leg lives so long: the word of its end was lost."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a worker tidies up with, every few seconds."""

    database: Engine
    book: Book
    networks: Callable[[str], Network | None]
    hurry: Hurry
    ring_later: Callable[[str], None]
    """Puts an attempt's job on the queue once more."""

    def run(self, now: float) -> dict[str, int]:
        """One pass; how much of what was found."""
        with self.database.begin() as connection:
            ready = make_ready(connection, now)
        return {
            "ready": ready,
            # First: somebody may be listening to silence.
            "hung_up": self._left_over_legs(now),
            "over": self._waits_that_are_over(now),
            "rung_again": self._lost_jobs(now),
        }

    def _waits_that_are_over(self, now: float) -> int:
        columns = callbacks.c
        shredded = and_(columns.state == State.WAITING.value, columns.number_id.is_(None))
        over = and_(columns.state != State.CLOSED.value, or_(columns.until <= now, shredded))
        found = self._ids(callbacks.c.id, over)
        for callback_id in found:
            try:
                with self.database.begin() as connection:
                    change = self._time_passed(connection, callback_id, now)
            except ChangedMeanwhile:
                continue
            except Exception as error:
                # One row that can't be read must not keep all others waiting.
                log.error("callback_not_swept", error=type(error).__name__)
                continue
            if change is not None:
                self.hurry.after(callback_id, change.deeds)
        return len(found)

    def _time_passed(self, connection: Connection, callback_id: str, now: float) -> Change | None:
        change = self.book.happened(connection, callback_id, machine.TimePassed(), now)
        if change is not None and change.row.number_id is None and change.callback.state is State.WAITING:
            return self.book.happened(connection, callback_id, machine.NumberGone(), now)
        return change

    def _lost_jobs(self, now: float) -> int:
        waiting = and_(attempts.c.state == "to_ring", attempts.c.written_at < now - LOST_AFTER_SECONDS)
        found = self._ids(attempts.c.id, waiting)
        for attempt_id in found:
            self.ring_later(attempt_id)
        return len(found)

    def _left_over_legs(self, now: float) -> int:
        # Nobody was ever rung for one that is still to be: its helper needn't wait for legs to end.
        ended = or_(attempts.c.end_legs_at <= now, attempts.c.state == "to_ring")
        due = and_(attempts.c.end_legs_at > 0.0, ended)
        forgotten = attempts.c.written_at < now - FORGOTTEN_LEG_SECONDS
        found = self._ids(attempts.c.id, and_(attempts.c.state != "over", or_(due, forgotten)))
        for attempt_id in found:
            self._hang_up(attempt_id, now)
        return len(found)

    def _hang_up(self, attempt_id: str, now: float) -> None:
        legs = select(attempts.c.provider, attempts.c.helper_leg, attempts.c.caller_leg)
        with reading(self.database) as connection:
            row = connection.execute(legs.where(attempts.c.id == attempt_id)).first()
        network = self.networks(row.provider) if row is not None else None
        if row is None:
            return
        for leg in (row.caller_leg, row.helper_leg):
            if leg and network is not None and not hang_up(network, leg):
                # The next pass tries again: nobody may be left listening to silence.
                return
        with self.database.begin() as connection:
            change = self.book.helper_leg_is_over(connection, attempt_id, now)
        if change is not None:
            self.hurry.after(change.row.id, change.deeds)

    def _ids(self, column: ColumnElement[str], where: ColumnElement[bool]) -> list[str]:
        with reading(self.database) as connection:
            return list(connection.execute(select(column).where(where).limit(MOST_AT_ONCE)).scalars())
