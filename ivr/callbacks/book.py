"""Callbacks, changed one at a time: the pure machine decides, and its row and all that hangs on it change together.

Every change finds the version of the row that it was decided by, and holds the row until it is stored: of two webhooks,
workers or pages at once one comes after the other, and sees what that one did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from ivr.callbacks import machine
from ivr.callbacks.machine import Callback, Deed, Happening, Missed, Rules, State
from ivr.callbacks.ports import HelperClaims, OutcomeTasks
from ivr.callbacks.ring_counts import note_reached, note_ring
from ivr.callbacks.rows import callback_of, changing_values
from ivr.scrubbing import waiting
from ivr.store.callback_tables import attempts, callbacks

LEFT_OVER_SECONDS = 30.0
"""What a leg of an attempt that is over has for its last words, before it is hung up from outside."""
LAST_QUESTIONS_SECONDS = 300.0
"""What a helper has for the outcome, on the phone, after a talk."""
CLAIMED_BEYOND_SECONDS = 900.0
"""How much longer than all that an attempt can take its helper stays claimed, should nobody release the claim."""


class ChangedMeanwhile(Exception):
    """Somebody else changed this callback in the same moment. Retryable: the next look sees what that one did."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a callback, what is to be done about it, and its row as it was before."""

    callback: Callback
    deeds: tuple[Deed, ...]
    row: Row[Any]


