"""Keeping the roster: helpers add, change and leave out their own shifts; everybody sees who is on shift when.

Everything works inside the transaction of whoever asks. Times are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

from sqlalchemy import Connection, Delete, delete, insert, select, update

from ivr.people.coverage import Gap, gaps
from ivr.people.records import people_where
from ivr.people.refusals import NoSuchShift, ProfileUnusable, ShiftIsOver, TooManyShifts
from ivr.people.roles import Right
from ivr.people.roster import LeftOut, OnShift, Shift, ShiftImpossible, taking_place, when_on
from ivr.people.roster_tables import shifts, shifts_asked, shifts_left_out
from ivr.people.standings import A_DAY, left_out_of, shift_of, shifts_of
from ivr.people.tables import people
from ivr.people.wellbeing import Care

MOST_SHIFTS = 50
FIRST_YEAR, LAST_YEAR = 2000, 2200
KEPT_DAYS = 7
"""For how long a shift that is over, or was left out, is kept: so long, the roster of the week is still asked for."""


@dataclass(frozen=True, slots=True)
class When:
    """When a shift is, as people say it: on each `weekday` (0 is Monday), or `on` one date. `ends` before `begins` is
    past midnight."""

    time_zone: str
    begins: time
    ends: time
    weekday: int | None = None
    on: date | None = None

    def as_shift(self, shift_id: str, person_id: str) -> Shift:
        """The shift of this person. Raises ShiftImpossible, ProfileUnusable."""
        if self.time_zone not in available_timezones():
            raise ProfileUnusable("time_zone")
        if self.on is not None and not FIRST_YEAR <= self.on.year <= LAST_YEAR:
            raise ShiftImpossible("Give a date of these years.")
        return Shift(
            shift_id, person_id, self.time_zone, self.begins, self.ends, weekday=self.weekday, on=self.on
        )


@dataclass(frozen=True, slots=True)
class Roster:
    """Some days of the roster. `left_out` is what would take place, and was left out."""

    since: float
    until: float
    times: Sequence[OnShift]
    left_out: Sequence[OnShift]
    gaps: Sequence[Gap]


class Shifts:
    """The roster of one installation."""

    def __init__(self, new_id: Callable[[], str], care: Care) -> None:
        self._new_id = new_id
        self._care = care

    def add(self, connection: Connection, person_id: str, when: When, now: float) -> Shift:
        """A new shift of this person; what is kept already is kept once, however often somebody presses.

        Raises ShiftImpossible, ShiftIsOver, TooManyShifts, ProfileUnusable.
        """
        shift = when.as_shift(self._new_id(), person_id)
        _refuse_what_is_over(shift, now)
        of_theirs = shifts_of(connection, [person_id], not_before=0.0)
        same = next((one for one in of_theirs if replace(one, id=shift.id) == shift), None)
        if same is not None:
            return same
        if len(of_theirs) >= MOST_SHIFTS:
            raise TooManyShifts(person_id)
        connection.execute(insert(shifts).values(id=shift.id, person_id=person_id, **_columns(shift)))
        return shift

    def change(self, connection: Connection, person_id: str, shift_id: str, when: When, now: float) -> Shift:
        """Another time for a shift of this person; what was left out on days it still has stays left out.

        Raises NoSuchShift, ShiftImpossible, ShiftIsOver, ProfileUnusable.
        """
        before = self.shift(connection, person_id, shift_id)
        shift = when.as_shift(shift_id, person_id)
        _refuse_what_is_over(shift, now)
        self.answered(connection, shift_id)
        connection.execute(update(shifts).where(shifts.c.id == shift_id).values(**_columns(shift)))
        for _, day in left_out_of(connection, [before.id], not_before=0.0):
            if not shift.is_on(day):
                connection.execute(_taking_back(shift_id, day))
        return shift

    def remove(self, connection: Connection, person_id: str, shift_id: str) -> Shift:
        """Takes a shift of this person from the roster, and returns it. Raises NoSuchShift."""
        shift = self.shift(connection, person_id, shift_id)
        self.answered(connection, shift_id)
        connection.execute(delete(shifts_left_out).where(shifts_left_out.c.shift_id == shift_id))
        connection.execute(delete(shifts).where(shifts.c.id == shift_id))
        return shift

    def answered(self, connection: Connection, shift_id: str) -> None:
        """Whatever a supervisor has set is the helper's own now, as any change of theirs says too."""
        connection.execute(delete(shifts_asked).where(shifts_asked.c.shift_id == shift_id))

    def leave_out(self, connection: Connection, person_id: str, shift_id: str, day: date) -> None:
        """On this date the shift doesn't take place. Raises NoSuchShift, also where it wouldn't begin on that day."""
        if not self.shift(connection, person_id, shift_id).is_on(day):
            raise NoSuchShift(shift_id)
        connection.execute(_taking_back(shift_id, day))
        connection.execute(insert(shifts_left_out).values(shift_id=shift_id, date=day.isoformat()))

    def take_back(self, connection: Connection, person_id: str, shift_id: str, day: date) -> None:
        """It takes place on this date after all. Raises NoSuchShift."""
        self.shift(connection, person_id, shift_id)
        connection.execute(_taking_back(shift_id, day))

    def shift(self, connection: Connection, person_id: str, shift_id: str) -> Shift:
        """One shift of this person. Raises NoSuchShift."""
        # What isn't like an id may hold what a database refuses to look for.
        this = (shifts.c.id == shift_id) & (shifts.c.person_id == person_id)
        row = connection.execute(select(shifts).where(this)).first() if shift_id.isalnum() else None
        if row is None:
            raise NoSuchShift(shift_id)
        return shift_of(*row)

    def of_person(self, connection: Connection, person_id: str, now: float) -> list[Shift]:
        """The shifts of this person that aren't over: weekly ones from Monday on, then single ones by date."""
        found = [
            shift
            for shift in shifts_of(connection, [person_id], not_before=now - A_DAY)
            if not _is_over(shift, now)
        ]
        return sorted(found, key=lambda one: (one.on or date.min, one.weekday or 0, one.begins))

    def roster(
        self,
        connection: Connection,
        since: float,
        days: int,
        person_ids: Sequence[str] | None = None,
        languages: Sequence[str] = (),
    ) -> Roster:
        """So many days from `since` on: of everybody who takes calls, or of these people; and when nobody is there, or
        nobody who speaks one of these languages."""
        until = since + days * A_DAY
        takes_calls = [
            one
            for one in people_where(connection, people.c.state == "active")
            if one.may(Right.TAKE_CALLBACKS)
        ]
        wanted = [one.id for one in takes_calls] if person_ids is None else person_ids
        kept = shifts_of(connection, wanted, not_before=since - A_DAY)
        without = left_out_of(connection, [one.id for one in kept], not_before=since - A_DAY)
        # Who has been there since yesterday has done enough, and covers nothing today.
        times = taking_place(kept, without, since - A_DAY, until)
        spoken_by = {one.id: one.languages for one in takes_calls}
        return Roster(
            since,
            until,
            [one for one in times if one.ends > since],
            _left_out(kept, without, since, until),
            gaps(times, spoken_by, languages, since, until, self._care.most_seconds_a_shift),
        )


