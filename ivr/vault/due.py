"""When a caller's number has had its time. What is asked here holds whether or not a worker has come to shred it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists

from ivr.vault.tables import number_holds, vault_entries

LONGEST_HOLD_DAYS = 14


def is_held(now: float) -> ColumnElement[bool]:
    """Whether a supervisor keeps the entry for longer, for a query of `vault_entries`."""
    return exists().where(number_holds.c.entry_id == vault_entries.c.id, number_holds.c.held_until > now)


def is_due(now: float) -> ColumnElement[bool]:
    """Whether the entry's time is over and nobody holds it: from then on it counts as shredded."""
    return and_(vault_entries.c.shred_at.is_not(None), vault_entries.c.shred_at <= now, ~is_held(now))
