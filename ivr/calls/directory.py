"""Reads the directory for a caller, in the turn that says it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from flows.effects import FindServices
from ivr.publishing.hours import zone
from ivr.store.engine import reading
from referrals.directory import find_services


class ListedServices:
    """The services that staff have listed."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find(self, wanted: FindServices, *, at: float, time_zone: str) -> tuple[tuple[str, ...], ...]:
        """The prompts of at most three services, best first."""
        today = datetime.fromtimestamp(at, zone(time_zone)).date()
        with reading(self._database) as connection:
            return tuple(s.prompts for s in find_services(connection, wanted.need, wanted.area, today))