def forget_past(connection: Connection, now: float) -> int:
    """Forgets single shifts and left-out dates that lie a week back; returns how many shifts."""
    over = (datetime.fromtimestamp(now, UTC).date() - timedelta(days=KEPT_DAYS)).isoformat()
    connection.execute(delete(shifts_left_out).where(shifts_left_out.c.date < over))
    past = select(shifts.c.id).where(shifts.c.on_date < over)
    connection.execute(delete(shifts_asked).where(shifts_asked.c.shift_id.in_(past)))
    return connection.execute(delete(shifts).where(shifts.c.on_date < over)).rowcount


def _left_out(kept: Sequence[Shift], without: set[LeftOut], since: float, until: float) -> list[OnShift]:
    named = {shift_id for shift_id, _ in without}
    of_these = [one for one in kept if one.id in named]
    return [one for one in taking_place(of_these, (), since, until) if (one.shift, one.on) in without]


def _columns(shift: Shift) -> dict[str, str | int | None]:
    return {
        "time_zone": shift.time_zone,
        "begins": shift.begins.strftime("%H:%M"),
        "ends": shift.ends.strftime("%H:%M"),
        "weekday": shift.weekday,
        "on_date": shift.on.isoformat() if shift.on else None,
    }


def _is_over(shift: Shift, now: float) -> bool:
    return shift.on is not None and when_on(shift, shift.on).ends <= now


def _refuse_what_is_over(shift: Shift, now: float) -> None:
    if _is_over(shift, now):
        raise ShiftIsOver(shift.on)


def _taking_back(shift_id: str, day: date) -> Delete:
    this = (shifts_left_out.c.shift_id == shift_id) & (shifts_left_out.c.date == day.isoformat())
    return delete(shifts_left_out).where(this)
