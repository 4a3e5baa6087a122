"""From simulated runs to figures a programme can plan with: the middle of all runs, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from math import ceil, comb, inf

from ivr.callbacks.machine import Ending
from ivr.staffing.callers import chance_of, draw_callers
from ivr.staffing.model import DAY, Plan, Target, Trial
from ivr.staffing.simulate import Period, Run, play

FEWEST_RUNS = 6
"""With fewer, no two of them enclose the true middle in 95 of 100 cases."""
FEWEST_CALLERS = 50
"""Of one run. Below that, "19 of 20" would rest on two or three people."""
DOUBT = 0.05


class TooFewCallers(Exception):
    """A run would have too few callers for a figure; `callers` are to be expected in it."""

    def __init__(self, callers: float) -> None:
        self.callers = callers
        super().__init__(callers)


@dataclass(frozen=True, slots=True)
class Measures:
    """One run, or the middle of several. Waits in seconds, infinite for “never”; the rest are shares from 0 to 1.

    `busy` and `talking` are shares of the time that helpers are on call; the others are shares of callers.
    """

    wait_of_half: float
    wait_of_target: float
    """Of the share of callers that the target names."""
    wait_of_most: float
    """Of 19 of 20."""
    in_time: float
    talked: float
    unreached: float
    expired: float
    withdrawn: float
    busy: float
    talking: float

    @property
    def never_reached(self) -> float:
        return self.unreached + self.expired + self.withdrawn


@dataclass(frozen=True, slots=True)
class Row:
    """What so many helpers achieve. `helpers` is None where there is always one free, however many that takes.

    The true middle lies between `low` and `high` in 95 of 100 cases.
    """

    helpers: int | None
    middle: Measures
    low: Measures
    high: Measures

    def reaches(self, target: Target) -> bool:
        return self.middle.wait_of_target <= target.seconds


def try_plan(
    plan: Plan, helpers: Sequence[int], target: Target, trial: Trial, one_is_done: Callable[[], None]
) -> list[Row]:
    """A row for each number of helpers, and one at the end for as many as it takes. Raises TooFewCallers.

    All of them meet the same callers. `one_is_done` is called after each of `steps_of(…)` steps.
    """
    if plan.calls_a_day * trial.days < FEWEST_CALLERS:
        raise TooFewCallers(plan.calls_a_day * trial.days)
    kept_days = ceil(plan.keep_seconds / DAY)
    period = Period(kept_days * DAY, (kept_days + trial.days) * DAY)
    found: list[list[Measures]] = [[] for _ in [*helpers, None]]
    for number in range(trial.runs):
        callers = draw_callers(plan, trial.days + 2 * kept_days, chance_of(trial.seed, number))
        for place, count in enumerate([*helpers, len(callers)]):
            run = play(plan, callers, count, period, period.ends + (kept_days + 1) * DAY)
            found[place].append(measure(run, target))
            one_is_done()
    return [_row(count, runs) for count, runs in zip([*helpers, None], found, strict=True)]


def steps_of(helpers: Sequence[int], trial: Trial) -> int:
    """How often `one_is_done` will be called."""
    return trial.runs * (len(helpers) + 1)


def measure(run: Run, target: Target) -> Measures:
    """The figures of one run with at least one caller."""
    waits = sorted(inf if (waited := case.waited) is None else waited for case in run.cases)
    endings = [case.ending for case in run.cases]
    return Measures(
        wait_of_half=quantile(waits, 0.5),
        wait_of_target=quantile(waits, target.share),
        wait_of_most=quantile(waits, 0.95),
        in_time=sum(wait <= target.seconds for wait in waits) / len(waits),
        talked=endings.count(Ending.TALKED) / len(waits),
        unreached=endings.count(Ending.UNREACHED) / len(waits),
        expired=endings.count(Ending.EXPIRED) / len(waits),
        withdrawn=endings.count(Ending.WITHDRAWN) / len(waits),
        busy=run.busy_seconds / run.on_call_seconds,
        talking=run.talk_seconds / run.on_call_seconds,
    )


def quantile(in_order: Sequence[float], share: float) -> float:
    """The smallest value that so many are not above."""
    return in_order[max(ceil(share * len(in_order) - 1e-9), 1) - 1]


def _row(helpers: int | None, runs: Sequence[Measures]) -> Row:
    """Nothing is assumed of how runs are spread, so a wait may well be “never” in some of them."""
    middle, low, high = {}, {}, {}
    edge = edge_of_range(len(runs))
    for name in (field.name for field in fields(Measures)):
        in_order = sorted(getattr(run, name) for run in runs)
        middle[name] = quantile(in_order, 0.5)
        low[name], high[name] = in_order[edge], in_order[-1 - edge]
    return Row(helpers, Measures(**middle), Measures(**low), Measures(**high))


def edge_of_range(runs: int) -> int:
    """How many of the lowest, and of the highest, may be left out and the rest still enclose the true middle.

    A run lies below the middle as a coin falls, so the chance that too few do is counted, not estimated.
    """
    outside, edge = 1.0, 0
    while 2 * (outside + comb(runs, edge + 1)) <= DOUBT * 2**runs:
        edge += 1
        outside += comb(runs, edge)
    return edge
