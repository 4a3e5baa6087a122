"""Keeping the roster: helpers add, change and leave out their own shifts, and nobody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import insert

from ivr.people.refusals import NoSuchShift, ProfileUnusable, ShiftIsOver, TooManyShifts
from ivr.people.roles import Role
from ivr.people.roster import Shift, ShiftImpossible
from ivr.people.roster_tables import shifts_left_out
from ivr.people.shifts import KEPT_DAYS, MOST_SHIFTS, When
from ivr.people.upkeep import forget_old
from tests.people.crew import HOUR, hire
from tests.people.house import TIMES, House

SUNDAY_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
NIGHTS = When("Africa/Nairobi", time(22), time(2), weekday=4)
FRIDAY = date(2026, 3, 6)


def staff(house: House, *names: str) -> list[str]:
    assert house.now == SUNDAY_NOON
    return [hire(house, name, on_shift=False).id for name in names]


def add(house: House, person_id: str, when: When) -> Shift:
    with house.database.begin() as connection:
        return house.parts.shifts.add(connection, person_id, when, house.now)


def of_person(house: House, person_id: str) -> list[Shift]:
    with house.database.begin() as connection:
        return house.parts.shifts.of_person(connection, person_id, house.now)


def test_a_helper_keeps_shifts(house: House) -> None:
    """Joseph adds his Friday nights and one Monday, moves the nights by an hour, and gives the Monday back."""
    (joseph,) = staff(house, "Joseph")
    nights = add(house, joseph, NIGHTS)
    monday = add(house, joseph, When("Africa/Nairobi", time(9), time(12), on=date(2026, 3, 2)))
    assert of_person(house, joseph) == [nights, monday]
    later = When("Africa/Nairobi", time(23), time(3), weekday=4)
    with house.database.begin() as connection:
        changed = house.parts.shifts.change(connection, joseph, nights.id, later, house.now)
        assert house.parts.shifts.remove(connection, joseph, monday.id) == monday
        assert house.parts.shifts.shift(connection, joseph, nights.id) == changed
    assert of_person(house, joseph) == [changed]
    assert (changed.begins, changed.ends) == (time(23), time(3))


def test_nobody_touches_the_shifts_of_somebody_else(house: House) -> None:
    """To Mallory, Joseph's shift is one that doesn't exist, whatever is asked of it."""
    joseph, mallory = staff(house, "Joseph", "Mallory")
    shift = add(house, joseph, NIGHTS)
    keeping = house.parts.shifts
    with house.database.begin() as connection:
        for deed in (
            lambda: keeping.change(connection, mallory, shift.id, NIGHTS, house.now),
            lambda: keeping.remove(connection, mallory, shift.id),
            lambda: keeping.leave_out(connection, mallory, shift.id, FRIDAY),
            lambda: keeping.take_back(connection, mallory, shift.id, FRIDAY),
            lambda: keeping.shift(connection, joseph, "\0"),
        ):
            with pytest.raises(NoSuchShift):
                deed()
    assert of_person(house, joseph) == [shift]


def test_a_date_is_left_out_and_taken_back(house: House) -> None:
    """Joseph is away on one Friday; twice said is once done; and a day without the shift can't be left out."""
    (joseph,) = staff(house, "Joseph")
    shift, keeping = add(house, joseph, NIGHTS), house.parts.shifts
    with house.database.begin() as connection:
        assert len(keeping.roster(connection, house.now, 7).times) == 1
        keeping.leave_out(connection, joseph, shift.id, FRIDAY)
        keeping.leave_out(connection, joseph, shift.id, FRIDAY)
        without = keeping.roster(connection, house.now, 7)
        with pytest.raises(NoSuchShift):
            keeping.leave_out(connection, joseph, shift.id, date(2026, 3, 7))
        assert (list(without.times), [one.on for one in without.left_out]) == ([], [FRIDAY])
        keeping.take_back(connection, joseph, shift.id, FRIDAY)
        after = keeping.roster(connection, house.now, 7)
    assert ([one.on for one in after.times], list(after.left_out)) == ([FRIDAY], [])


def test_what_was_left_out_stays_so_only_where_the_shift_still_is(house: House) -> None:
    """Fridays by an hour later: the Friday off stays off. Moved to Saturdays: no Friday is left to be off."""
    (joseph,) = staff(house, "Joseph")
    shift, keeping = add(house, joseph, NIGHTS), house.parts.shifts
    with house.database.begin() as connection:
        keeping.leave_out(connection, joseph, shift.id, FRIDAY)
        for weekday, left in ((4, 1), (5, 0)):
            moved = When("Africa/Nairobi", time(20), time(22), weekday=weekday)
            keeping.change(connection, joseph, shift.id, moved, house.now)
            assert len(connection.execute(shifts_left_out.select()).all()) == left


def test_a_removed_shift_takes_what_was_left_out_with_it(house: House) -> None:
    """Nothing of a shift stays behind when it is given back."""
    (joseph,) = staff(house, "Joseph")
    shift = add(house, joseph, NIGHTS)
    with house.database.begin() as connection:
        house.parts.shifts.leave_out(connection, joseph, shift.id, FRIDAY)
        house.parts.shifts.remove(connection, joseph, shift.id)
        assert connection.execute(shifts_left_out.select()).all() == []


