"""Everything one run has found."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.in_process import Timing
from benchmarks.over_http import Served
from benchmarks.plan import Plan


@dataclass
class Results:
    """Timings by variant; what was served by server and variant; shares of a turn by database and part."""

    plan: Plan
    date: str
    command: str
    version: str
    databases: tuple[str, ...]
    facts: dict[str, str] = field(default_factory=dict)
    timings: dict[str, Timing] = field(default_factory=dict)
    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    served: dict[str, dict[str, Served]] = field(default_factory=dict)
    storing_seconds: dict[str, float] = field(default_factory=dict)
    """How long it took to put the stored calls there, by variant."""
