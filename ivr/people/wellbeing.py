"""When a helper may be asked to take a call. Pure. Helpers are people: these rules bind the dispatcher too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What a helper is doing, as far as taking a call goes."""

    FREE = "free"
    OFF = "off"
    BUSY = "busy"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    NEEDS_A_BREAK = "needs_a_break"
    DONE_FOR_TODAY = "done_for_today"
    DEBRIEF_FIRST = "debrief_first"


@dataclass(frozen=True, slots=True)
class Care:
    """What a programme may set; the defaults are those of the field."""

    wrap_up_seconds: float = 15 * 60
    most_seconds_a_shift: float = 4 * 3600
    most_hard_calls_running: int = 3
    break_seconds: float = 45 * 60


@dataclass(frozen=True, slots=True)
class Talked:
    """One call of a helper. `hard`: much distress, or a life at risk."""

    began: float
    ended: float
    hard: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of a helper's day. `talked` is in the order of time."""

    on_call_since: float | None
    """When this shift, or being on call by one's own choice, began; None when it hasn't."""
    served_seconds: float = 0.0
    """How long the time on call was that has just ended, less than a real rest ago; 0 where none has."""
    busy: bool = False
    paused: bool = False
    break_until: float = 0.0
    """Until when a break lasts that somebody has put in."""
    owes_debrief: bool = False
    talked: Sequence[Talked] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a helper stands, and until when if that passes by itself."""

    standing: Standing
    until: float | None = None


def standing(day: Day, now: float, care: Care) -> Verdict:
    """Whether a helper may be asked. The strictest rule that holds is the answer.

    What protects helpers comes before what they choose: nobody gets around it by going off call, or on a break.
    """
    if day.busy:
        return Verdict(Standing.BUSY)
    if day.owes_debrief:
        return Verdict(Standing.DEBRIEF_FIRST)
    if _served(day, now) >= care.most_seconds_a_shift:
        return Verdict(Standing.DONE_FOR_TODAY)
    after_calls = _after_calls(day.talked, now, care)
    if after_calls.standing is Standing.NEEDS_A_BREAK:
        return after_calls
    if day.on_call_since is None:
        return Verdict(Standing.OFF)
    if day.paused:
        return Verdict(Standing.PAUSED)
    if now < day.break_until:
        return Verdict(Standing.PAUSED, day.break_until)
    return after_calls


def _served(day: Day, now: float) -> float:
    return day.served_seconds if day.on_call_since is None else now - day.on_call_since


def _after_calls(talked: Sequence[Talked], now: float, care: Care) -> Verdict:
    if not talked:
        return Verdict(Standing.FREE)
    last = talked[-1].ended
    if hard_calls_running(talked, care) >= care.most_hard_calls_running and now < last + care.break_seconds:
        return Verdict(Standing.NEEDS_A_BREAK, last + care.break_seconds)
    if now < last + care.wrap_up_seconds:
        return Verdict(Standing.WRAP_UP, last + care.wrap_up_seconds)
    return Verdict(Standing.FREE)


def hard_calls_running(talked: Sequence[Talked], care: Care) -> int:
    """How many hard calls lie behind a helper without an easier one, or a real break, between them."""
    count, next_began = 0, None
    for call in reversed(talked):
        rested = next_began is not None and next_began - call.ended >= care.break_seconds
        if not call.hard or rested:
            break
        count, next_began = count + 1, call.began
    return count
