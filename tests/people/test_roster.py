"""Shifts as people keep them: past midnight, in their own time zones, over the change of the clocks."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ivr.people.roster import Shift, ShiftImpossible, coming
from tests.people.crew import on_shift

NAIROBI, BERLIN = "Africa/Nairobi", "Europe/Berlin"
NIGHT = Shift("s1", "joseph", NAIROBI, time(22), time(6), weekday=4)


def at(text: str, zone: str = NAIROBI) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        ("2026-03-06 21:59", False),
        ("2026-03-06 22:00", True),
        ("2026-03-07 05:59", True),
        ("2026-03-07 06:00", False),
        ("2026-03-07 22:30", False),
    ],
)
def test_a_night_shift_goes_past_midnight(moment: str, on: bool) -> None:
    """Joseph's Friday night lasts until Saturday morning, and there is none on Saturday night."""
    assert bool(on_shift([NIGHT], [], at(moment))) is on


def test_a_night_that_was_taken_out_is_out_until_the_morning() -> None:
    """Joseph is ill on that Friday: he isn't rung on the Saturday morning either."""
    ill = [("s1", date(2026, 3, 6))]
    assert on_shift([NIGHT], ill, at("2026-03-07 03:00")) == []
    assert on_shift([NIGHT], ill, at("2026-03-14 03:00")) != []


def test_shifts_are_said_in_the_helpers_own_time() -> None:
    """Leila sits in Berlin: her evening is later in Nairobi."""
    evening = Shift("s2", "leila", BERLIN, time(18), time(22), weekday=0)
    assert on_shift([evening], [], at("2026-03-02 19:30")) == []
    assert on_shift([evening], [], at("2026-03-02 20:30")) != []


def test_the_night_of_the_clocks_is_an_hour_shorter() -> None:
    """In the night when the clocks go forward, a shift from ten to six lasts seven hours, and ends at six."""
    night = Shift("s3", "leila", BERLIN, time(22), time(6), on=date(2026, 3, 28))
    (one,) = on_shift([night], [], at("2026-03-29 05:59", BERLIN))
    assert one.ends - one.begins == 7 * 3600
    assert on_shift([night], [], at("2026-03-29 06:00", BERLIN)) == []


def test_what_comes_next_is_listed_in_order() -> None:
    """Joseph sees his next week, the nearest shift first."""
    noon = Shift("s4", "joseph", NAIROBI, time(12), time(14), weekday=2)
    found = coming([NIGHT, noon], [], at("2026-03-03 09:00"), 7)
    assert [one.shift for one in found] == ["s4", "s1"]


@pytest.mark.parametrize("ends", [time(8), time(21)])
def test_a_shift_has_a_length_that_a_person_can_bear(ends: time) -> None:
    """A shift of no length, or of thirteen hours, is refused when it is made."""
    with pytest.raises(ShiftImpossible):
        Shift("s5", "joseph", NAIROBI, time(8), ends, weekday=1)


@pytest.mark.parametrize("begins", [time(hour, minute) for hour in range(24) for minute in (0, 7, 59)])
def test_a_shift_may_last_twelve_hours_to_the_minute(begins: time) -> None:
    """Whenever the longest shift begins, it isn't a minute too long."""
    ends = time((begins.hour + 12) % 24, begins.minute)
    assert Shift("s7", "joseph", NAIROBI, begins, ends, weekday=1).hours == 12


def test_a_shift_is_either_recurring_or_single() -> None:
    """Both or neither would be read differently by everybody."""
    with pytest.raises(ShiftImpossible):
        Shift("s6", "joseph", NAIROBI, time(8), time(9))
