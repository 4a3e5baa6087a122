"""When a line is open, and how its time is blurred before anything is kept. Pure: the clock is passed in."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "{}"
_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_HOURS = re.compile(rf"{_TIME}-(?:{_TIME}|24:00)")


class HoursUnreadable(ValueError):
    """Open hours are not written as `{"mon": ["08:00-17:00"]}`. Permanent: the reader is told what is wrong."""


class Kept(NamedTuple):
    """As much of a moment as may be kept: the local date and a band of four hours."""

    date: str
    band: str


@lru_cache(maxsize=256)
def read_hours(text: str) -> dict[str, tuple[tuple[int, int], ...]]:
    """Open hours by day, in minutes after midnight; an end before its start reaches into the next day."""
    try:
        document = json.loads(text)
        hours = {day: tuple(_span(span) for span in spans) for day, spans in document.items()}
    except (ValueError, TypeError, AttributeError):
        raise HoursUnreadable(text) from None
    unknown = set(hours) - set(DAYS)
    if unknown:
        raise HoursUnreadable(f"{', '.join(sorted(unknown))}: days are {', '.join(DAYS)}")
    return hours


def _span(text: str) -> tuple[int, int]:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise HoursUnreadable(f"{text}: hours are written 08:00-17:30")
    from_hour, from_minute, to_hour, to_minute = (int(part) for part in found.groups(default="0"))
    end = 24 * 60 if text.endswith("-24:00") else to_hour * 60 + to_minute
    return from_hour * 60 + from_minute, end


def is_open(hours: str, time_zone: str, now: float) -> bool:
    """Whether a line is open at `now` (seconds since 1970). No hours at all means: always."""
    days = read_hours(hours)
    if not days:
        return True
    local = datetime.fromtimestamp(now, zone(time_zone))
    minute = local.hour * 60 + local.minute
    today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
    open_today = any(
        start <= minute < end if start < end else minute >= start for start, end in days.get(today, ())
    )
    open_since_yesterday = any(start >= end > minute for start, end in days.get(yesterday, ()))
    return open_today or open_since_yesterday


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    return ZoneInfo(name)


def kept_of(now: float, time_zone: str) -> Kept:
    """The local date and four-hour band: an exact time would lead back to the telephone company's records."""
    local = datetime.fromtimestamp(now, zone(time_zone))
    start = local.hour // 4 * 4
    return Kept(local.date().isoformat(), f"{start:02d}-{start + 4:02d}")


def duration_band(seconds: float) -> str:
    """Minutes in bands wide enough not to name a call."""
    for limit, band in ((1, "0-1"), (3, "1-3"), (5, "3-5"), (10, "5-10"), (20, "10-20")):
        if seconds < limit * 60:
            return band
    return "20+"
