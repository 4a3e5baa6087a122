"""Ends calls whose end the provider never reported. A lost word must not keep a provider's id for ever."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from sqlalchemy import Engine

from ivr.calls.call_rows import CallRows
from ivr.calls.turns import Turns
from ivr.store.engine import wipe_deleted

MOST_AT_ONCE = 500

log = structlog.get_logger()


class Swept(NamedTuple):
    """Calls ended, and marks of ended calls forgotten."""

    ended: int
    forgotten: int


def sweep_calls(database: Engine, rows: CallRows, turns: Turns, now: float) -> Swept:
    """One pass. Each call is ended in a transaction of its own, so that callers never wait for the sweep."""
    with database.begin() as connection:
        lost = list(rows.lost(connection, now, MOST_AT_ONCE))
        forgotten = rows.forget_ended(connection, now)
    ended = sum(_end(turns, provider, provider_call) for provider, provider_call in lost)
    wipe_deleted(database)
    return Swept(ended, forgotten)


def _end(turns: Turns, provider: str, provider_call: str) -> bool:
    try:
        return turns.end(provider, provider_call, ended="lost")
    except Exception as error:
        # One row that can't be ended must not keep the ids of all the others.
        log.error("lost_call_not_ended", error=type(error).__name__, exc_info=True)
        return False
