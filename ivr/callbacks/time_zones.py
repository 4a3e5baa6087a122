"""In which time zones a caller may be, by the number: they decide when her phone may ring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.callbacks.windows import joined
from ivr.vault.allowed import is_known_zone, time_zones_of
from ivr.vault.number import PhoneNumber


def zone_by_clock(named: str, caller: PhoneNumber | None, line_zone: str, at: float) -> str:
    """The zone that the caller has named as hers; where she named none, or one that isn't known here any more, what her
    number says."""
    return named if named and is_known_zone(named) else zone_of_caller(caller, line_zone, at)


def zone_of_caller(caller: PhoneNumber | None, line_zone: str, at: float) -> str:
    """The zone of a number, or the two farthest apart of those in which it may be, the eastern first: whatever is safe
    in both is safe in between. The line's own zone stands only for numbers of which nothing is known: a mobile of the
    line's own country may be at its other end.
    """
    return of_zones(time_zones_of(caller) if caller is not None else (), line_zone, at)


def of_zones(zones: Sequence[str], line_zone: str, at: float) -> str:
    """The same, of the zones of a number. `at` is when, as summer time comes and goes."""
    if not zones:
        return line_zone
    # The line's own first: of zones that keep the same time, pages show the one that people know.
    in_order = sorted(zones, key=lambda zone: (zone != line_zone, zone))
    east = max(in_order, key=lambda zone: _ahead(zone, at))
    west = min(in_order, key=lambda zone: _ahead(zone, at))
    return joined([east] if _ahead(east, at) == _ahead(west, at) else [east, west])


def _ahead(zone: str, at: float) -> timedelta:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
