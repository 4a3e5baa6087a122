"""How much one recording may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a recording may have at most: bytes as sent, seconds when played, and for the work on it bytes of memory
    and seconds of a processor."""

    size: int = 50_000_000
    seconds: float = 600.0
    memory: int = 300_000_000
    work: float = 60.0
