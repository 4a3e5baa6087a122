"""How often a provider is asked to ring somebody: one pace for all processes of the hotline, on all its machines.

Each request takes a moment of its own, one interval after the one before; a moment that is still ahead is waited for
outside any transaction. Whoever takes moments ahead goes before whoever takes one only when it is now, so helpers' legs
(`MOST_AHEAD_SECONDS`) are rung before ring-backs (`ONLY_NOW`).
"""

from __future__ import annotations

from sqlalchemy import Connection, case, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from ivr.store.callback_tables import provider_pace

ONLY_NOW = 0.0
MOST_AHEAD_SECONDS = 10.0
"""Nobody takes a moment farther ahead: whoever is so late is better served by looking again at who should be rung."""


def reserve(
    connection: Connection,
    provider: str,
    now: float,
    per_second: float,
    most_ahead_seconds: float = MOST_AHEAD_SECONDS,
) -> float | None:
    """The moment at which one request may go out (seconds since 1970, never before `now`), taken for the caller alone.

    None, and nothing taken, when it would be more than `most_ahead_seconds` ahead. It is taken once the caller's
    transaction is committed; that has to be before the provider is asked, and soon, because others wait for it.
    """
    between = 1 / per_second
    ahead = min(most_ahead_seconds, MOST_AHEAD_SECONDS)
    next_at = provider_pace.c.next_at
    # Written under a clock that ran ahead: nobody may wait until that time has come.
    from_a_wrong_clock = next_at > now + MOST_AHEAD_SECONDS + between
    taken = case((from_a_wrong_clock, now), (next_at > now, next_at), else_=now)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(provider_pace)
        .values(provider=provider, next_at=now + between)
        .on_conflict_do_update(
            index_elements=[provider_pace.c.provider],
            set_={"next_at": taken + between},
            where=or_(next_at <= now + ahead, from_a_wrong_clock),
        )
        .returning(next_at)
    )
    following: float | None = connection.execute(statement).scalar()
    return None if following is None else max(following - between, now)


def free_from(connection: Connection, provider: str) -> float:
    """From when the next moment is free (seconds since 1970), as it is now; 0 where nobody was ever rung."""
    query = select(provider_pace.c.next_at).where(provider_pace.c.provider == provider)
    return connection.execute(query).scalar() or 0.0
