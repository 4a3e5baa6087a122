"""Supervisors set shifts for helpers: it holds at once, the helper is told, and refusing costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time

import pytest
from sqlalchemy import Connection

from ivr.audit.deeds import Deed
from ivr.logs import HIDDEN
from ivr.people.helper_rows import forget_helper
from ivr.people.planning import Planning, details_of, read_details, when_of
from ivr.people.refusals import NoSuchShift, NotAHelper, ShiftIsOver
from ivr.people.roles import Role
from ivr.people.roster import Shift
from ivr.people.roster_tables import shifts_asked
from ivr.people.shifts import When
from tests.people.crew import hire
from tests.people.house import House, everything_was_read

NIGHTS = When("Africa/Nairobi", time(22), time(2), weekday=4)
LATER = When("Asia/Kolkata", time(23, 30), time(3), weekday=5)
ONCE = When("Africa/Nairobi", time(20), time(1), on=date(2026, 3, 3))
FRIDAY = date(2026, 3, 6)


@dataclass
class Plan:
    """Daniel, a supervisor, and Joseph, a helper."""

    house: House
    daniel: str
    joseph: str

    @contextmanager
    def planning(self) -> Iterator[tuple[Planning, Connection]]:
        with self.house.database.begin() as connection:
            yield self.house.parts.planning, connection

    def add(self, when: When = NIGHTS, who: str = "") -> Shift:
        with self.planning() as (planning, connection):
            return planning.add(connection, who or self.daniel, self.joseph, when, self.house.now)

    def move(self, shift: Shift, when: When, who: str = "") -> Shift:
        with self.planning() as (planning, connection):
            return planning.move(connection, who or self.daniel, self.joseph, shift.id, when, self.house.now)

    def promise(self, when: When = NIGHTS) -> Shift:
        """Joseph adds a shift himself."""
        with self.house.database.begin() as connection:
            return self.house.parts.shifts.add(connection, self.joseph, when, self.house.now)

    def refuse(self, shift: Shift) -> None:
        with self.planning() as (planning, connection):
            planning.refuse(connection, self.joseph, shift.id, self.house.now)

    def shifts(self) -> list[When]:
        with self.house.database.connect() as connection:
            kept = self.house.parts.shifts.of_person(connection, self.joseph, self.house.now)
        return [when_of(one) for one in kept]

    def told(self, person: str) -> list[dict[str, str]]:
        with self.house.database.connect() as connection:
            return [
                dict(one.details) | {"kind": one.kind, "who": one.who}
                for one in self.house.parts.notices.unseen(connection, person)
            ]

    def asked(self) -> list[str]:
        with self.planning() as (planning, connection):
            return list(planning.asked(connection))


@pytest.fixture
def plan(house: House) -> Plan:
    daniel = hire(house, "Daniel", Role.SUPERVISOR, on_shift=False).id
    joseph = hire(house, "Joseph", on_shift=False).id
    everything_was_read(house.database)
    return Plan(house, daniel, joseph)


@pytest.mark.parametrize("when", [NIGHTS, LATER, ONCE], ids=["weekly", "elsewhere", "once"])
def test_what_daniel_adds_holds_at_once_and_joseph_is_told(plan: Plan, when: When) -> None:
    """Past midnight, every week or once, by the clock of any place: it stands in the roster, the notice says exactly
    when it is, and the audit log who has set it. Pressed twice, it is there once and told once."""
    shift = plan.add(when)
    plan.add(when)
    assert plan.shifts() == [when]
    assert plan.asked() == [shift.id]
    [notice] = plan.told(plan.joseph)
    assert (notice["kind"], notice["who"], notice["what"]) == ("shift_set", plan.daniel, "added")
    assert when_of(read_details(notice)) == when
    assert HIDDEN not in str(notice)
    [row] = [row for row in plan.house.deeds() if row.deed == Deed.SHIFT_SET]
    assert (row.who, row.about, when_of(read_details(row.details))) == (plan.daniel, plan.joseph, when)


def test_refusing_a_new_shift_takes_it_away_and_leaves_no_trace_of_it(plan: Plan) -> None:
    """Joseph can't: the shift is gone, Daniel is told once that it is open, and no log says that Joseph refused."""
    shift = plan.add()
    rows = len(plan.house.deeds())
    plan.refuse(shift)
    assert (plan.shifts(), plan.asked(), plan.told(plan.joseph)) == ([], [], [])
    [notice] = plan.told(plan.daniel)
    assert (notice["kind"], when_of(read_details(notice))) == ("shift_refused", NIGHTS)
    assert len(plan.house.deeds()) == rows
    with pytest.raises(NoSuchShift):
        plan.refuse(shift)


def test_refusing_a_moved_shift_puts_it_back_to_what_was_promised(plan: Plan) -> None:
    """Daniel moves Joseph's nights, and once more: refused, they are when Joseph had promised them."""
    shift = plan.promise()
    plan.move(shift, LATER)
    plan.move(shift, ONCE)
    plan.refuse(shift)
    assert (plan.shifts(), plan.asked()) == ([NIGHTS], [])


