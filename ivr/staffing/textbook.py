"""The simulation held against the theory, for the hotlines that the theory knows.

Nothing is switched off for it: the same callers, the same state machine, the same rules that look after helpers, with
numbers for which they come to what Erlang assumed. Calls last a minute, so that nobody waits till it isn't safe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from ivr.people.wellbeing import Care
from ivr.staffing.callers import chance_of, draw_callers
from ivr.staffing.erlang import erlang_c, mean_wait, share_within
from ivr.staffing.model import DAY, HOUR, Plan
from ivr.staffing.simulate import Period, play

CASES = ((1, 0.5), (2, 0.6), (3, 0.7), (5, 0.7))
"""(helpers, how busy they are)."""
RUNS = 12
STUDENT = 3.106
"""Student's t for 11 degrees of freedom: 99 of 100 ranges enclose the truth."""
CALL_SECONDS = 60.0
CALLERS_OF_A_RUN = 1000


@dataclass(frozen=True, slots=True)
class Compared:
    """One quantity, simulated with its margin (99 % confidence), and as the theory has it."""

    simulated: float
    margin: float
    theory: float

    @property
    def agrees(self) -> bool:
        return abs(self.simulated - self.theory) <= self.margin


@dataclass(frozen=True, slots=True)
class Comparison:
    """One textbook hotline. `wait` is the mean of all callers in seconds; `has_to_wait` and `soon` are shares of them.

    `soon`: within the length of a call.
    """

    helpers: int
    busy: float
    wait: Compared
    has_to_wait: Compared
    soon: Compared

    @property
    def agrees(self) -> bool:
        return self.wait.agrees and self.has_to_wait.agrees and self.soon.agrees


def compare(helpers: int, busy: float, seed: int) -> Comparison:
    """Plays a textbook hotline, and asks the theory about the same one."""
    load = helpers * busy
    plan = textbook_plan(load)
    waits, waiting, soon = [], [], []
    begins = _settling_seconds(helpers, busy)
    period = Period(begins, begins + CALLERS_OF_A_RUN / load * CALL_SECONDS)
    until = period.ends + 2 * HOUR
    for number in range(RUNS):
        callers = draw_callers(plan, until / DAY, chance_of(seed, helpers, busy, number))
        waited = [case.waited or 0.0 for case in play(plan, callers, helpers, period, until).cases]
        waits.append(fmean(waited))
        waiting.append(fmean(wait > 0 for wait in waited))
        soon.append(fmean(wait <= CALL_SECONDS for wait in waited))
    return Comparison(
        helpers,
        busy,
        wait=_compared(waits, mean_wait(helpers, load, CALL_SECONDS)),
        has_to_wait=_compared(waiting, erlang_c(helpers, load)),
        soon=_compared(soon, share_within(helpers, load, CALL_SECONDS, CALL_SECONDS)),
    )


def compare_all(seed: int, one_is_done: Callable[[], None]) -> list[Comparison]:
    """All textbook hotlines, one step each."""
    found = []
    for helpers, busy in CASES:
        found.append(compare(helpers, busy, seed))
        one_is_done()
    return found


def textbook_plan(load: float, spread: float = 1.0) -> Plan:
    """Steady arrivals by chance, everybody answers at once, and helpers never rest. `load` in erlangs."""
    return Plan(
        calls_by_hour=(load * HOUR / CALL_SECONDS,) * 24,
        call_seconds=CALL_SECONDS,
        spread=spread,
        reached_by=(1.0,),
        ring_seconds=0.0,
        hard_share=0.0,
        care=Care(wrap_up_seconds=0.0),
    )


def _settling_seconds(helpers: int, busy: float) -> float:
    """A line that starts empty needs a time, longer the busier it is, until it is as long as it will be: five times
    its relaxation time."""
    return 5 * CALL_SECONDS / (helpers * (1 - sqrt(busy)) ** 2)


def _compared(runs: Sequence[float], theory: float) -> Compared:
    return Compared(fmean(runs), STUDENT * stdev(runs) / sqrt(len(runs)), theory)
