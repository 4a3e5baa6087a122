"""How many missed calls were rung back on a day: by number, by line and by hour. Nothing here is a number.

A number is counted under its token of the vault, so that whoever has this table alone can't tell whose phone it was.
Days are those of UTC, as the vault's epochs are, so that a token changes only where a day does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from ivr.store.callback_tables import flash_counts

DAY = 86_400.0
KEPT_DAYS = 2
"""Today is needed for the caps, and yesterday for whoever looks in the morning."""


def day_of(at: float) -> str:
    """The day of a moment, such as 2026-03-01."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def rung(line_id: str) -> str:
    """Ring-backs of a line."""
    return f"rung:{line_id}"


def rung_in_hour(line_id: str, at: float) -> str:
    """Ring-backs of a line in this hour of the day."""
    return f"rung:{line_id}:{datetime.fromtimestamp(at, UTC):%H}"


def expired(line_id: str) -> str:
    """Missed calls of a line that weren't rung back in time."""
    return f"expired:{line_id}"


def count_one(connection: Connection, subjects: Iterable[str], at: float, *, more: int = 1) -> None:
    """Counts one more of each on this day."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    # In the order of their names: two that count the same at once must not wait for each other.
    for subject in sorted(subjects):
        statement = insert(flash_counts).values(subject=subject, day=day_of(at), count=more)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[flash_counts.c.subject, flash_counts.c.day],
                set_={"count": flash_counts.c.count + statement.excluded.count},
            )
        )


def counts_of(connection: Connection, subjects: Collection[str], at: float) -> dict[str, int]:
    """How many there were on this day, by subject; those without any are left out."""
    query = select(flash_counts.c.subject, flash_counts.c.count).where(
        flash_counts.c.day == day_of(at), flash_counts.c.subject.in_(subjects)
    )
    return {row.subject: row[1] for row in connection.execute(query)}


def forget_old(connection: Connection, now: float) -> int:
    """Forgets the days that nobody needs any more."""
    old = flash_counts.c.day <= day_of(now - KEPT_DAYS * DAY)
    return connection.execute(delete(flash_counts).where(old)).rowcount