class Book:
    """Every change of a callback goes through here."""

    def __init__(self, rules: Rules, helpers: HelperClaims, tasks: OutcomeTasks) -> None:
        self.rules = rules
        self._helpers = helpers
        self._tasks = tasks

    def happened(
        self, connection: Connection, callback_id: str, what: Happening, now: float
    ) -> Change | None:
        """Something happened to a callback; None when it is gone. Raises ChangedMeanwhile."""
        found = select(callbacks).where(callbacks.c.id == callback_id).with_for_update()
        row = connection.execute(found).first()
        return self._step(connection, row, what, now) if row is not None else None

    def in_attempt(
        self, connection: Connection, attempt_id: str, what: Happening, now: float
    ) -> Change | None:
        """Something happened in an attempt; None when it is gone. Raises ChangedMeanwhile."""
        of = select(attempts.c.callback_id).where(attempts.c.id == attempt_id)
        callback_id = connection.execute(of).scalar()
        return self.happened(connection, callback_id, what, now) if callback_id is not None else None

    def take(
        self,
        connection: Connection,
        callback_id: str,
        *,
        helper: str,
        how: str,
        attempt: str,
        provider: str,
        language: str,
        now: float,
    ) -> Change | None:
        """A helper takes a callback, or is offered it; None when it, or the helper, isn't free any more."""
        rules = self.rules
        longest = rules.offer_seconds + 2 * rules.dial_seconds + rules.talk_seconds
        until = now + longest + CLAIMED_BEYOND_SECONDS
        if not self._helpers.claim(connection, helper, attempt, now, until):
            return None
        change = self.happened(connection, callback_id, machine.Taken(helper, attempt), now)
        if change is None or change.callback.attempt != attempt:
            self._helpers.release(connection, attempt)
            return None
        connection.execute(
            insert(attempts).values(
                id=attempt,
                callback_id=callback_id,
                helper_id=helper,
                how=how,
                provider=provider,
                language=language,
                state="to_ring",
                written_at=now,
                asked_at=0.0,
                helper_leg="",
                caller_leg="",
                rang_at=0.0,
                talked_at=0.0,
                ended_at=0.0,
                end_legs_at=0.0,
            )
        )
        self._helpers.offered(connection, helper, now)
        return change

    def helper_leg_is_over(self, connection: Connection, attempt_id: str, now: float) -> Change | None:
        """The helper's phone has been put down, or was never picked up: the attempt ends, and the helper is free."""
        change = self.in_attempt(connection, attempt_id, machine.HelperLegOver(attempt_id), now)
        self.end_attempt(connection, attempt_id, now)
        return change

    def end_attempt(self, connection: Connection, attempt_id: str, now: float) -> None:
        """Nobody is on the line for an attempt any more; what the provider has of its legs is to be deleted."""
        this = attempts.c.id == attempt_id
        over = {"state": "over", "end_legs_at": 0.0}
        connection.execute(update(attempts).where(this).values(over))
        connection.execute(update(attempts).where(this, attempts.c.ended_at == 0.0).values(ended_at=now))
        self._helpers.release(connection, attempt_id)
        legs = select(attempts.c.provider, attempts.c.helper_leg, attempts.c.caller_leg).where(this)
        row = connection.execute(legs).first()
        if row is not None:
            known = [leg for leg in (row.helper_leg, row.caller_leg) if leg]
            waiting.add(connection, row.provider, known, waiting.due_after(now))

    def leg_is_over(self, connection: Connection, provider: str, leg: str, now: float) -> None:
        """A leg has ended, whosever it was: what the provider has of it is to be deleted."""
        waiting.add(connection, provider, [leg], waiting.due_after(now))

    def leg_known(
        self, connection: Connection, attempt_id: str, *, helper: str = "", caller: str = ""
    ) -> None:
        """The provider's name of a leg, from whichever webhook brings it first."""
        for column, leg in ((attempts.c.helper_leg, helper), (attempts.c.caller_leg, caller)):
            if leg:
                unknown = update(attempts).where(attempts.c.id == attempt_id, column == "")
                connection.execute(unknown.values({column.name: leg}))
        if helper:
            asked = update(attempts).where(
                attempts.c.id == attempt_id, attempts.c.state.in_(("to_ring", "asked"))
            )
            connection.execute(asked.values(state="live"))

    def _step(self, connection: Connection, row: Row[Any], what: Happening, now: float) -> Change:
        before = callback_of(row)
        after, deeds = machine.step(before, what, now, self.rules)
        if after != before:
            known = callbacks.c.id == row.id, callbacks.c.version == row.version
            values = changing_values(after, now) | {"version": row.version + 1}
            if after.tried > before.tried and not row.first_rang_at:
                values["first_rang_at"] = now
            if after.tried > before.tried:
                note_ring(connection, row.number_id, row.time_zone, now)
            if connection.execute(update(callbacks).where(*known).values(values)).rowcount != 1:
                raise ChangedMeanwhile(row.id)
            self._connected(connection, row, before, after, now)
            self._not_taken(connection, before, after, what, now)
        for deed in deeds:
            self._do(connection, row.id, before, deed, now, at_once=isinstance(what, machine.Withdrawn))
        return Change(after, deeds, row)

    def put_off(self, connection: Connection, row: Row[Any], until: float, now: float) -> None:
        """A callback that waits isn't offered before then, and then only in its safe hours."""
        values = changing_values(machine.asked(callback_of(row), until), now) | {"version": row.version + 1}
        known = callbacks.c.id == row.id, callbacks.c.version == row.version
        connection.execute(update(callbacks).where(*known).values(values))

    def _connected(
        self, connection: Connection, row: Row[Any], before: Callback, after: Callback, now: float
    ) -> None:
        if after.state is State.TALKING and before.state is not State.TALKING:
            self._note(connection, after.attempt, talked_at=now)
            note_reached(connection, row.number_id, now)

    def _not_taken(
        self, connection: Connection, before: Callback, after: Callback, what: Happening, now: float
    ) -> None:
        """The helper who was asked didn't take it: somebody else is, and this phone rests."""
        if before.state is not State.OFFERED or after.state is not State.WAITING:
            return
        if isinstance(what, machine.HelperLegOver | machine.TimePassed):
            asked_at = select(attempts.c.asked_at).where(attempts.c.id == before.attempt)
            if not connection.execute(asked_at).scalar():
                # The phone has never rung.
                return
        elif not isinstance(what, machine.PutBack):
            return
        self._helpers.rest(connection, before.helper, now + self.rules.rest_after_no_answer)

    def _do(
        self,
        connection: Connection,
        callback_id: str,
        before: Callback,
        deed: Deed,
        now: float,
        *,
        at_once: bool,
    ) -> None:
        match deed:
            case machine.RingCaller(attempt=attempt):
                self._note(connection, attempt, rang_at=now)
            case machine.EndLegs(attempt=attempt):
                talked = before.state is State.TALKING
                grace = LAST_QUESTIONS_SECONDS if talked else 0.0 if at_once else LEFT_OVER_SECONDS
                still = attempts.c.id == attempt, attempts.c.state != "over", attempts.c.end_legs_at == 0.0
                connection.execute(
                    update(attempts).where(*still).values(end_legs_at=now + grace, ended_at=now)
                )
            case machine.AskOutcome(helper=helper):
                began = self._talked_at(connection, before.attempt, now)
                self._helpers.talked(connection, before.attempt, helper, began, now)
                self._tasks.open_task(connection, callback_id, helper, int(now - began), now)
            case machine.RingHelper() | machine.CloseCase():
                # A worker does these, once the change is stored.
                pass

    def _note(self, connection: Connection, attempt: str, **values: float) -> None:
        connection.execute(update(attempts).where(attempts.c.id == attempt).values(values))

    def _talked_at(self, connection: Connection, attempt: str, now: float) -> float:
        found = connection.execute(select(attempts.c.talked_at).where(attempts.c.id == attempt)).scalar()
        return float(found) if found else now


MISSED_BY_WORD = {
    "busy": Missed.BUSY,
    "no-answer": Missed.NO_ANSWER,
    "failed": Missed.REFUSED_BY_PROVIDER,
    "canceled": Missed.HELPER_GONE,
    "completed": Missed.NO_KEY,
    "answered": Missed.NO_KEY,
}
"""Why the caller wasn't reached, by the provider's word. Who picked up and pressed nothing isn't known to be her."""