def test_what_lies_in_the_past_is_not_gone_back_to(plan: Plan) -> None:
    """The evening that Joseph had promised is over when he refuses the other one: then there is none."""
    shift = plan.promise(ONCE)
    plan.move(shift, LATER)
    plan.house.clock.forward(5 * 86_400)
    plan.refuse(shift)
    assert plan.shifts() == []


def test_new_and_moved_before_it_was_answered_is_still_new(plan: Plan) -> None:
    """Daniel adds a shift and corrects it at once. Joseph reads the last word alone, and refuses all of it."""
    shift = plan.add()
    plan.move(shift, LATER)
    assert [one["what"] for one in plan.told(plan.joseph)] == ["moved"]
    plan.refuse(shift)
    assert plan.shifts() == []


@pytest.mark.parametrize("how", ["agrees", "changes it himself", "removes it"])
def test_once_it_is_answered_it_is_josephs_own(plan: Plan, how: str) -> None:
    """Whatever Joseph does with it says that he has seen it: then there is nothing to refuse any more."""
    shift, keeping = plan.add(), plan.house.parts.shifts
    with plan.planning() as (planning, connection):
        if how == "agrees":
            planning.agree(connection, plan.joseph, shift.id)
        elif how == "removes it":
            keeping.remove(connection, plan.joseph, shift.id)
        else:
            keeping.change(connection, plan.joseph, shift.id, LATER, plan.house.now)
    assert plan.asked() == []
    with pytest.raises(NoSuchShift):
        plan.refuse(shift)


def test_a_day_is_left_out_taken_back_and_the_shift_removed(plan: Plan) -> None:
    """Each is told to Joseph with the day, and noted in the log; a day without the shift can't be left out."""
    shift = plan.promise()
    with plan.planning() as (planning, connection):
        planning.leave_out(connection, plan.daniel, plan.joseph, shift.id, FRIDAY, plan.house.now)
        roster = plan.house.parts.shifts.roster(connection, plan.house.now, 7)
        assert [one.on for one in roster.left_out] == [FRIDAY]
    assert (plan.told(plan.joseph)[0]["what"], plan.told(plan.joseph)[0]["on"]) == ("left_out", "2026-03-06")
    with plan.planning() as (planning, connection):
        planning.take_back(connection, plan.daniel, plan.joseph, shift.id, FRIDAY, plan.house.now)
        assert not plan.house.parts.shifts.roster(connection, plan.house.now, 7).left_out
        with pytest.raises(NoSuchShift):
            day = date(2026, 3, 7)
            planning.leave_out(connection, plan.daniel, plan.joseph, shift.id, day, plan.house.now)
        planning.remove(connection, plan.daniel, plan.joseph, shift.id, plan.house.now)
    assert [one["what"] for one in plan.told(plan.joseph)] == ["removed"]
    assert plan.shifts() == []
    deeds = [row.details["what"] for row in plan.house.deeds() if row.deed == Deed.SHIFT_SET]
    assert sorted(deeds) == ["left_out", "removed", "taken_back"]


def test_whoever_takes_no_calls_is_given_no_shift_and_the_past_is_over(plan: Plan) -> None:
    """Sara records; and no shift is set for yesterday. Nothing is kept, told or noted of either."""
    sara, yesterday = (
        plan.house.employ("Sara", Role.STAFF).id,
        When("UTC", time(1), time(2), on=date(2026, 2, 1)),
    )
    with pytest.raises(NotAHelper), plan.planning() as (planning, connection):
        planning.add(connection, plan.daniel, sara, NIGHTS, plan.house.now)
    with pytest.raises(ShiftIsOver):
        plan.add(yesterday)
    assert (plan.shifts(), plan.asked()) == ([], [])


def test_daniels_own_shifts_ask_nobody(plan: Plan) -> None:
    """A supervisor who sets a shift for himself isn't asked, told or noted."""
    plan.add(who=plan.joseph)
    assert (plan.shifts(), plan.asked(), plan.told(plan.joseph)) == ([NIGHTS], [], [])
    assert not [row for row in plan.house.deeds() if row.deed == Deed.SHIFT_SET]


def test_whoever_leaves_takes_what_was_asked_along(plan: Plan) -> None:
    """Joseph's account is closed: nothing of what was asked of him stays behind."""
    plan.add()
    with plan.planning() as (_, connection):
        forget_helper(connection, plan.joseph)
        assert connection.execute(shifts_asked.select()).all() == []


def test_a_shift_is_read_as_it_was_written(plan: Plan) -> None:
    """What notices and the log keep of a shift says the same afterwards."""
    for when in (NIGHTS, LATER, ONCE):
        assert when_of(read_details(details_of(when.as_shift("", "")))) == when
    assert plan.shifts() == []
