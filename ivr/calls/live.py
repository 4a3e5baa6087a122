"""A call under way and its line, as turns see them, and the columns that these are read from, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flows.inputs import NumberFact
from ivr.store.tables import lines, live_calls

NUMBER_FACTS: tuple[NumberFact, ...] = ("no", "yes", "unavailable")


class OnLine(NamedTuple):
    """What a turn needs to know of its line."""

    id: str
    number: str
    provider: str
    release_id: str | None
    time_zone: str
    emergency_number: str
    open_hours: str
    dial_emergency: bool
    country: str
    flash: bool


class LiveCall(NamedTuple):
    """A call under way, as its last turn left it."""

    call_id: str
    release_id: str
    has_number: int
    """A place in NUMBER_FACTS."""
    turn: int
    session: str
    reply: str
    screen_seconds: float
    started_at: float
    turn_at: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known when a call begins: its line, the call itself if the webhook is a repetition, or its end."""

    line: OnLine | None
    live: LiveCall | None
    ended: bool


class NextState(NamedTuple):
    """What a turn leaves behind."""

    turn: int
    session: str
    reply: str
    screen_seconds: float
    turn_at: float
    expires_at: float


LINE = tuple(lines.c[name] for name in OnLine._fields)
LIVE = tuple(live_calls.c[name] for name in LiveCall._fields)
