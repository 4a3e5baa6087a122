"""When a caller may be rung. Pure: times are seconds since 1970, and the caller's time zone is handed in.

The caller keyed when it is safe. Nobody is rung outside of that, however long the queue is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Wish = Literal["as_soon_as_possible", "in_the_morning", "in_the_evening"]

NIGHT_FALLS = time(21, 30)
DAY_BREAKS = time(7, 0)
SOON_SECONDS = 2 * 3600.0
"""Whoever asks in the night for a call as soon as possible may be rung in that night, for this long."""

_HOURS: dict[Wish, tuple[time, time]] = {
    "as_soon_as_possible": (DAY_BREAKS, NIGHT_FALLS),
    "in_the_morning": (time(8, 0), time(12, 0)),
    "in_the_evening": (time(17, 0), NIGHT_FALLS),
}
_MOST_DAYS = 40
"""The longest a number is kept, and some days to spare."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `opens` until, and not including, `closes`."""

    opens: float
    closes: float

    def holds(self, now: float) -> bool:
        return self.opens <= now < self.closes


def next_span(wish: Wish, time_zone: str, asked_at: float, now: float) -> Span:
    """The span in which it is safe now, or the next one."""
    soon = Span(asked_at, asked_at + SOON_SECONDS)
    if wish == "as_soon_as_possible" and soon.holds(now):
        return soon
    zone = ZoneInfo(time_zone)
    first = datetime.fromtimestamp(now, UTC).astimezone(zone).date() - timedelta(days=1)
    opens, closes = _HOURS[wish]
    for day in range(_MOST_DAYS):
        date = first + timedelta(days=day)
        span = Span(
            datetime.combine(date, opens, zone).timestamp(), datetime.combine(date, closes, zone).timestamp()
        )
        if now < span.closes:
            return span
    raise AssertionError("every day has a morning and an evening")


def seconds_in_spans(wish: Wish, time_zone: str, asked_at: float, now: float) -> float:
    """For how long the caller has waited at times that are safe: waiting at other times doesn't count."""
    waited, at = 0.0, asked_at
    for _ in range(2 * _MOST_DAYS):
        if at >= now:
            break
        span = next_span(wish, time_zone, asked_at, at)
        waited += max(0.0, min(now, span.closes) - max(at, span.opens))
        at = span.closes
    return waited
