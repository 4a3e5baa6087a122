"""Times as people read them: how long ago, and when, in the reader's own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import (
    format_date,
    format_datetime,
    format_timedelta,
    get_timezone_location,
)
from markupsafe import Markup

from ivr.console.languages import gettext

SOON = 75
PATTERNS = {"en": "d MMM y, HH:mm", "fr": "d MMM y, HH:mm", "ar": "d MMM y، HH:mm"}


def zone_of(name: str) -> tzinfo:
    """A time zone by its name; UTC where nobody knows it, so that a page never fails for it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def ago(at: float, now: float, language: str) -> str:
    """`3 hours ago`, or `in 3 hours`."""
    if abs(at - now) < SOON:
        return gettext("just now")
    return str(
        format_timedelta(timedelta(seconds=at - now), add_direction=True, threshold=1.2, locale=language)
    )


def exactly(at: float, zone: tzinfo, language: str) -> str:
    """`1 Mar 2026, 15:00`, by this zone's clock."""
    moment = datetime.fromtimestamp(at, zone)
    return str(format_datetime(moment, PATTERNS[language], tzinfo=zone, locale=language))


def both(at: float, now: float, zone: tzinfo, language: str) -> Markup:
    """How long ago and when, as a `time` element."""
    machine = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{} <span class="exact">{}</span></time>').format(
        machine, ago(at, now, language), exactly(at, zone, language)
    )


def how_long(seconds: float, language: str) -> str:
    """`15 minutes`: a span, rounded up, so that whoever waits for it doesn't come too early."""
    minutes = max(1, -(-int(seconds) // 60))
    # Below two hours or two days the smaller unit is the honest one: 90 minutes aren't two hours.
    threshold = 1 if minutes < 60 else 2
    return str(format_timedelta(timedelta(minutes=minutes), threshold=threshold, locale=language))


CONTINENTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zones(language: str, kept: str) -> list[tuple[str, str]]:
    """Time zones to choose from as (name, what people call it), with the one that is kept now among them."""
    known = _zones(language)
    return known if any(name == kept for name, _ in known) else [(kept, kept), *known]


@lru_cache(maxsize=4)
def _zones(language: str) -> list[tuple[str, str]]:
    # Of the several names that some zones have, one is enough.
    names = sorted(
        (name for name in available_timezones() if name.partition("/")[0] in CONTINENTS), reverse=True
    )
    called = {str(get_timezone_location(name, locale=language, return_city=True)): name for name in names}
    return [("UTC", "UTC"), *((called[city], city) for city in sorted(called))]


def day(iso: str, language: str) -> str:
    """`1 Mar 2026` of `2026-03-01`."""
    return str(
        format_date(
            date.fromisoformat(iso), PATTERNS[language].rpartition(" ")[0].rstrip(",،"), locale=language
        )
    )


def hours(band: str) -> str:
    """`12:00–16:00` of the band `12-16`."""
    return "–".join(f"{hour}:00" for hour in band.split("-"))


def zone_name(zone: str, language: str) -> str:
    """What people call a time zone: its city, such as Nairobi."""
    return dict(zones(language, zone))[zone]
