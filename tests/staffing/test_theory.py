"""The simulation, against the theory of waiting lines where the theory applies."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, stdev

import pytest

from ivr.staffing.callers import chance_of, draw_callers
from ivr.staffing.erlang import mean_wait
from ivr.staffing.model import DAY, HOUR
from ivr.staffing.simulate import Period, play
from ivr.staffing.textbook import CALL_SECONDS, CASES, STUDENT, Comparison, compare, textbook_plan

SEED = 1


pytestmark = pytest.mark.xdist_group("theory")
"""Comparing takes long, and is done once."""


@pytest.fixture(scope="module")
def comparisons() -> dict[tuple[int, float], Comparison]:
    return {case: compare(*case, SEED) for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_the_simulation_agrees_with_erlang(
    comparisons: dict[tuple[int, float], Comparison], case: tuple[int, float]
) -> None:
    """With steady arrivals and nothing of a real hotline, mean wait, share that waits and share that is helped soon
    are those of the theory."""
    found = comparisons[case]
    assert found.wait.agrees, found.wait
    assert found.has_to_wait.agrees, found.has_to_wait
    assert found.soon.agrees, found.soon


@pytest.mark.parametrize("case", CASES)
def test_the_agreement_is_close_enough_to_mean_something(
    comparisons: dict[tuple[int, float], Comparison], case: tuple[int, float]
) -> None:
    """The ranges are so narrow that one helper more or fewer, or a quarter more callers, would be noticed."""
    found = comparisons[case]
    helpers, busy = case
    load = helpers * busy
    for wrong in (mean_wait(helpers + 1, load, CALL_SECONDS), mean_wait(helpers, load * 1.25, CALL_SECONDS)):
        assert abs(found.wait.simulated - wrong) > found.wait.margin
    assert found.has_to_wait.margin < 0.07


def test_calls_of_one_length_wait_half_as_long() -> None:
    """With calls that are all alike, one helper's callers wait half of what Erlang says (Pollaczek and Khinchine)."""
    busy = 0.6
    plan, period = textbook_plan(busy, spread=0.0), Period(HOUR, 17 * HOUR)
    means = []
    for number in range(12):
        callers = draw_callers(plan, 19 * HOUR / DAY, chance_of("alike", number))
        run = play(plan, callers, 1, period, 19 * HOUR)
        means.append(fmean(case.waited or 0.0 for case in run.cases))
    theory = mean_wait(1, busy, CALL_SECONDS) / 2
    margin = STUDENT * stdev(means) / sqrt(len(means))
    assert abs(fmean(means) - theory) < margin < theory / 4
