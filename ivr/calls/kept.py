"""What is kept of calls, to be shown: random ids, dates, bands, keys and seconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ivr.store.tables import calls, notes, visits


def kept_calls(connection: Connection, most: int) -> list[dict[str, Any]]:
    """Calls that are over, latest day first, each with its visits and notes in their order."""
    found = []
    rows = connection.execute(
        select(calls).order_by(calls.c.date.desc(), calls.c.band.desc(), calls.c.id).limit(most)
    )
    for call in rows.mappings():
        visited = connection.execute(
            select(visits.c.node, visits.c.left_by, visits.c.key, visits.c.seconds, visits.c.completed)
            .where(visits.c.call_id == call["id"])
            .order_by(visits.c.seq)
        ).mappings()
        noted = connection.execute(
            select(notes.c.name, notes.c.value).where(notes.c.call_id == call["id"]).order_by(notes.c.seq)
        ).mappings()
        found.append({**call, "visits": [dict(v) for v in visited], "notes": [dict(n) for n in noted]})
    return found
