"""When a caller may be rung: never in the night, in any place where she may be."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.callbacks.rows import window_of
from ivr.callbacks.time_zones import of_zones, zone_of_caller
from ivr.callbacks.waiting_time import told
from ivr.callbacks.windows import (
    NOW_SECONDS,
    SOON_SECONDS,
    Wish,
    joined,
    next_span,
    seconds_in_spans,
    shown_zone,
)
from ivr.vault.allowed import time_zones_of
from ivr.vault.number import PhoneNumber

THREE_IN_THE_NIGHT = datetime(2026, 3, 2, 3, tzinfo=ZoneInfo("Africa/Nairobi")).timestamp()
HOUR = 3600.0
HOURS: dict[Wish, tuple[float, float]] = {
    "as_soon_as_possible": (7.0, 21.5),
    "by_day": (7.0, 21.5),
    "in_the_morning": (8.0, 12.0),
    "in_the_evening": (17.0, 21.5),
    "now": (7.0, 21.5),
}
NEAR = ["Africa/Kinshasa", "Africa/Lubumbashi"], ["Europe/Madrid", "Atlantic/Canary"], ["Africa/Nairobi"]
FAR = (
    ["Australia/Lord_Howe", "Indian/Cocos"], ["Asia/Anadyr", "Europe/Bucharest"],
    ["America/New_York", "Pacific/Honolulu"], ["Pacific/Auckland", "Pacific/Chatham"],
)  # fmt: skip
moments = st.integers(1_700_000_000, 2_000_000_000).map(float)
wishes = st.sampled_from(list(HOURS))
zones = st.sampled_from([*NEAR, *FAR])


def hour(at: float, zone: str) -> float:
    there = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    return there.hour + there.minute / 60 + there.second / 3600


def is_within(at: float, zone: str, wish: Wish) -> bool:
    opens, closes = HOURS[wish]
    return opens <= hour(at, zone) < closes


@given(wish=wishes, where=zones, now=moments)
@example(wish="in_the_morning", where=["Asia/Anadyr", "Europe/Bucharest"], now=1_790_000_000.0)
def test_nobody_is_rung_in_the_night_of_any_place_where_she_may_be(
    wish: Wish, where: list[str], now: float
) -> None:
    """Whatever Amina keyed, whenever, and wherever her number may be: hours are found, and none of them is in the
    night of one of those places; what she keyed holds in one of them, and in all where it can."""
    span = next_span(wish, joined(where), now - 30 * HOUR, now)
    assert span.closes > now
    assert span.closes <= now + 3 * 24 * HOUR
    moments_of_it = [span.opens + share * (span.closes - span.opens) for share in (0.0, 0.3, 0.7, 0.999)]
    assert all(is_within(at, zone, "by_day") for at in moments_of_it for zone in where)
    assert any(all(is_within(at, zone, wish) for at in moments_of_it) for zone in where)
    if where in NEAR:
        assert all(is_within(at, zone, wish) for at in moments_of_it for zone in where)


@given(wish=wishes, where=zones, asked_at=moments, steps=st.lists(st.floats(60, 2 * 24 * HOUR), max_size=4))
def test_only_waiting_in_safe_hours_counts(
    wish: Wish, where: list[str], asked_at: float, steps: list[float]
) -> None:
    """However long Amina waits: what counts of it never shrinks, and is never more than the time that has passed."""
    at = [asked_at]
    for step in steps:
        at.append(at[-1] + step)
    waited = [seconds_in_spans(wish, joined(where), asked_at, each) for each in at]
    for (before, then), (was, now) in zip(pairwise(waited), pairwise(at), strict=True):
        assert -1e-6 <= then - before <= now - was + 1e-6


def test_who_said_nothing_is_rung_by_day() -> None:
    """Amina asks at three in the night and keys nothing: her phone rings from seven on. Had she keyed "as soon as
    possible", it might ring at once, for two hours."""
    at = THREE_IN_THE_NIGHT
    silent = next_span(window_of({}), "Africa/Nairobi", at, at)
    assert (hour(silent.opens, "Africa/Nairobi"), silent.holds(at)) == (7.0, False)
    soon = next_span(window_of({"safe_when": "as_soon_as_possible"}), "Africa/Nairobi", at, at)
    assert (soon.opens, soon.closes) == (at, at + SOON_SECONDS)