@pytest.mark.parametrize(
    ("when", "refusal"),
    [
        (When("Africa/Nairobi", time(8), time(8), weekday=1), ShiftImpossible),
        (When("Africa/Nairobi", time(8), time(21), weekday=1), ShiftImpossible),
        (When("Africa/Nairobi", time(8), time(9)), ShiftImpossible),
        (When("Africa/Nairobi", time(23), time(1), on=date.max), ShiftImpossible),
        (When("Africa/Nairobi", time(23), time(1), on=date.min), ShiftImpossible),
        (When("Africa/Nairobi", time(8), time(9), on=date(2026, 3, 1)), ShiftIsOver),
        (When("Middle-earth/Bree", time(8), time(9), weekday=1), ProfileUnusable),
    ],
)
def test_a_shift_that_cannot_be_is_refused(house: House, when: When, refusal: type[Exception]) -> None:
    """No length, thirteen hours, no day, a day in no calendar, this morning, a place in no atlas: nothing is kept."""
    (joseph,) = staff(house, "Joseph")
    with pytest.raises(refusal):
        add(house, joseph, when)
    shift = add(house, joseph, NIGHTS)
    with pytest.raises(refusal), house.database.begin() as connection:
        house.parts.shifts.change(connection, joseph, shift.id, when, house.now)
    assert of_person(house, joseph) == [shift]


def test_nobody_fills_the_roster_without_end(house: House) -> None:
    """Fifty shifts are more than anybody works."""
    (joseph,) = staff(house, "Joseph")
    with house.database.begin() as connection:
        for minute in range(MOST_SHIFTS):
            one = When("Africa/Nairobi", time(20, minute), time(22), weekday=1)
            house.parts.shifts.add(connection, joseph, one, house.now)
    with pytest.raises(TooManyShifts):
        add(house, joseph, NIGHTS)


def test_a_shift_that_was_sent_twice_is_kept_once(house: House) -> None:
    """On a slow line Joseph presses twice: he has promised one night."""
    (joseph,) = staff(house, "Joseph")
    assert add(house, joseph, NIGHTS) == add(house, joseph, NIGHTS)
    assert len(of_person(house, joseph)) == 1


def test_the_roster_of_all_says_when_nobody_is_there(house: House) -> None:
    """Two helpers, one day: who is there, when nobody is, and when nobody speaks Arabic."""
    joseph, leila = staff(house, "Joseph", "Leila")
    for person, languages in ((joseph, ["sw"]), (leila, ["sw", "ar"])):
        house.parts.profiles.change(
            person, name="Name", languages=languages, gender="", time_zone="UTC", reads="", now=house.now
        )
    add(house, joseph, When("UTC", time(12), time(14), weekday=6))
    add(house, leila, When("UTC", time(14), time(18), weekday=6))
    with house.database.begin() as connection:
        day = house.parts.shifts.roster(connection, house.now, 1, languages=["ar", "sw"])
        mine = house.parts.shifts.roster(connection, house.now, 1, [leila])
    assert [one.person for one in day.times] == [joseph, leila]
    hours = [
        (gap.language, (gap.begins - house.now) / HOUR, (gap.ends - house.now) / HOUR) for gap in day.gaps
    ]
    assert hours == [("", 6, 24), ("ar", 0, 2)]
    assert [one.person for one in mine.times] == [leila]


def test_whoever_takes_no_calls_stands_in_no_roster(house: House) -> None:
    """Leila isn't a helper any more: her shifts stay hers, and nobody counts on them."""
    (leila,) = staff(house, "Leila")
    add(house, leila, NIGHTS)
    house.parts.accounts.change_roles(leila, leila, [Role.STAFF], house.now)
    with house.database.begin() as connection:
        assert list(house.parts.shifts.roster(connection, house.now, 7).times) == []


def test_shifts_that_are_over_are_forgotten_after_a_week(house: House) -> None:
    """A single shift is listed until its end, and kept for a week, with what was left out; a weekly one stays."""
    (joseph,) = staff(house, "Joseph")
    weekly = add(house, joseph, NIGHTS)
    add(house, joseph, When("UTC", time(20), time(22), on=date(2026, 3, 1)))
    with house.database.begin() as connection:
        connection.execute(insert(shifts_left_out).values(shift_id=weekly.id, date="2026-03-01"))
    house.clock.forward(10 * HOUR)
    assert of_person(house, joseph) == [weekly]
    house.clock.now = SUNDAY_NOON + KEPT_DAYS * 24 * HOUR
    assert forget_old(house.database, TIMES, house.now).shifts == 0
    house.clock.forward(24 * HOUR)
    assert forget_old(house.database, TIMES, house.now).shifts == 1
    with house.database.begin() as connection:
        assert connection.execute(shifts_left_out.select()).all() == []
    assert of_person(house, joseph) == [weekly]
