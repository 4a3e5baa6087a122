"""What a plan says of hours, of days and of who asks when."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import inf
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.staffing.callers import chance_of, draw_callers
from ivr.staffing.model import DAY, HOUR, Opening, Plan, safe_hours, spread_over_a_day
from tests.staffing.plans import NIGHT

EDGES = st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(sorted)
OPENINGS = EDGES.map(
    lambda edges: Opening(
        tuple((a * 900.0, b * 900.0) for a, b in zip(edges[::2], edges[1::2], strict=False))
    )
)
MINUTES = st.integers(0, 4 * 24 * 60).map(lambda minutes: minutes * 60.0)


@given(OPENINGS, MINUTES, MINUTES)
def test_hours_of_the_service_are_counted_to_the_minute(
    opening: Opening, first: float, second: float
) -> None:
    """The time on call between two moments is what one gets by looking at the clock every minute."""
    begins, ends = min(first, second), max(first, second)
    looked = sum(60.0 for minute in range(int(begins), int(ends), 60) if opening.holds(minute))
    assert opening.seconds_between(begins, ends) == pytest.approx(looked)


@given(OPENINGS, MINUTES)
def test_between_two_changes_nobody_comes_or_goes(opening: Opening, at: float) -> None:
    """Until the next change that is announced, the service stays as open or as closed as it is."""
    change = opening.next_change(at)
    if change == inf:
        assert opening.seconds_a_day == DAY
        return
    assert at < change <= at + DAY
    assert {opening.holds(at + part * (change - at) / 7) for part in range(7)} == {opening.holds(at)}


@pytest.mark.parametrize(("opening", "shifts"), [(Opening(), 6), (NIGHT, 3), (Opening(((0.0, HOUR),)), 1)])
def test_a_day_is_filled_with_shifts_of_four_hours(opening: Opening, shifts: int) -> None:
    """A programme sees how many people a place on call takes: six a day round the clock, three for a night."""
    assert opening.shifts_a_day(4 * HOUR) == shifts


def test_safe_hours_are_those_of_the_hotline() -> None:
    """The simulated callers may be rung when real ones may: by day, in the morning, in the evening."""
    hours = {wish: safe_hours(wish) for wish in ("as_soon_as_possible", "in_the_morning", "in_the_evening")}
    assert hours == {
        "as_soon_as_possible": (7 * HOUR, 21.5 * HOUR),
        "in_the_morning": (8 * HOUR, 12 * HOUR),
        "in_the_evening": (17 * HOUR, 21.5 * HOUR),
    }


def test_as_many_ask_in_each_hour_as_the_plan_says() -> None:
    """Over a long time, callers come in the numbers and at the hours that were given, and none where there is 0."""
    plan = Plan((0.0, 4.0, *[1.0] * 22))
    hours = Counter(int(caller.asked_at % DAY // HOUR) for caller in draw_callers(plan, 500, chance_of(1)))
    assert hours[0] == 0
    assert hours[1] == pytest.approx(2000, rel=0.08)
    assert sum(hours.values()) == pytest.approx(500 * 26, rel=0.03)


def test_arrivals_are_as_uneven_as_chance() -> None:
    """Callers don't come by the clock: the gaps between them are spread as widely as their mean."""
    callers = draw_callers(Plan((10.0,) * 24), 30, chance_of(1))
    gaps = [after.asked_at - before.asked_at for before, after in pairwise(callers)]
    assert fmean(gaps) == pytest.approx(360, rel=0.05)
    assert stdev(gaps) == pytest.approx(360, rel=0.05)


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 1.5])
def test_calls_are_as_long_and_as_unlike_as_the_plan_says(spread: float) -> None:
    """The mean length of calls is the given one, and so is how much they differ."""
    plan = Plan((40.0,) * 24, call_seconds=600.0, spread=spread)
    lengths = [caller.talk_seconds for caller in draw_callers(plan, 20, chance_of(1))]
    assert fmean(lengths) == pytest.approx(600, rel=0.04)
    assert stdev(lengths) == pytest.approx(600 * spread, rel=0.08)


def test_as_many_answer_by_each_attempt_as_the_plan_says() -> None:
    """Half answer at first and three quarters by the third attempt; who has answered once would answer again."""
    drawn = [caller.answers for caller in draw_callers(Plan((40.0,) * 24), 20, chance_of(1))]
    shares = [fmean(answers[attempt] for answers in drawn) for attempt in range(3)]
    assert shares == pytest.approx([0.50, 0.65, 0.76], abs=0.02)
    assert all(list(answers) == sorted(answers) for answers in drawn)


def test_wishes_and_hard_calls_come_in_their_shares() -> None:
    """The share that asks for each window, and the share of hard calls, are those of the plan."""
    plan = replace(
        Plan((40.0,) * 24), wishes={"as_soon_as_possible": 0.7, "in_the_evening": 0.3}, hard_share=0.2
    )
    callers = draw_callers(plan, 20, chance_of(1))
    assert fmean(caller.wish == "in_the_evening" for caller in callers) == pytest.approx(0.3, abs=0.02)
    assert fmean(caller.hard for caller in callers) == pytest.approx(0.2, abs=0.02)


def test_the_same_seed_gives_the_same_callers() -> None:
    """Who repeats a simulation meets the same people; another seed brings others."""
    plan = Plan(spread_over_a_day(40))
    first, again, other = (draw_callers(plan, 5, chance_of(seed, 0)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_usual_day_holds_as_many_calls_as_were_asked_for() -> None:
    """A number of calls a day is spread over all hours without loss."""
    assert sum(spread_over_a_day(40)) == pytest.approx(40)
    assert all(spread_over_a_day(40))
