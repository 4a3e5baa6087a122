"""Reads the directory for a caller, in the transaction of the turn that says it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from flows.effects import FindServices
from ivr.publishing.hours import zone
from referrals.directory import find_services


class ListedServices:
    """The services that staff have listed."""

    def find(
        self, connection: Connection, wanted: FindServices, *, at: float, time_zone: str
    ) -> tuple[tuple[str, ...], ...]:
        """The prompts of at most three services, best first."""
        today = datetime.fromtimestamp(at, zone(time_zone)).date()
        return tuple(s.prompts for s in find_services(connection, wanted.need, wanted.area, today))
