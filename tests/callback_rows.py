"""Callbacks put straight into the database, for tests of what comes after the asking."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert

from ivr.store.callback_tables import callbacks

DAY = 86_400.0


def callback_row(callback_id: str, *, at: float, **changed: Any) -> dict[str, Any]:
    """A callback of Amina's that waits, was asked for at `at`, and may be offered at once and for a day."""
    return {
        "id": callback_id,
        "line_id": "a" * 32,
        "need": "emotional_support",
        "path": "call>breathing>ask_callback",
        "priority": 1,
        "language": "sw",
        "gender": "",
        "crisis": False,
        "wishes": "{}",
        "time_zone": "Africa/Nairobi",
        "asked_at": at,
        "expires_at": at + 3 * DAY,
        "state": "waiting",
        "ready": True,
        "until": at + DAY,
        "not_before": at,
        "ranked_at": at,
        "attempt": "",
        "helper": "",
        "tried": 0,
        "ending": "",
        "missed": "",
        "put_back": 0,
        "put_back_for": "",
        "risk_case": "",
        "first_rang_at": 0.0,
        "version": 0,
        "date": "2026-03-01",
        "band": "12-16",
        "test": False,
        "number_id": callback_id,
        **changed,
    }


def put_callback(connection: Connection, callback_id: str, *, at: float, **changed: Any) -> None:
    """Stores one, in the place of any of this id."""
    connection.execute(delete(callbacks).where(callbacks.c.id == callback_id))
    connection.execute(insert(callbacks).values(callback_row(callback_id, at=at, **changed)))
