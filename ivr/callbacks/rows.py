"""A callback as its row, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ivr.callbacks.machine import Callback, Ending, Missed, State
from ivr.callbacks.matching import CRISIS, GenderWish, Wanted
from ivr.callbacks.windows import Wish

SAFE_WHEN, SAY_WHO, OTHERS_SAFE, HELPER_GENDER = "safe_when", "say_who", "others_safe", "helper_gender"
"""What the questions of a flow note their answers as."""

_KEYED: tuple[Wish, ...] = ("as_soon_as_possible", "by_day", "in_the_morning", "in_the_evening")
_GENDERS: dict[str, GenderWish] = {"a_woman": "woman", "a_man": "man"}
FIRST, ORDINARY = 0, 1
"""Priorities: a life may be at risk, and all others."""


def window_of(wishes: Mapping[str, str], *, crisis: bool = False) -> Wish:
    """When the caller may be rung. Whoever didn't say may be rung soon, but by day: in the night only who keyed "as
    soon as possible", for a while, and who is in crisis and named no other hours, until the morning."""
    said = next((wish for wish in _KEYED if wish == wishes.get(SAFE_WHEN)), None)
    if crisis and said in (None, "as_soon_as_possible"):
        return "now"
    return said or "by_day"


def gender_of(wishes: Mapping[str, str]) -> GenderWish:
    """Whom the caller wants to talk with."""
    return _GENDERS.get(wishes.get(HELPER_GENDER, ""), "")


def may_say_who(wishes: Mapping[str, str]) -> bool:
    """Whether the line may name itself once the caller has pressed the key. Only a clear yes is one."""
    return wishes.get(SAY_WHO) == "answer_yes"


def priority_of(need: str) -> int:
    """Where in the queue."""
    return FIRST if need == CRISIS else ORDINARY


def callback_of(row: Any) -> Callback:
    """The callback of a row of `callbacks`."""
    return Callback(
        id=row.id,
        wish=window_of(json.loads(row.wishes), crisis=row.crisis),
        time_zone=row.time_zone,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=State(row.state),
        until=row.until,
        not_before=row.not_before,
        ranked_at=row.ranked_at,
        attempt=row.attempt,
        helper=row.helper,
        tried=row.tried,
        ending=Ending(row.ending) if row.ending else None,
        missed=Missed(row.missed) if row.missed else None,
    )


def changing_values(callback: Callback, now: float) -> dict[str, Any]:
    """What of a row changes with the callback."""
    return {
        "state": callback.state.value,
        "ready": callback.state is State.WAITING and callback.not_before <= now < callback.until,
        "until": callback.until,
        "not_before": callback.not_before,
        "ranked_at": callback.ranked_at,
        "attempt": callback.attempt,
        "helper": callback.helper,
        "tried": callback.tried,
        "ending": callback.ending.value if callback.ending else "",
        "missed": callback.missed.value if callback.missed else "",
    }


def wanted_of(row: Any) -> Wanted:
    """What a row's callback needs of a helper."""
    return Wanted(row.language, row.gender, CRISIS if row.crisis else row.need)
