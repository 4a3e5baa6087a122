"""Hotlines for the tests of the staffing simulator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ivr.callbacks.windows import Wish
from ivr.people.wellbeing import Care
from ivr.staffing.callers import Caller
from ivr.staffing.model import DAY, HOUR, Opening, Plan
from ivr.staffing.simulate import Case, Period, Run, play

NIGHT = Opening(((0.0, 6 * HOUR), (18 * HOUR, DAY)))
ANSWERS = (True, True, True)
NEVER_ANSWERS = (False, False, False)

SIMPLE = Plan(
    calls_by_hour=(1.0,) * 24,
    ring_seconds=0.0,
    care=Care(wrap_up_seconds=0.0),
)
"""Nothing but calls: no ringing, no breaks."""


def resting(minutes: float, plan: Plan = SIMPLE) -> Plan:
    """The same hotline, with a break after each call."""
    return replace(plan, care=replace(plan.care, wrap_up_seconds=minutes * 60))


def asks(
    hour: float,
    minutes: float = 30.0,
    wish: Wish = "as_soon_as_possible",
    answers: tuple[bool, ...] = ANSWERS,
    **more: float | bool,
) -> Caller:
    """Somebody who asks at an hour of the first day, and talks for so many minutes."""
    return Caller(hour * HOUR, wish, minutes * 60, answers, **more)


def played(plan: Plan, callers: Sequence[Caller], helpers: int = 1, days: float = 10.0) -> Run:
    """A run in which everybody counts."""
    return play(plan, callers, helpers, Period(0.0, DAY), days * DAY)


def rung(cases: Sequence[Case]) -> list[float | None]:
    """The hours at which the callers' phones rang for the first time, in the order of asking."""
    return [None if case.first_rung_at is None else case.first_rung_at / HOUR for case in cases]
