"""When a line is open, and how time is blurred before anything is kept."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.publishing.hours import DAYS, HoursUnreadable, duration_band, is_open, kept_of, read_hours

NAIROBI = "Africa/Nairobi"
BERLIN = "Europe/Berlin"
moments = st.floats(1_577_836_800, 1_893_456_000)
minutes = st.integers(0, 1439)


def at(text: str, zone: str = NAIROBI) -> float:
    """A local time, in seconds since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def test_no_hours_means_always() -> None:
    """A line without hours is open day and night."""
    assert is_open("{}", NAIROBI, at("2026-03-01T03:00"))


def test_a_whole_day_may_be_written_to_midnight() -> None:
    """A line that is open from midnight to 24:00 is open the whole day, and not a minute of the next."""
    hours = json.dumps({"fri": ["00:00-24:00"]})
    assert is_open(hours, NAIROBI, at("2026-03-06T00:00"))
    assert is_open(hours, NAIROBI, at("2026-03-06T23:59"))
    assert not is_open(hours, NAIROBI, at("2026-03-07T00:00"))


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    """When the clocks go back, a line that is open from two to three is so in both hours of that name."""
    hours = json.dumps({"sun": ["02:00-03:00"]})
    first = at("2026-10-25T02:30", BERLIN)
    assert is_open(hours, BERLIN, first)
    assert is_open(hours, BERLIN, first + 3600)
    assert not is_open(hours, BERLIN, first + 2 * 3600)


def test_a_night_shift_reaches_into_the_next_day() -> None:
    """A line that opens on Friday evening is open on Saturday before dawn, and closed on Friday before dawn."""
    hours = json.dumps({"fri": ["20:00-06:00"]})
    assert is_open(hours, NAIROBI, at("2026-03-06T23:00"))
    assert is_open(hours, NAIROBI, at("2026-03-07T05:59"))
    assert not is_open(hours, NAIROBI, at("2026-03-07T06:00"))
    assert not is_open(hours, NAIROBI, at("2026-03-06T05:00"))


def test_the_clock_change_moves_nothing() -> None:
    """On the day the clocks change, a line still opens at eight by the clock on the wall."""
    hours = json.dumps({"sun": ["08:00-17:00"]})
    assert not is_open(hours, BERLIN, at("2026-03-29T07:59", BERLIN))
    assert is_open(hours, BERLIN, at("2026-03-29T08:00", BERLIN))


@given(st.sampled_from(DAYS), minutes, minutes, moments)
def test_open_hours_are_exactly_their_minutes(day: str, start: int, end: int, now: float) -> None:
    """In any week, a line is open for exactly the minutes its hours name."""
    hours = json.dumps({day: [f"{clock(start)}-{clock(end)}"]})
    local = datetime.fromtimestamp(now, ZoneInfo("UTC"))
    minute = local.hour * 60 + local.minute
    length = (end - start) % 1440 or 1440
    since = (local.weekday() - DAYS.index(day)) * 1440 + minute - start
    assert is_open(hours, "UTC", now) == (since % (7 * 1440) < length)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"mon": ["24:00-08:00"]}',
        '{"mon": ["08:00-24:30"]}',
        '{"mon": ["08:00-17:00 "]}',
        "null",
        "3",
        '{"monday": []}',
        '{"mon": ["8-17"]}',
        '{"mon": ["08:00-25:00"]}',
        '{"mon": [5]}',
    ],
)
def test_unreadable_hours_are_refused(text: str) -> None:
    """Hours that can't be understood are refused when the line is set up, not when somebody calls."""
    with pytest.raises(HoursUnreadable):
        read_hours(text)


@given(moments, st.sampled_from([NAIROBI, BERLIN, "UTC", "Asia/Kathmandu"]))
def test_only_a_date_and_four_hours_are_kept(now: float, zone: str) -> None:
    """Of a moment, its local date and a band of four hours around it are kept, and nothing finer."""
    kept = kept_of(now, zone)
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    start, end = map(int, kept.band.split("-"))
    assert kept.date == local.date().isoformat()
    assert (start % 4, end - start) == (0, 4)
    assert start <= local.hour < end


@given(st.floats(0, 100_000))
def test_lengths_of_calls_become_bands(seconds: float) -> None:
    """Calls of about the same length can't be told apart."""
    band = duration_band(seconds)
    assert band in {"0-1", "1-3", "3-5", "5-10", "10-20", "20+"}
    assert duration_band(seconds + timedelta(hours=1).total_seconds()) == "20+"
