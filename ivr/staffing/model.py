"""What a programme knows or assumes of its hotline: how many ask, when, for how long, and who answers. Pure.

A simulated hotline has one clock, the callers' own: second 0 is a midnight, and there is no summer time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, inf

from ivr.callbacks.machine import Rules
from ivr.callbacks.windows import Wish, next_span
from ivr.people.wellbeing import Care

HOUR = 3600.0
DAY = 24 * HOUR
TIME_ZONE = "UTC"
"""Stands for the callers' own time: in it, midnight is second 0 of every day."""

SHAPE_OF_A_DAY = (3, 2, 2, 1, 1, 1, 2, 2, 3, 4, 4, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 8, 7, 5)
"""How calls are spread over the hours where a programme hasn't counted its own: few towards morning, most at eight in
the evening. An assumption, and said to be one wherever it is used."""

REACHED_BY = (0.50, 0.65, 0.76)
"""Of 100 people who were rung three times, 50 answered at first and 76 in the end (Kilkari, India). What lies between
wasn't told; each later attempt is taken to reach about three of ten who are left."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When helpers are on call, the same every day. `spans`: seconds since midnight, in order, apart from each other;
    a night is two spans."""

    spans: tuple[tuple[float, float], ...] = ((0.0, DAY),)

    @property
    def seconds_a_day(self) -> float:
        return sum(closes - opens for opens, closes in self.spans)

    def holds(self, at: float) -> bool:
        second = at % DAY
        return any(opens <= second < closes for opens, closes in self.spans)

    def next_change(self, at: float) -> float:
        """The next moment at which helpers come or go; infinite for a service that never closes."""
        if self.seconds_a_day >= DAY:
            return inf
        midnight, second = at - at % DAY, at % DAY
        later = [edge for span in self.spans for edge in span if edge > second]
        return midnight + (min(later) if later else DAY + self.spans[0][0])

    def seconds_between(self, begins: float, ends: float) -> float:
        """How much of this time lies in the hours of the service."""
        return max(0.0, self._until(ends) - self._until(begins))

    def _until(self, at: float) -> float:
        second = at % DAY
        today = sum(min(second, closes) - opens for opens, closes in self.spans if opens < second)
        return at // DAY * self.seconds_a_day + today

    def overlaps(self, opens: float, closes: float) -> bool:
        """Whether some of these seconds of a day are within the hours."""
        return any(begins < closes and opens < ends for begins, ends in self.spans)

    def shifts_a_day(self, longest_shift: float) -> int:
        """How many shifts fill one place on call for a day."""
        return ceil(self.seconds_a_day / longest_shift)


@dataclass(frozen=True, slots=True)
class Plan:
    """One hotline as it is, or might be. Seconds; shares between 0 and 1."""

    calls_by_hour: tuple[float, ...]
    """How many callers ask to be called back in each of the 24 hours of a day."""
    opening: Opening = field(default_factory=Opening)
    wishes: Mapping[Wish, float] = field(default_factory=lambda: {"as_soon_as_possible": 1.0})
    call_seconds: float = 25 * 60.0
    spread: float = 1.0
    """Standard deviation of a call's length, divided by its mean: 0 all alike, 1 exponential, as in the theory."""
    reached_by: tuple[float, ...] = REACHED_BY
    """Which share has answered by the first, the second, … attempt."""
    ring_seconds: float = 30.0
    """For how long an attempt binds a helper before a caller answers or doesn't."""
    patience_seconds: float = inf
    """After how long on average a waiting caller withdraws."""
    keep_seconds: float = 72 * HOUR
    hard_share: float = 0.2
    rules: Rules = field(default_factory=Rules)
    care: Care = field(default_factory=Care)

    @property
    def calls_a_day(self) -> float:
        return sum(self.calls_by_hour)


@dataclass(frozen=True, slots=True)
class Target:
    """This share of callers is to be called back within this time."""

    seconds: float = 2 * HOUR
    share: float = 0.8


@dataclass(frozen=True, slots=True)
class Trial:
    """How long and how often a plan is tried. A run is one period of `days`, independent of the others."""

    days: int = 28
    runs: int = 13
    seed: int = 1


def spread_over_a_day(calls: float) -> tuple[float, ...]:
    """A day's calls by hour, in the usual shape."""
    return tuple(calls * weight / sum(SHAPE_OF_A_DAY) for weight in SHAPE_OF_A_DAY)


def safe_hours(wish: Wish) -> tuple[float, float]:
    """From when until when such a caller may be rung on an ordinary day: seconds since midnight."""
    span = next_span(wish, TIME_ZONE, asked_at=0.0, now=DAY)
    return span.opens - DAY, span.closes - DAY
