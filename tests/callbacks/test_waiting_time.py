"""How long a caller is told that she will wait: honest, in wide steps, and unknown where nobody can know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.callbacks.matching import Offering, Wanted
from ivr.callbacks.waiting_time import CALL_SECONDS, MOST_AHEAD, Stretch, expected_at, told

NOON = 1_772_355_600.0
"""Sunday, 12:00 in Nairobi."""
HOUR, WRAP_UP = 3600.0, 900.0
EACH = CALL_SECONDS + WRAP_UP
SWAHILI = Offering(frozenset({"sw"}), "woman", False)
WANTED = Wanted("sw", "", "emotional_support")


def expected(
    *stretches: Stretch, ahead: int = 0, opens: float = NOON, wanted: Wanted = WANTED
) -> float | None:
    return expected_at(stretches, wanted, ahead=ahead, opens=opens, now=NOON, wrap_up=WRAP_UP)


def test_somebody_is_free_now() -> None:
    """Leila is on call and nobody waits: Amina is told that she will be called within the hour."""
    at = expected(Stretch(SWAHILI, NOON - HOUR, NOON + 3 * HOUR))
    assert at == NOON
    assert told(at, NOON, "Africa/Nairobi") == "wait_within_an_hour"


def test_those_who_wait_before_come_first() -> None:
    """Two helpers and four callers before Amina: her turn is the third call of one of them."""
    two = [Stretch(SWAHILI, NOON, NOON + 6 * HOUR)] * 2
    assert expected(*two, ahead=4) == NOON + 2 * EACH


def test_the_shift_of_this_evening() -> None:
    """Nobody is on call before six: Amina is told "today", and not a time that may not hold."""
    at = expected(Stretch(SWAHILI, NOON + 6 * HOUR, NOON + 9 * HOUR))
    assert told(at, NOON, "Africa/Nairobi") == "wait_today"


def test_a_shift_that_ends_before_her_hours_is_no_help() -> None:
    """Amina may be called from five on, and Leila goes home at four; Joseph begins tomorrow: "tomorrow" it is."""
    at = expected(
        Stretch(SWAHILI, NOON, NOON + 4 * HOUR),
        Stretch(SWAHILI, NOON + 24 * HOUR, NOON + 30 * HOUR),
        opens=NOON + 5 * HOUR,
    )
    assert at == NOON + 24 * HOUR
    assert told(at, NOON, "Africa/Nairobi") == "wait_tomorrow"


@pytest.mark.parametrize(
    "wanted", [Wanted("fr", "", "x"), Wanted("sw", "man", "x"), Wanted("sw", "", "crisis")]
)
def test_where_nobody_fits_nothing_is_promised(wanted: Wanted) -> None:
    """Nobody speaks her language, or is the man she wishes for, or is trained: no time is told."""
    assert expected(Stretch(SWAHILI, NOON, NOON + HOUR), wanted=wanted) is None
    assert told(None, NOON, "Africa/Nairobi") == "wait_unknown"


def test_behind_a_very_long_queue_nothing_is_promised() -> None:
    """Behind five hundred others nobody can say when."""
    assert expected(Stretch(SWAHILI, NOON, NOON + 9 * HOUR), ahead=MOST_AHEAD + 1) is None


stretches = st.lists(
    st.builds(
        lambda begins, hours: Stretch(SWAHILI, NOON + begins, NOON + begins + hours * HOUR),
        st.floats(-8 * HOUR, 60 * HOUR),
        st.floats(0.1, 8),
    ),
    max_size=6,
)


@given(stretches, st.integers(0, 20), st.floats(-HOUR, 30 * HOUR))
def test_what_is_told_makes_sense_whatever_the_roster(
    on_call: list[Stretch], ahead: int, opens: float
) -> None:
    """It is a moment in somebody's time on call, not before her hours, and never sooner with more before her."""
    at = expected(*on_call, ahead=ahead, opens=NOON + opens)
    if at is None:
        return
    assert at >= max(NOON, NOON + opens)
    assert any(one.begins <= at < one.ends for one in on_call)
    sooner = expected(*on_call, ahead=max(0, ahead - 1), opens=NOON + opens)
    assert sooner is not None
    assert sooner <= at


@given(st.floats(0, 80 * HOUR), st.floats(0, 80 * HOUR))
def test_a_longer_wait_is_never_told_as_a_shorter_one(one: float, other: float) -> None:
    """The later of two turns is told with the same words, or with those of a longer wait."""
    steps = [
        "wait_within_an_hour", "wait_within_two_hours", "wait_today", "wait_tomorrow", "wait_some_days",
    ]  # fmt: skip
    sooner, later = (steps.index(told(NOON + wait, NOON, "Africa/Nairobi")) for wait in sorted((one, other)))
    assert sooner <= later
