"""How much is measured: enough for medians that hold on a busy machine, in a time that people will wait."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The sizes of one run. Times are in seconds; `stored` are numbers of calls that are over."""

    name: str
    stored: tuple[int, ...]
    stored_over_http: tuple[int, ...]
    rounds: int
    turns_a_round: int
    profile_seconds: float
    servers: tuple[str, ...]
    windows: int
    window_seconds: float
    half_windows: int
    half_seconds: float
    databases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    plain_over_http: bool = True
    callers: int = 100
    """Calls under way at once, their turns interleaved."""
    most_seconds_in_process: float = 120.0
    connections: int = 16
    """Connections that keep a server busy: twice its threads."""
    half_connections: int = 64


FULL = Plan(
    name="full",
    stored=(1, 10_000, 1_000_000),
    stored_over_http=(1, 10_000, 1_000_000),
    rounds=40,
    turns_a_round=500,
    profile_seconds=6.0,
    servers=("gthread", "granian"),
    windows=5,
    window_seconds=1.5,
    half_windows=3,
    half_seconds=2.0,
)

QUICK = Plan(
    name="quick",
    stored=(1, 1000, 50_000),
    stored_over_http=(1, 50_000),
    rounds=15,
    turns_a_round=200,
    profile_seconds=2.0,
    servers=("gthread", "granian"),
    windows=3,
    window_seconds=0.7,
    half_windows=2,
    half_seconds=1.0,
)

TINY = Plan(
    name="tiny",
    stored=(1, 20),
    stored_over_http=(20,),
    rounds=2,
    turns_a_round=20,
    profile_seconds=0.1,
    servers=("gthread", "granian"),
    windows=1,
    window_seconds=0.2,
    half_windows=1,
    half_seconds=0.2,
    databases=("SQLite",),
    plain_over_http=False,
    callers=5,
    connections=4,
    half_connections=4,
)
