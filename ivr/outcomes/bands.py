"""Spans of time as they may be kept. Pure."""

from __future__ import annotations

WAITS = ("0-15", "15-60", "1-2h", "2-6h", "6-24h", "24h+")
"""From asking until the caller's phone first rang: the first two in minutes."""

_LIMITS = (15 * 60.0, 3600.0, 2 * 3600.0, 6 * 3600.0, 24 * 3600.0)


def wait_band(asked_at: float, first_rang_at: float) -> str:
    """How long a caller waited, of moments in seconds since 1970; empty where the phone never rang (0)."""
    if not first_rang_at:
        return ""
    waited = first_rang_at - asked_at
    return WAITS[sum(waited >= limit for limit in _LIMITS)]
