"""Shifts and gaps of any kind, against models that walk through every minute by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.people.coverage import covering, gaps, uncovered
from ivr.people.on_call import NO_CHOICE, on_call
from ivr.people.roster import LONGEST_SHIFT_HOURS, OnShift, Shift
from ivr.people.wellbeing import Care, Day, Standing, standing
from tests.people.crew import on_shift

MINUTE = timedelta(minutes=1)
ZONES = ("Africa/Nairobi", "Europe/Berlin", "Africa/Casablanca", "Australia/Lord_Howe", "America/St_Johns")
CHANGES = (date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5), date(2026, 11, 1), date(2026, 2, 15))
"""Days on which the clocks of some of these zones change."""
PEOPLE = ("joseph", "leila", "grace")


@lru_cache(maxsize=4096)
def instant(wall: datetime, zone: str) -> datetime:
    """When the clock on the wall first shows this; where it jumps over it, as much later as it lies within the jump."""
    at = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    before = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    while True:
        at += MINUTE
        shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if shown == wall:
            return at
        if before < wall < shown:
            return at + (wall - before - MINUTE)
        before = shown


def lasts(shift: Shift, day: date, at: datetime) -> bool:
    """Whether the shift that begins on this day lasts at this moment."""
    if not (shift.on == day or shift.weekday == day.weekday()):
        return False
    ends = day if shift.ends > shift.begins else day + timedelta(days=1)
    return (
        instant(datetime.combine(day, shift.begins), shift.time_zone)
        <= at
        < instant(datetime.combine(ends, shift.ends), shift.time_zone)
    )


@st.composite
def some_shifts(draw: st.DrawFn) -> Shift:
    begins = time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30, 59])))
    minutes = draw(st.integers(1, LONGEST_SHIFT_HOURS * 60))
    ends = (datetime.combine(date(2026, 1, 1), begins) + timedelta(minutes=minutes)).time()
    single = draw(st.booleans())
    on = draw(st.sampled_from(CHANGES)) + timedelta(days=draw(st.integers(-1, 1)))
    return Shift(
        "s1",
        "joseph",
        draw(st.sampled_from(ZONES)),
        begins,
        ends,
        weekday=None if single else on.weekday(),
        on=on if single else None,
    )


@settings(max_examples=60, deadline=None)
@given(some_shifts(), st.sampled_from(CHANGES), st.integers(-1440, 2 * 1440), st.booleans())
def test_who_is_on_shift_is_what_the_clock_on_the_wall_says(
    shift: Shift, around: date, minute: int, left_out: bool
) -> None:
    """At any minute, also in the nights when clocks are changed: Joseph is on shift when his own clock says so."""
    at = datetime.combine(around, time(0), UTC) + timedelta(minutes=minute)
    without = [("s1", around)] if left_out else []
    days = [around + timedelta(days=ahead) for ahead in range(-4, 5)]
    expected = any(lasts(shift, day, at) for day in days if ("s1", day) not in without)
    assert bool(on_shift([shift], without, at.timestamp())) is expected


@pytest.mark.parametrize(
    ("zone", "day", "handed_over"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45)),
        ("Africa/Nairobi", date(2026, 3, 29), time(0)),
    ],
)
def test_whoever_takes_over_is_there_when_the_other_leaves(zone: str, day: date, handed_over: time) -> None:
    """Leila takes over from Joseph at half past two, a time that isn't there that night, or is there twice."""
    begins = (datetime.combine(day, handed_over) - timedelta(hours=2)).time()
    ends = (datetime.combine(day, handed_over) + timedelta(hours=3)).time()
    eve = day - timedelta(days=1) if begins > handed_over else day
    first = Shift("s1", "joseph", zone, begins, handed_over, on=eve)
    second = Shift("s2", "leila", zone, handed_over, ends, on=day)
    change = instant(datetime.combine(day, handed_over), zone).timestamp()
    assert [one.person for one in on_shift([first, second], [], change - 60)] == ["joseph"]
    assert [one.person for one in on_shift([first, second], [], change)] == ["leila"]


