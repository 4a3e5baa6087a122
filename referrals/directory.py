"""The stored directory: read for a caller, and filled from a list that staff keep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from referrals.model import Service
from referrals.search import find
from referrals.tables import services


def find_services(connection: Connection, need: str, area: str | None, today: date) -> list[Service]:
    """What may be read out now: the listing is looked at in the turn that says it, never earlier."""
    rows = connection.execute(select(services).where(services.c.need == need))
    return find((_service(row) for row in rows), need, area, today)


def replace_directory(connection: Connection, listed: Iterable[Service]) -> int:
    """Puts this list in the place of the one before; returns how many services it holds."""
    connection.execute(delete(services))
    values = [{**asdict(service), "prompts": json.dumps(service.prompts)} for service in listed]
    if values:
        connection.execute(insert(services), values)
    return len(values)


def _service(row: Row[Any]) -> Service:
    return Service(row.id, row.need, row.area, tuple(json.loads(row.prompts)), row.listing, row.verified_on)
