"""Epochs: calendar months in UTC, each with a key of its own. PURE.

The token by which a caller is recognised is made with the key of its epoch. When that key is destroyed, nobody can
tell any more whether tokens of two months are of one number.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY = 86_400.0


def epoch_of(at: float) -> str:
    """The epoch of a moment, such as `2026-03`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")


def next_epoch(epoch: str) -> str:
    """The one after."""
    return epoch_of(end_of(epoch))


def end_of(epoch: str) -> float:
    """The first moment after an epoch."""
    first = datetime.strptime(epoch, "%Y-%m").replace(tzinfo=UTC)
    return (first + timedelta(days=32)).replace(day=1).timestamp()


def needed_until(epoch: str, keep_hours: int) -> float:
    """When nothing can need the epoch's key any more: its last number has been shredded the day before."""
    return end_of(epoch) + keep_hours * 3600.0 + DAY
