"""How long a caller will wait, told honestly: from who is and will be on call, and who waits before her. Pure.

It is told in wide steps and with something to spare: a promise that is broken hurts more than a long wait.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.callbacks.matching import Offering, Wanted, fits
from ivr.callbacks.windows import shown_zone

CALL_SECONDS = 25 * 60.0
"""A usual talk; what comes after it is the helper's rest."""
SPARE_SHARE, SPARE_SECONDS = 1.25, 600.0
FARTHEST_SECONDS = 3 * 86_400.0
MOST_AHEAD = 500
"""Behind more than so many nobody is promised anything."""

UNKNOWN = "wait_unknown"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one helper takes calls. Seconds since 1970."""

    offering: Offering
    begins: float
    ends: float


def expected_at(
    stretches: Sequence[Stretch], wanted: Wanted, *, ahead: int, opens: float, now: float, wrap_up: float
) -> float | None:
    """When the caller will be rung as things stand: after `ahead` others, not before `opens`. None: nobody knows."""
    if ahead > MOST_AHEAD:
        return None
    each = CALL_SECONDS + wrap_up
    slots = [(max(one.begins, now), one.ends) for one in stretches if fits(wanted, one.offering)]
    heapq.heapify(slots)
    served = 0
    while slots:
        at, ends = heapq.heappop(slots)
        if at > now + FARTHEST_SECONDS:
            return None
        if at >= ends:
            continue
        if served >= ahead and at >= opens:
            return at
        served += 1
        # Between two calls that may be made there can be hours in which nobody may be rung.
        heapq.heappush(slots, (at + each if served <= ahead else max(at + each, min(opens, ends)), ends))
    return None


def told(expected: float | None, now: float, time_zone: str) -> str:
    """The prompt that says it, in steps that hold."""
    if expected is None:
        return UNKNOWN
    at = now + (expected - now) * SPARE_SHARE + SPARE_SECONDS
    if at - now <= 3600:
        return "wait_within_an_hour"
    if at - now <= 7200:
        return "wait_within_two_hours"
    today, then = _date(now, time_zone), _date(at, time_zone)
    if then == today:
        return "wait_today"
    return "wait_tomorrow" if then == today + timedelta(days=1) else "wait_some_days"


def _date(moment: float, time_zone: str) -> datetime:
    local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(shown_zone(time_zone)))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
