"""The list of what has still to be deleted at a provider: rows that are added with a call's end, claimed, and dropped.

A row is claimed by moving its time to the end of a lease. Whoever finds another time there than the one it has read was
too late; and a worker that dies leaves nothing but a lease that runs out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Delete,
    Dialect,
    Update,
    and_,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ivr.scrubbing.pauses import LONGEST_PAUSE_SECONDS
from ivr.scrubbing.tables import scrubs
from ivr.store.hot import Addition, Insertion

AFTER_THE_END_SECONDS = 300
"""The provider says of itself that a call can't be deleted in its first minute; recordings take a little longer."""

LEASE_SECONDS = 180
"""Longer than a job of the table may take, so that nobody else begins while somebody is at it."""

_FARTHEST_SECONDS = LONGEST_PAUSE_SECONDS + LEASE_SECONDS + AFTER_THE_END_SECONDS


@dataclass(frozen=True, slots=True)
class Waiting:
    """One call whose records have to go. `due_at` is also the mark by which its holder is known; `since` is the time
    at which it was to be deleted at first.
    """

    provider: str
    call: str
    due_at: float
    attempts: int
    trouble: str
    since: float


class AtTheEnd:
    """Makes the row that is written with the end of a call, in the same transaction."""

    def __init__(self, dialect: Dialect) -> None:
        # A call that ends twice is scrubbed twice, which harms nothing.
        self._row = Insertion(scrubs, dialect, replaces=True)

    def __call__(self, provider: str, provider_call: str, now: float) -> list[Addition]:
        """What is added when a call of a provider ends at `now`."""
        due_at = due_after(now)
        row = {
            "provider": provider,
            "provider_call": provider_call,
            "due_at": due_at,
            "attempts": 0,
            "trouble": "",
            "since": due_at,
        }
        return [Addition(self._row, row)]


def due_after(now: float) -> float:
    """When a call that ends now can be deleted. A whole minute: no exact end is kept."""
    return 60.0 * math.ceil((now + AFTER_THE_END_SECONDS) / 60)


def add(connection: Connection, provider: str, calls: Iterable[str], due_at: float) -> None:
    """Puts calls on the list; those that are on it already stay as they are."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    always = {"provider": provider, "due_at": due_at, "attempts": 0, "trouble": "", "since": due_at}
    rows = [{**always, "provider_call": call} for call in calls]
    if rows:
        connection.execute(insert(scrubs).on_conflict_do_nothing(), rows)


def due(connection: Connection, now: float, most: int) -> list[Waiting]:
    """The rows whose time has come, longest overdue first."""
    rows = connection.execute(select(scrubs).where(_is_due(now)).order_by(scrubs.c.due_at).limit(most))
    return [Waiting(*row) for row in rows]


def _is_due(now: float) -> ColumnElement[bool]:
    # What is farther ahead than anything is ever put off was written under a clock that ran ahead.
    return or_(scrubs.c.due_at <= now, scrubs.c.due_at > now + _FARTHEST_SECONDS)


def claim(connection: Connection, row: Waiting, now: float) -> Waiting | None:
    """Takes a row for the time of a lease; None when somebody else has it."""
    until = now + LEASE_SECONDS
    taken = _change(connection, update(scrubs).where(_is_still(row)).values(due_at=until))
    return replace(row, due_at=until) if taken else None


def drop(connection: Connection, held: Waiting) -> bool:
    """Takes a row off the list; False when its lease had run out and somebody else has it."""
    return _change(connection, delete(scrubs).where(_is_still(held)))


def put_off(connection: Connection, held: Waiting, due_at: float, attempts: int, trouble: str) -> bool:
    """Gives a row another time; False as above."""
    changed = update(scrubs).where(_is_still(held))
    return _change(connection, changed.values(due_at=due_at, attempts=attempts, trouble=trouble))


def bring_forward(connection: Connection, now: float) -> int:
    """Makes everything that has met with trouble due at once; returns how many rows."""
    changed = update(scrubs).where(scrubs.c.trouble != "").values(due_at=now, attempts=0)
    return connection.execute(changed).rowcount


def everything(connection: Connection) -> Sequence[Waiting]:
    """The whole list."""
    return [Waiting(*row) for row in connection.execute(select(scrubs).order_by(scrubs.c.due_at))]


def _is_still(row: Waiting) -> ColumnElement[bool]:
    return and_(
        scrubs.c.provider == row.provider,
        scrubs.c.provider_call == row.call,
        scrubs.c.due_at == row.due_at,
    )


def _change(connection: Connection, statement: Update | Delete) -> bool:
    done: CursorResult[tuple[()]] = connection.execute(statement)
    return done.rowcount == 1
