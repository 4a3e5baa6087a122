"""Supervisors set shifts for helpers. It holds at once; the helper is told, and can refuse it without a penalty.

What the helper hasn't answered stands in a row of its own, with when the shift was before. It goes with the answer, so
that nothing says afterwards who has refused what. Everything works inside the transaction of whoever asks; what a
supervisor does here leaves a row in the audit log, the last thing in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import Connection, insert, select

from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.people.notices import NoticeKind, Notices, forget_about
from ivr.people.records import find_person
from ivr.people.refusals import NoSuchShift, NotAHelper, ShiftIsOver
from ivr.people.roles import Right
from ivr.people.roster import Shift
from ivr.people.roster_tables import shifts, shifts_asked
from ivr.people.shifts import Shifts, When

ADDED, MOVED, LEFT_OUT, TAKEN_BACK, REMOVED = "added", "moved", "left_out", "taken_back", "removed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A shift that a supervisor has set and its helper hasn't answered. `before`: when it was; None for a new one."""

    shift: str
    by: str
    before: When | None


class Planning:
    """What supervisors do to the shifts of others. One's own are set as ever, whoever one is."""

    def __init__(self, keeping: Shifts, notices: Notices, audit: AuditLog) -> None:
        self._shifts = keeping
        self._notices = notices
        self._audit = audit

    def add(self, connection: Connection, who: str, person_id: str, when: When, now: float) -> Shift:
        """A new shift of this helper. What is kept already stays as it is, and nobody is told twice.

        Raises NobodyOfThisId, NotAHelper, and what `Shifts.add` raises.
        """
        _check_helper(connection, person_id)
        before = {one.id for one in self._shifts.of_person(connection, person_id, now)}
        shift = self._shifts.add(connection, person_id, when, now)
        if shift.id not in before:
            self._ask(connection, who, shift, None)
            self._tell(connection, ADDED, who, shift, None, now)
        return shift

    def move(
        self, connection: Connection, who: str, person_id: str, shift_id: str, when: When, now: float
    ) -> Shift:
        """Another time for a shift of this helper. Raises NotAHelper, and what `Shifts.change` raises."""
        old = when_of(self._theirs(connection, person_id, shift_id))
        asked = self.asked(connection, [person_id]).get(shift_id)
        shift = self._shifts.change(connection, person_id, shift_id, when, now)
        if when_of(shift) == old:
            if asked is not None:
                self._ask(connection, asked.by, shift, asked.before)
            return shift
        # Moved twice, it goes back to what the helper had promised; set anew and moved, there is nothing to go back to.
        self._ask(connection, who, shift, asked.before if asked is not None else old)
        self._tell(connection, MOVED, who, shift, None, now)
        return shift

    def remove(self, connection: Connection, who: str, person_id: str, shift_id: str, now: float) -> Shift:
        """Takes a shift of this helper from the roster, and returns it. Raises NotAHelper, NoSuchShift."""
        _check_helper(connection, person_id)
        shift = self._shifts.remove(connection, person_id, shift_id)
        self._tell(connection, REMOVED, who, shift, None, now)
        return shift

    def leave_out(
        self, connection: Connection, who: str, person_id: str, shift_id: str, day: date, now: float
    ) -> None:
        """On this date it doesn't take place; the helper can take it back. Raises NotAHelper, NoSuchShift."""
        shift = self._theirs(connection, person_id, shift_id)
        self._shifts.leave_out(connection, person_id, shift_id, day)
        self._tell(connection, LEFT_OUT, who, shift, day, now)

    def take_back(
        self, connection: Connection, who: str, person_id: str, shift_id: str, day: date, now: float
    ) -> None:
        """It takes place after all; the helper can leave it out. Raises NotAHelper, NoSuchShift."""
        shift = self._theirs(connection, person_id, shift_id)
        self._shifts.take_back(connection, person_id, shift_id, day)
        self._tell(connection, TAKEN_BACK, who, shift, day, now)

    def asked(self, connection: Connection, person_ids: Collection[str] | None = None) -> Mapping[str, Asked]:
        """What helpers haven't answered, everybody's or these people's, by the shift."""
        query = select(shifts_asked).join(shifts, shifts.c.id == shifts_asked.c.shift_id)
        if person_ids is not None:
            query = query.where(shifts.c.person_id.in_(person_ids))
        return {
            row.shift_id: Asked(row.shift_id, row.asked_by, _when(row.before))
            for row in connection.execute(query)
        }

    def agree(self, connection: Connection, person_id: str, shift_id: str) -> None:
        """The helper will be there. Raises NoSuchShift."""
        self._shifts.shift(connection, person_id, shift_id)
        self._shifts.answered(connection, shift_id)
        forget_about(connection, shift_id)

    def refuse(self, connection: Connection, person_id: str, shift_id: str, now: float) -> Shift:
        """The helper can't: a new shift goes, a moved one is where it was. The supervisor who asked is told.

        Returns what was refused. Raises NoSuchShift, also where nothing was asked or it is answered already.
        """
        shift = self._shifts.shift(connection, person_id, shift_id)
        asked = self.asked(connection, [person_id]).get(shift_id)
        if asked is None:
            raise NoSuchShift(shift_id)
        if asked.before is None:
            self._shifts.remove(connection, person_id, shift_id)
        else:
            self._go_back(connection, shift, asked.before, now)
        forget_about(connection, shift_id)
        said, kind = details_of(shift), NoticeKind.SHIFT_REFUSED
        self._notices.tell_these(connection, kind, [asked.by], person_id, shift_id, said, now)
        return shift

    def _theirs(self, connection: Connection, person_id: str, shift_id: str) -> Shift:
        """A shift of a helper. Raises NotAHelper, NoSuchShift."""
        _check_helper(connection, person_id)
        return self._shifts.shift(connection, person_id, shift_id)

    def _go_back(self, connection: Connection, shift: Shift, before: When, now: float) -> None:
        try:
            self._shifts.change(connection, shift.person, shift.id, before, now)
        except ShiftIsOver:
            # There is no other time any more that the helper has promised.
            self._shifts.remove(connection, shift.person, shift.id)

    def _ask(self, connection: Connection, who: str, shift: Shift, before: When | None) -> None:
        self._shifts.answered(connection, shift.id)
        if who != shift.person:
            row = {"shift_id": shift.id, "asked_by": who, "before": _text(before)}
            connection.execute(insert(shifts_asked).values(row))

    def _tell(
        self, connection: Connection, what: str, who: str, shift: Shift, day: date | None, now: float
    ) -> None:
        if who == shift.person:
            return
        details = {"what": what, **details_of(shift), **({"on": day.isoformat()} if day else {})}
        # Of one shift the last word counts.
        forget_about(connection, shift.id)
        kind = NoticeKind.SHIFT_SET
        self._notices.tell_these(connection, kind, [shift.person], who, shift.id, details, now)
        deed = Deed.SHIFT_SET
        self._audit.append(connection, at=now, who=who, deed=deed, about=shift.person, details=details)


