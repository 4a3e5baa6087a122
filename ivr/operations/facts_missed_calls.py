"""How missed calls fare, for the doctor."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.flash_counts import counts_of, expired, rung
from ivr.callbacks.flashes import WAITING
from ivr.operations.checks.missed_calls import MissedCallFacts
from ivr.operations.facts import ReleaseShelf
from ivr.publishing.flash import can_ring_back
from ivr.publishing.lines import Line, all_lines
from ivr.publishing.releases import ReleaseDamaged, ReleaseUnknown
from ivr.store.callback_tables import flashes
from ivr.store.engine import reading


def missed_call_facts(
    database: Engine, releases: ReleaseShelf, countries: Collection[str], now: float
) -> MissedCallFacts | None:
    """What lines, queue and counts say; None where the database can't. `countries`: those called, empty for all."""
    try:
        with reading(database) as connection:
            lines = [line for line in all_lines(connection) if line.flash]
            query = select(func.count(), func.min(flashes.c.came_at)).where(flashes.c.state == WAITING)
            waiting, first = connection.execute(query).one()
            subjects = {
                "rung": [rung(line.id) for line in lines],
                "expired": [expired(line.id) for line in lines],
            }
            counts = {what: sum(counts_of(connection, of, now).values()) for what, of in subjects.items()}
    except SQLAlchemyError:
        return None
    return MissedCallFacts(
        lines=[line.name for line in lines],
        not_called=[line.name for line in lines if countries and line.country not in countries],
        wordless=[line.name for line in lines if _is_wordless(line, releases)],
        waiting=waiting,
        oldest=now - first if first else 0.0,
        **counts,
    )


def _is_wordless(line: Line, releases: ReleaseShelf) -> bool:
    if line.release_id is None:
        return False
    try:
        return not can_ring_back(releases.get(line.release_id))
    except (ReleaseUnknown, ReleaseDamaged):
        # A release that can't be read is said by the check of lines.
        return False
