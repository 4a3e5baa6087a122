"""A crisis call that a helper has taken, written as the callback and the attempt that it is from then on. Pure."""

from __future__ import annotations

from typing import Any, Protocol

from ivr.callbacks.machine import Callback, State
from ivr.callbacks.matching import CRISIS
from ivr.callbacks.rows import FIRST, changing_values
from ivr.publishing.hours import kept_of

HOW = "crisis"
"""How an attempt came about in which the caller was on the line already."""
KEPT_WITHOUT_A_NUMBER = 72 * 3600.0


class CrisisCall(Protocol):
    """A row of `crisis_calls`."""

    line_id: str
    provider: str
    path: str
    language: str | None
    time_zone: str
    test: bool
    rung_at: float


def talking(
    row: CrisisCall,
    callback_id: str,
    person: str,
    attempt: str,
    shred_at: float | None,
    until: float,
    now: float,
) -> Callback:
    """The callback of a talk that begins now; it ends by itself at `until`."""
    return Callback(
        id=callback_id,
        wish="now",
        time_zone=row.time_zone,
        asked_at=row.rung_at,
        expires_at=now + KEPT_WITHOUT_A_NUMBER if shred_at is None else shred_at,
        state=State.TALKING,
        until=until,
        not_before=row.rung_at,
        ranked_at=row.rung_at,
        attempt=attempt,
        helper=person,
    )


def callback_values(
    row: CrisisCall, callback: Callback, line_zone: str, number_id: str | None, now: float
) -> dict[str, Any]:
    """The row of `callbacks`."""
    noted = kept_of(row.rung_at, line_zone)
    return {
        "id": callback.id,
        "line_id": row.line_id,
        "need": CRISIS,
        "path": row.path,
        "priority": FIRST,
        "language": row.language,
        "gender": "",
        "crisis": True,
        "wishes": "{}",
        "time_zone": row.time_zone,
        "asked_at": callback.asked_at,
        "expires_at": callback.expires_at,
        **changing_values(callback, now),
        "put_back": 0,
        "put_back_for": "",
        "risk_case": "",
        "first_rang_at": now,
        "version": 0,
        "date": noted.date,
        "band": noted.band,
        "test": row.test,
        "number_id": number_id,
    }


def attempt_values(
    row: CrisisCall, callback: Callback, language: str, leg: str, now: float
) -> dict[str, Any]:
    """The row of `attempts`; `leg` is the provider's id of the helper's leg."""
    return {
        "id": callback.attempt,
        "callback_id": callback.id,
        "helper_id": callback.helper,
        "how": HOW,
        "provider": row.provider,
        "language": language,
        "state": "live",
        "written_at": now,
        "asked_at": row.rung_at,
        "helper_leg": leg,
        "caller_leg": "",
        "rang_at": row.rung_at,
        "talked_at": now,
        "ended_at": 0.0,
        "end_legs_at": 0.0,
    }
