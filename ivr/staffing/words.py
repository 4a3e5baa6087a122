"""Figures in words that a programme officer reads without a key."""

from __future__ import annotations

from math import isinf

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


def duration(seconds: float) -> str:
    """A waiting time, as exact as it deserves."""
    if isinf(seconds):
        return "never"
    if seconds < MINUTE:
        return "under 1 min"
    minutes = round(seconds / MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    if seconds >= DAY:
        hours = round(seconds / HOUR)
        return f"{hours} h"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"


def percent(share: float) -> str:
    """A share, in whole percent; what isn't nothing, or isn't everybody, never looks like it."""
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return "<1 %"
    if whole == 100 and share < 1:
        return ">99 %"
    return f"{whole} %"


def of_callers(share: float) -> str:
    """“8 of 10”, or “85 of 100” where tenths would say something else."""
    tenths = share * 10
    if abs(tenths - round(tenths)) < 1e-9:
        return f"{round(tenths)} of 10"
    return f"{share * 100:g} of 100"


def count(number: int, word: str) -> str:
    """“1 helper”, “3 helpers”."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def clock(second_of_day: float) -> str:
    """The time of day."""
    hours, minutes = divmod(round(second_of_day / MINUTE), 60)
    return f"{hours:02d}:{minutes:02d}"