@st.composite
def rosters(draw: st.DrawFn) -> list[OnShift]:
    """Shifts in whole minutes of two days, of three people."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        begins = draw(st.integers(-1440, 1440))
        ends = begins + draw(st.integers(1, 720))
        person = draw(st.sampled_from(PEOPLE))
        found.append(OnShift(person, str(number), begins * 60.0, ends * 60.0, date(2026, 3, 1)))
    return found


def covers_by_the_minute(times: list[OnShift], person: str, most_minutes: int) -> set[int]:
    """In which minutes somebody may be asked: whoever has been there for too long may not, until an hour's rest."""
    covered, began, last = set(), 0, -100_000
    for minute in range(-1440, 2880):
        if any(one.person == person and one.begins <= minute * 60 < one.ends for one in times):
            if minute - last > 60:
                began = minute
            last = minute
            if minute - began < most_minutes:
                covered.add(minute)
    return covered


SPOKEN = {"joseph": ("sw",), "leila": ("sw", "ar"), "grace": ("en",)}


@settings(max_examples=60, deadline=None)
@given(rosters(), st.integers(30, 300))
def test_the_gaps_are_the_minutes_in_which_nobody_may_be_asked(times: list[OnShift], most: int) -> None:
    """Of any roster, the gaps that a supervisor reads are those that a caller would meet, and no others."""
    since, until = 0, 1440
    by_minute = {one: covers_by_the_minute(times, one, most) for one in PEOPLE}
    anybody = set().union(*by_minute.values())
    swahili = by_minute["joseph"] | by_minute["leila"]
    found = gaps(times, SPOKEN, ["sw"], since, until * 60.0, most * 60.0)
    for minute in range(since, until):
        named = {gap.language for gap in found if gap.begins <= minute * 60 < gap.ends}
        expected = {""} if minute not in anybody else set() if minute in swahili else {"sw"}
        assert named == expected, minute


@settings(max_examples=60, deadline=None)
@given(rosters())
def test_what_the_roster_promises_is_what_the_rules_allow(times: list[OnShift]) -> None:
    """Whoever covers a time by the roster is really asked then, and whoever doesn't, isn't."""
    care = Care()
    covers = covering(times, care.most_seconds_a_shift)
    for person in PEOPLE:
        theirs = [one for one in times if one.person == person]
        for minute in range(0, 1440, 7):
            stretch = on_call(theirs, NO_CHOICE, minute * 60.0)
            asked = standing(Day(stretch.began if stretch else None), minute * 60.0, care).standing
            promised = any(begins <= minute * 60 < ends for begins, ends in covers.get(person, ()))
            assert (asked is Standing.FREE) is promised, (person, minute)


def test_gaps_are_said_once_and_in_order() -> None:
    """Between two shifts, and after the last: the end of one gap is the beginning of somebody."""
    assert uncovered([(10, 20), (15, 30), (40, 50)], 0, 100) == [(0, 10), (30, 40), (50, 100)]
    assert uncovered([(-10, 200)], 0, 100) == []
    assert uncovered([(150, 200)], 0, 100) == [(0, 100)]
    assert uncovered([], 0, 0) == []


def test_a_night_of_eight_hours_covers_its_first_four() -> None:
    """Joseph promises ten to six; he is asked until two, and the roster says honestly that nobody is there after it."""
    night = OnShift("joseph", "s1", 22 * 3600.0, 30 * 3600.0, date(2026, 3, 6))
    found = gaps([night], SPOKEN, ["sw"], 22 * 3600.0, 30 * 3600.0, 4 * 3600.0)
    assert [(gap.language, gap.begins, gap.ends) for gap in found] == [("", 26 * 3600.0, 30 * 3600.0)]
