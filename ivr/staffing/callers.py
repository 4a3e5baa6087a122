"""The callers of one run, drawn by chance before anybody helps them.

Everything that chance decides belongs to a caller and not to a helper. So different numbers of helpers are tried on the
very same people, and what differs between them is the helpers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from random import Random

from ivr.callbacks.windows import Wish
from ivr.staffing.model import DAY, HOUR, Plan


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks to be called back. `answers`: whether they pick up at the first, second, … attempt."""

    asked_at: float
    wish: Wish
    talk_seconds: float
    answers: tuple[bool, ...]
    hard: bool = False
    withdraws_at: float = inf


def chance_of(*names: object) -> Random:
    """Chance that is the same whenever it has the same names: what it decides here is nobody's secret."""
    return Random("/".join(map(str, names)))  # noqa: S311


def draw_callers(plan: Plan, days: float, chance: Random) -> list[Caller]:
    """Everybody who asks within so many days, in the order of asking."""
    wishes, weights = list(plan.wishes), list(plan.wishes.values())
    callers = []
    for asked_at in _times(plan, days * DAY, chance):
        wish = chance.choices(wishes, weights)[0]
        patience = chance.expovariate(1.0)
        callers.append(
            Caller(
                asked_at=asked_at,
                wish=wish,
                talk_seconds=_length(plan, chance),
                answers=_answers(plan.reached_by, chance),
                hard=chance.random() < plan.hard_share,
                withdraws_at=asked_at + patience * plan.patience_seconds,
            )
        )
    return callers


def _times(plan: Plan, until: float, chance: Random) -> Iterator[float]:
    """Chance arrivals, hour by hour: what is left of an hour without a caller is left, as chance has no memory."""
    hour, at = 0, 0.0
    while (begins := hour * HOUR) < until:
        rate = plan.calls_by_hour[hour % 24] / HOUR
        at = begins
        while rate and (at := at + chance.expovariate(rate)) < min(begins + HOUR, until):
            yield at
        hour += 1


def _length(plan: Plan, chance: Random) -> float:
    if plan.spread == 0:
        return plan.call_seconds
    shape = plan.spread**-2
    return chance.gammavariate(shape, plan.call_seconds / shape)


def _answers(reached_by: tuple[float, ...], chance: Random) -> tuple[bool, ...]:
    """One draw decides by which attempt somebody is reached, if at all."""
    drawn = chance.random()
    return tuple(drawn < share for share in reached_by)
