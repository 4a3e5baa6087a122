"""From runs to figures: what is said of many runs, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from math import comb, inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.staffing.figures import (
    FEWEST_RUNS,
    TooFewCallers,
    edge_of_range,
    measure,
    quantile,
    steps_of,
    try_plan,
)
from ivr.staffing.model import HOUR, Plan, Target, Trial, spread_over_a_day
from tests.staffing.plans import NEVER_ANSWERS, NIGHT, SIMPLE, asks, played

TARGET = Target(HOUR, 0.8)
SMALL = Trial(days=4, runs=6)
PLAN = Plan(spread_over_a_day(40))


@example([0.0, 1.0], 50)
@example([float(number) for number in range(100)], 7)
@given(st.lists(st.floats(0, 100) | st.just(inf), min_size=1).map(sorted), st.integers(1, 99))
def test_a_waiting_time_of_most_is_one_that_most_have(waits: list[float], hundredths: int) -> None:
    """At least so many callers wait no longer than the time that is named, and it is the shortest such time."""
    named = quantile(waits, hundredths / 100)
    assert 100 * sum(wait <= named for wait in waits) >= hundredths * len(waits)
    assert 100 * sum(wait < named for wait in waits) < hundredths * len(waits)


@given(st.integers(FEWEST_RUNS, 400))
def test_the_range_holds_the_truth_in_95_of_100_cases(runs: int) -> None:
    """As many runs are left out at both ends as a coin allows, and not one more."""
    edge = edge_of_range(runs)

    def missed(left_out: int) -> float:
        return 2 * sum(comb(runs, below) for below in range(left_out + 1)) / 2**runs

    assert missed(edge) <= 0.05 < missed(edge + 1)


def test_who_is_never_rung_waits_for_ever() -> None:
    """A caller who is never rung isn't left out of the figures: the wait of “most” becomes never."""
    run = played(
        replace(SIMPLE, opening=NIGHT),
        [asks(5), asks(19, answers=NEVER_ANSWERS), asks(20, wish="in_the_morning")],
    )
    found = measure(run, TARGET)
    assert found.wait_of_half == 0.0
    assert found.wait_of_target == found.wait_of_most == inf
    assert found.in_time == pytest.approx(2 / 3)
    assert (found.talked, found.unreached, found.expired) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert found.never_reached == pytest.approx(2 / 3)


def test_a_plan_is_tried_with_each_number_of_helpers_and_with_no_limit() -> None:
    """Every number of helpers has a row in its order, the last row has always somebody free, and progress is shown."""
    steps = []
    rows = try_plan(PLAN, [1, 2], TARGET, SMALL, lambda: steps.append(1))
    assert [row.helpers for row in rows] == [1, 2, None]
    assert len(steps) == steps_of([1, 2], SMALL) == 18
    assert rows[-1].middle.wait_of_most < 3 * HOUR
    assert rows[0].middle.wait_of_target > rows[1].middle.wait_of_target > rows[2].middle.wait_of_target
    assert rows[0].middle.busy > rows[1].middle.busy > rows[1].middle.talking > 0


def test_ranges_enclose_the_figures() -> None:
    """Each figure lies within its own range."""
    (row, _) = try_plan(PLAN, [2], TARGET, SMALL, lambda: None)
    for name in ("wait_of_half", "wait_of_target", "in_time", "talked", "unreached", "busy"):
        low, middle, high = (getattr(measures, name) for measures in (row.low, row.middle, row.high))
        assert low <= middle <= high
    assert row.low.talked < row.high.talked


def test_a_row_reaches_the_target_when_its_wait_does() -> None:
    """The target is reached where the named share of callers waits no longer than the target's time."""
    (row, _) = try_plan(PLAN, [2], TARGET, SMALL, lambda: None)
    wait = row.middle.wait_of_target
    assert row.reaches(Target(wait, 0.8))
    assert not row.reaches(Target(wait - 1, 0.8))


def test_a_handful_of_callers_is_too_few() -> None:
    """Nobody is told a waiting time that rests on a handful of people."""
    with pytest.raises(TooFewCallers) as refused:
        try_plan(Plan(spread_over_a_day(2)), [1], TARGET, Trial(days=20), lambda: None)
    assert refused.value.callers == pytest.approx(40)
