"""How many new callbacks a line notes in an hour: what a phone shows can be forged, and a flood mustn't fill the queue.

They are counted in one row a line and hour, which is written only when a callback is noted, and before it is. The
count is a conditional change of that row, so any number of processes stay within the cap together. Where a turn comes
to nothing after that, one place of the hour is lost, and nothing else. Hours are those of UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.flash_counts import counts_of, day_of
from ivr.store.callback_tables import flash_counts
from ivr.store.engine import reading

HOUR = 3600.0

log = structlog.get_logger()


class WishCap:
    """How many, for every line of the house."""

    def __init__(self, database: Engine, most: int) -> None:
        self._database = database
        self.most = most

    def is_full(self, line_id: str, at: float) -> bool:
        """Whether no new callback is noted in this hour; where nobody can say, the turn's own writes will."""
        try:
            with reading(self._database) as connection:
                return bool(self.full_lines(connection, [line_id], at))
        except SQLAlchemyError:
            return False

    def take_place(self, line_id: str, at: float) -> bool:
        """Counts one more; False where there is no place left."""
        try:
            with self._database.begin() as connection:
                taken = self._count(connection, line_id, at)
        except SQLAlchemyError:
            return True
        if not taken:
            log.warning("callbacks_capped", line=line_id)
        return taken

    def full_lines(self, connection: Connection, line_ids: list[str], at: float) -> list[str]:
        """Those of the lines that note nothing new in this hour."""
        counts = counts_of(connection, [_subject(line, at) for line in line_ids], at)
        return [line for line in line_ids if counts.get(_subject(line, at), 0) >= self.most]

    def _count(self, connection: Connection, line_id: str, at: float) -> bool:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        first = insert(flash_counts).values(subject=_subject(line_id, at), day=day_of(at), count=1)
        one_more = first.on_conflict_do_update(
            index_elements=[flash_counts.c.subject, flash_counts.c.day],
            set_={"count": flash_counts.c.count + 1},
            where=flash_counts.c.count < self.most,
        )
        return connection.execute(one_more.returning(flash_counts.c.count)).first() is not None


def next_hour(at: float) -> float:
    """When callbacks are noted again."""
    return (at // HOUR + 1) * HOUR


def _subject(line_id: str, at: float) -> str:
    return f"asked:{line_id}:{datetime.fromtimestamp(at, UTC):%H}"
