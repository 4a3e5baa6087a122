"""What the telephone provider may still have of callers, for the panel of admins. Counts only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from ivr.scrubbing.pauses import DAY
from ivr.scrubbing.status import OVERDUE_SECONDS
from ivr.scrubbing.tables import reconciliations, scrubs


@dataclass(frozen=True, slots=True)
class ProviderState:
    """`waiting` deletions are still to be done, `late` of them for more than an hour. `left` was found at the last
    reconciliation, on `date` (empty when there was none); `trouble` is why the provider couldn't be asked."""

    waiting: int
    late: int
    date: str
    left: int
    trouble: str


def provider_state(connection: Connection, now: float) -> ProviderState:
    """How it stands now."""
    # However often it was put off, and for whatever reason: a call that the provider never ends is late too.
    late = or_(scrubs.c.due_at < now - OVERDUE_SECONDS, scrubs.c.since < now - DAY)
    waiting, overdue = connection.execute(
        select(func.count(), func.count().filter(late)).select_from(scrubs)
    ).one()
    date = connection.execute(select(func.max(reconciliations.c.date))).scalar()
    columns = (reconciliations.c.left_calls, reconciliations.c.left_recordings, reconciliations.c.trouble)
    rows = connection.execute(select(*columns).where(reconciliations.c.date == date)).all() if date else []
    left = sum(row.left_calls + row.left_recordings for row in rows)
    return ProviderState(
        waiting, overdue, date or "", left, next((row.trouble for row in rows if row.trouble), "")
    )
