"""Which services a caller may hear, best first. Pure: today is passed in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from referrals.model import Service

MOST_DAYS_UNVERIFIED = 180
"""A number that nobody has checked for so long may by now belong to anybody."""

MOST_READ_OUT = 3


def may_be_heard(service: Service, today: date) -> bool:
    """Only a whitelisted service that somebody has checked lately is ever read out."""
    return service.listing == "whitelisted" and (today - service.verified_on).days <= MOST_DAYS_UNVERIFIED


def find(services: Iterable[Service], need: str, area: str | None, today: date) -> list[Service]:
    """At most three for a need: those of the caller's area before those for everybody, then the latest verified."""
    fitting = [
        service
        for service in services
        if service.need == need
        and may_be_heard(service, today)
        and (not service.area or area is None or service.area == area)
    ]
    fitting.sort(
        key=lambda service: (service.area != (area or ""), -service.verified_on.toordinal(), service.id)
    )
    return fitting[:MOST_READ_OUT]