@pytest.mark.parametrize("keyed", [{}, {"safe_when": "as_soon_as_possible"}, {"safe_when": "no such answer"}])
def test_a_crisis_may_be_rung_through_the_night_in_which_it_asks(keyed: dict[str, str]) -> None:
    """In crisis Amina asks for help now. Whenever in the night that is, she may be rung until day breaks, in whatever
    place; not in the next night, and not at two when she asked at noon."""
    wish = window_of(keyed, crisis=True)
    for where in (["Africa/Nairobi"], ["Africa/Kinshasa", "Africa/Lubumbashi"]):
        for minutes in range(0, 570, 30):
            asked_at = THREE_IN_THE_NIGHT - 5.5 * HOUR + minutes * 60
            for later in range(0, 570 - minutes, 15):
                at = asked_at + later * 60
                assert next_span(wish, joined(where), asked_at, at).holds(at)
            two = THREE_IN_THE_NIGHT + 23 * HOUR
            assert not next_span(wish, joined(where), asked_at, two).holds(two)
    noon = THREE_IN_THE_NIGHT - 15 * HOUR
    two = THREE_IN_THE_NIGHT - HOUR
    assert next_span(wish, "Africa/Nairobi", noon, noon + 8 * HOUR).holds(noon + 8 * HOUR)
    assert not next_span(wish, "Africa/Nairobi", noon, two).holds(two)


def test_a_crisis_keeps_to_the_hours_that_are_keyed_for_it() -> None:
    """Amina is in crisis and keys the evening: somebody may be beside her until then. She isn't rung before."""
    wish = window_of({"safe_when": "in_the_evening"}, crisis=True)
    at = THREE_IN_THE_NIGHT
    assert hour(next_span(wish, "Africa/Nairobi", at, at).opens, "Africa/Nairobi") == 17.0
    assert window_of({"safe_when": "by_day"}, crisis=True) == window_of({"safe_when": "now"}) == "by_day"
    assert NOW_SECONDS > 9.5 * HOUR


@pytest.mark.parametrize(
    ("zones", "line_zone", "kept"),
    [
        (("Africa/Kinshasa", "Africa/Lubumbashi"), "Africa/Nairobi", "Africa/Lubumbashi,Africa/Kinshasa"),
        (("Asia/Anadyr", "Europe/Bucharest", "Europe/Moscow"), "Europe/Moscow", "Asia/Anadyr,Europe/Bucharest"),
        (("Africa/Nairobi", "Africa/Kampala"), "Africa/Nairobi", "Africa/Nairobi"),
        (("Australia/Sydney",), "Australia/Perth", "Australia/Sydney"),
        ((), "Africa/Nairobi", "Africa/Nairobi"),
    ],
)  # fmt: skip
def test_the_two_places_farthest_apart_are_kept(zones: tuple[str, ...], line_zone: str, kept: str) -> None:
    """Of all places where a number may be the two with the earliest and the latest clock are kept, those of the line's
    own country too; the line's zone stands for numbers of which nothing is known."""
    assert of_zones(zones, line_zone, THREE_IN_THE_NIGHT) == kept
    assert len(kept) <= 160


def test_an_area_says_where_a_phone_is() -> None:
    """Amina's phone in Washington keeps the clock of New York, on a line of any country; a hidden number keeps that of
    the line."""
    washington = PhoneNumber("+12025550147")
    assert time_zones_of(washington) == ("America/New_York",)
    assert zone_of_caller(washington, "Africa/Nairobi", THREE_IN_THE_NIGHT) == "America/New_York"
    assert zone_of_caller(None, "Africa/Nairobi", THREE_IN_THE_NIGHT) == "Africa/Nairobi"


def test_times_are_told_by_one_clock() -> None:
    """Amina may be in two zones: she is told "today" by the clock of the first of them, as pages show it."""
    where = "Asia/Anadyr,Europe/Bucharest"
    now = datetime(2026, 3, 2, 8, tzinfo=ZoneInfo("Asia/Anadyr")).timestamp()
    assert shown_zone(where) == "Asia/Anadyr"
    assert told(now + 5 * HOUR, now, where) == "wait_today"
