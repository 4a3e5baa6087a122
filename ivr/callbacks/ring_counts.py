"""How often the phone of a number has rung, and whether it may ring now. What a phone shows can be forged: whoever asks
for calls in somebody else's name, takes them back and asks again must not make that phone ring without end.

Rings are counted under the vault's token of the number, hashed once more, as ring-backs of missed calls are; nothing
here is a number. Two lines of one house know each other's rings by it, as long as both tokens are of the same month.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select, text

from ivr.callbacks.flash_counts import DAY, count_one, counts_of
from ivr.callbacks.machine import Rules, State
from ivr.callbacks.windows import DAY_BREAKS, NIGHT_FALLS, shown_zone
from ivr.store.callback_tables import callbacks, flash_counts
from ivr.vault.tables import vault_entries

MOST_A_DAY = 6
"""Rings of one number, of all its callbacks on all lines. Days are those of UTC."""
MOST_A_NIGHT = 3
MOST_A_DAY_IN_CRISIS = 12
"""A life may depend on it, at night too; and supervisors see each of these."""
WHILE_ANOTHER_SECONDS = 60.0
"""A callback of a number that is rung, or talks, for another one is looked at again after so long."""
_SLOT = 1800.0
_SLOTS_BACK = 7
_BUSY = (State.OFFERED.value, State.DIALLING.value, State.TALKING.value)


def note_ring(connection: Connection, number_id: str | None, time_zone: str, now: float) -> None:
    """The phone of this number begins to ring."""
    token = _token(connection, number_id)
    if not token:
        return
    count_one(connection, [_subject(token, "day"), _slot(token, now)], now)
    night = _night(time_zone, now)
    if night is not None:
        count_one(connection, [_subject(token, "night")], night)


def note_reached(connection: Connection, number_id: str | None, now: float) -> None:
    """Whoever has that phone wanted the call: a new wish needn't keep a distance from these rings."""
    token = _token(connection, number_id)
    if token:
        slots = [_slot(token, now - back * _SLOT) for back in range(_SLOTS_BACK + 1)]
        connection.execute(delete(flash_counts).where(flash_counts.c.subject.in_(slots)))


def put_off_until(connection: Connection, callback: Any, now: float) -> float | None:
    """Until when this callback (a row) has to wait because of others of its number; None when it may be offered."""
    token = _token(connection, callback.number_id)
    if not token:
        return None
    _one_at_a_time(connection, token)
    if _is_busy_elsewhere(connection, token, callback.id):
        return now + WHILE_ANOTHER_SECONDS
    day, at_night = _subject(token, "day"), _subject(token, "night")
    most = MOST_A_DAY_IN_CRISIS if callback.crisis else MOST_A_DAY
    if counts_of(connection, [day], now).get(day, 0) >= most:
        return (now // DAY + 1) * DAY
    if callback.crisis:
        return None
    night = _night(callback.time_zone, now)
    if night is not None and counts_of(connection, [at_night], night).get(at_night, 0) >= MOST_A_NIGHT:
        return _daybreak(callback.time_zone, now)
    return None if callback.tried else _rested_at(connection, token, now)


def _rested_at(connection: Connection, token: str, now: float) -> float | None:
    """When a new callback may ring a number whose last one was closed after it had rung in vain; None: now."""
    rings, last = 0, 0.0
    for back in range(_SLOTS_BACK + 1):
        at = now - back * _SLOT
        rung = counts_of(connection, [_slot(token, at)], at).get(_slot(token, at), 0)
        last = max(last, (at // _SLOT + 1) * _SLOT if rung else 0.0)
        rings += rung
    if not rings:
        return None
    spacing = Rules().spacing
    rested = last + spacing[min(rings, len(spacing)) - 1]
    return rested if rested > now else None


def _token(connection: Connection, number_id: str | None) -> str:
    query = select(vault_entries.c.token).where(vault_entries.c.id == number_id)
    return str(connection.execute(query).scalar() or "")


def _is_busy_elsewhere(connection: Connection, token: str, callback_id: str) -> bool:
    busy = (
        select(callbacks.c.id)
        .join(vault_entries, vault_entries.c.id == callbacks.c.number_id)
        .where(vault_entries.c.token == token, callbacks.c.id != callback_id, callbacks.c.state.in_(_BUSY))
    )
    return connection.execute(busy.limit(1)).first() is not None


def _one_at_a_time(connection: Connection, token: str) -> None:
    """Until the transaction ends, nobody else takes a callback of this number. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = int(hashlib.sha256(token.encode()).hexdigest()[:15], 16)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _subject(token: str, what: str) -> str:
    return hashlib.sha256(f"called {what} {token}".encode()).hexdigest()


def _slot(token: str, at: float) -> str:
    return _subject(token, str(int(at // _SLOT)))


def _night(time_zone: str, at: float) -> float | None:
    """Noon before the night of a moment, under which that night's rings are counted; None by day."""
    there = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(shown_zone(time_zone)))
    if DAY_BREAKS <= there.time() < NIGHT_FALLS:
        return None
    evening = there.date() if there.time() >= NIGHT_FALLS else there.date() - timedelta(days=1)
    return datetime.combine(evening, time(12), there.tzinfo).timestamp()


def _daybreak(time_zone: str, at: float) -> float:
    zone = ZoneInfo(shown_zone(time_zone))
    evening = datetime.fromtimestamp(_night(time_zone, at) or at, UTC).astimezone(zone).date()
    return datetime.combine(evening + timedelta(days=1), DAY_BREAKS, zone).timestamp()
