"""The first helper who presses the key has the call, and the talk ends like every other: with an outcome that is owed.

The claim is one transaction: the helper is in this call and no other, and the call is a callback in the state of
talking. Whoever presses the key later finds the row taken. A talk's end comes from whichever webhook is first, the
helper's leg or the caller's Dial; the others change nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, delete, exists, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.book import CLAIMED_BEYOND_SECONDS, Book, Change
from ivr.callbacks.crisis import step_of
from ivr.callbacks.crisis_rows import HOW, attempt_values, callback_values, talking
from ivr.callbacks.ports import CrisisClaims, Hurry
from ivr.people.tables import people
from ivr.store.callback_tables import attempts, callbacks, crisis_calls
from ivr.store.engine import reading
from ivr.store.tables import lines, live_calls
from ivr.vault.errors import VaultOutOfReach
from ivr.vault.tables import vault_entries

MOST_AT_ONCE = 200

log = structlog.get_logger()

LetGo = Callable[[Connection, str, float], bool]
"""Shreds a number that nothing needs any more; False where the caller is asking again, to be tried later."""


class Claim(Enum):
    """What became of a helper's key."""

    YOURS = "yours"
    TAKEN = "taken"
    CALLER_GONE = "caller_gone"
    IN_ANOTHER_CALL = "in_another_call"


@dataclass(frozen=True, slots=True)
class CrisisTalks:
    """Who has the call of somebody in crisis."""

    database: Engine
    book: Book
    helpers: CrisisClaims
    hurry: Hurry
    let_go: LetGo
    new_id: Callable[[], str]

    def standing(self, call: str, person: str, step: str) -> Claim:
        """What would become of this helper's key now, for whoever has just picked up."""
        with reading(self.database) as connection:
            row = self._row(connection, call, step)
            if row is None:
                return Claim.CALLER_GONE
            return _whose(row, person) if self._may_have(connection, person) else Claim.TAKEN

    def claim(self, call: str, person: str, step: str, leg: str, now: float) -> Claim:
        """A helper has pressed the key. May come twice. Raises SQLAlchemyError."""
        with self.database.begin() as connection:
            row = self._row(connection, call, step, to_change=True)
            if row is None:
                return Claim.CALLER_GONE
            if row.helper:
                return _whose(row, person)
            if not self._may_have(connection, person):
                return Claim.TAKEN
            attempt = self.new_id()
            until = now + self.book.rules.talk_seconds + CLAIMED_BEYOND_SECONDS
            if not self.helpers.claim(connection, person, attempt, now, until):
                return Claim.IN_ANOTHER_CALL
            mine = update(crisis_calls).where(crisis_calls.c.id == call, crisis_calls.c.helper == "")
            if connection.execute(mine.values(helper=person, attempt=attempt)).rowcount != 1:
                self.helpers.release(connection, attempt)
                return Claim.TAKEN
            self._write(connection, row, person, attempt, leg, now)
        return Claim.YOURS

    def leg_is_over(self, person: str, leg: str, now: float) -> None:
        """A helper's leg has ended. It ends the talk where it is the leg of whoever has the call, and nothing else."""
        with reading(self.database) as connection:
            of_this_leg = select(attempts.c.id).where(
                attempts.c.helper_id == person, attempts.c.helper_leg == leg, attempts.c.how == HOW
            )
            attempt = connection.execute(of_this_leg).scalar()
        if attempt is not None:
            self._end(str(attempt), now)

    def dial_is_over(self, call: str, now: float) -> bool:
        """The provider says that the caller's Dial has ended: so has the talk, if there was one. Whether a helper had
        the call; False where that can't be found out, since to hear the emergency number twice harms nobody.
        """
        try:
            with reading(self.database) as connection:
                had = select(crisis_calls.c.attempt).where(crisis_calls.c.id == call)
                attempt = connection.execute(had).scalar()
            if attempt:
                self._end(attempt, now)
        except SQLAlchemyError as error:
            log.error("crisis_talk_not_looked_up", error=type(error).__name__)
            return False
        return bool(attempt)

    def tidy(self, now: float) -> int:
        """Ends what no webhook has ended, and lets go of the numbers of callers whom nobody could help."""
        with reading(self.database) as connection:
            is_live = exists().where(live_calls.c.call_id == crisis_calls.c.id)
            over = select(crisis_calls).where(~is_live).limit(MOST_AT_ONCE)
            found = connection.execute(over).all()
        return sum(self._forget(row, now) for row in found)

    def _row(
        self, connection: Connection, call: str, step: str, *, to_change: bool = False
    ) -> Row[Any] | None:
        """The call as it asks for help now; None when the caller has gone, or asks for the second time already."""
        is_live = exists().where(live_calls.c.call_id == crisis_calls.c.id)
        query = select(crisis_calls).where(crisis_calls.c.id == call, is_live)
        row = connection.execute(query.with_for_update() if to_change else query).first()
        return row if row is not None and step_of(row.rung_at) == step else None

    def _may_have(self, connection: Connection, person: str) -> bool:
        """An account may have been closed, or a training taken back, while the phone rang."""
        return self.helpers.may_have(connection, person, crisis=True)

    def _end(self, attempt: str, now: float) -> None:
        with self.database.begin() as connection:
            is_over = select(attempts.c.state).where(attempts.c.id == attempt)
            if connection.execute(is_over).scalar() in (None, "over"):
                return
            change = self.book.helper_leg_is_over(connection, attempt, now)
        self._follow(change)

    def _follow(self, change: Change | None) -> None:
        if change is not None:
            self.hurry.after(change.row.id, change.deeds)
        self.hurry.dispatch()

    def _forget(self, row: Row[Any], now: float) -> int:
        if row.attempt:
            self._end(row.attempt, now)
        try:
            with self.database.begin() as connection:
                # A number that a helper needed belongs to the callback by now, and goes with it.
                if not row.attempt and row.number_id and not self.let_go(connection, row.number_id, now):
                    return 0
                return connection.execute(delete(crisis_calls).where(crisis_calls.c.id == row.id)).rowcount
        except VaultOutOfReach as error:
            log.error("crisis_number_not_shredded", error=type(error).__name__)
            return 0

    def _write(
        self, connection: Connection, row: Row[Any], person: str, attempt: str, leg: str, now: float
    ) -> None:
        number = select(vault_entries.c.id, vault_entries.c.shred_at)
        kept = connection.execute(number.where(vault_entries.c.id == row.number_id)).first()
        zone = connection.execute(select(lines.c.time_zone).where(lines.c.id == row.line_id)).scalar_one()
        languages = connection.execute(select(people.c.languages).where(people.c.id == person)).scalar()
        until = now + self.book.rules.talk_seconds
        callback = talking(row, self.new_id(), person, attempt, kept.shred_at if kept else None, until, now)
        connection.execute(
            insert(callbacks).values(callback_values(row, callback, zone, kept.id if kept else None, now))
        )
        language = next(iter(json.loads(languages or "[]")), "")
        connection.execute(insert(attempts).values(attempt_values(row, callback, language, leg, now)))


def _whose(row: Row[Any], person: str) -> Claim:
    if row.helper in ("", person):
        return Claim.YOURS
    return Claim.TAKEN