def when_of(shift: Shift) -> When:
    """When a shift is, as people say it."""
    return When(shift.time_zone, shift.begins, shift.ends, weekday=shift.weekday, on=shift.on)


def details_of(shift: Shift) -> dict[str, str]:
    """A shift as notices and the audit log keep it. Begin and end apart: together they look like a number."""
    return {
        "day": shift.on.isoformat() if shift.on else str(shift.weekday),
        "begins": f"{shift.begins:%H:%M}",
        "ends": f"{shift.ends:%H:%M}",
        "time_zone": shift.time_zone,
    }


def read_details(details: Mapping[str, str]) -> Shift:
    """And back; of nobody. Raises KeyError, ValueError."""
    day = details["day"]
    weekday = int(day) if day.isdecimal() else None
    on = None if weekday is not None else date.fromisoformat(day)
    begins, ends = (time.fromisoformat(details[name]) for name in ("begins", "ends"))
    return When(details["time_zone"], begins, ends, weekday=weekday, on=on).as_shift("", "")


def _check_helper(connection: Connection, person_id: str) -> None:
    if not find_person(connection, person_id).may(Right.TAKE_CALLBACKS):
        raise NotAHelper(person_id)


def _text(before: When | None) -> str:
    return json.dumps(details_of(before.as_shift("", ""))) if before is not None else ""


def _when(text: str) -> When | None:
    return when_of(read_details(json.loads(text))) if text else None
