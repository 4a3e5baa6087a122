"""What is written of helpers: one row of their state, made when it is first needed, and one of each call of a day.

Everything here may be done twice, and in any order, and the rows are the same.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ivr.people.roster_tables import helper_states, helper_talks, shifts, shifts_asked, shifts_left_out

_AT_FIRST: dict[str, Any] = {
    "chosen": "",
    "chosen_at": 0.0,
    "stretch_began": 0.0,
    "rung": True,
    "paused": False,
    "break_until": 0.0,
    "crisis_trained": False,
    "owes_debrief": False,
    "busy_with": "",
    "busy_until": 0.0,
    "offered_at": 0.0,
    "ask_after": 0.0,
}


def change_state(connection: Connection, person_id: str, **values: Any) -> None:
    """Writes these columns of somebody's state."""
    changed = update(helper_states).where(helper_states.c.person_id == person_id).values(**values)
    if connection.execute(changed).rowcount != 1:
        _make_row(connection, person_id)
        connection.execute(changed)


def claim(connection: Connection, person_id: str, attempt_id: str, now: float, until: float) -> bool:
    """Takes a helper for one attempt, unless another has them. It keeps everybody out of two calls at once."""
    rows = helper_states.c
    is_free = or_(rows.busy_with.in_(("", attempt_id)), rows.busy_until <= now)
    taken = (
        update(helper_states)
        .where(rows.person_id == person_id, is_free)
        .values(busy_with=attempt_id, busy_until=until)
    )
    if connection.execute(taken).rowcount == 1:
        return True
    _make_row(connection, person_id)
    return connection.execute(taken).rowcount == 1


def release(connection: Connection, attempt_id: str) -> None:
    """Whoever was taken for this attempt is free of it."""
    connection.execute(
        update(helper_states)
        .where(helper_states.c.busy_with == attempt_id)
        .values(busy_with="", busy_until=0.0)
    )


def note_talk(
    connection: Connection, attempt_id: str, person_id: str, began: float, ended: float, hard: bool
) -> None:
    """Notes a call. Told again, it is the longer of both, and hard once either says so."""
    talks = helper_talks.c
    added = _insert(connection, helper_talks).values(
        id=attempt_id, person_id=person_id, began=began, ended=ended, hard=hard
    )
    new = added.excluded
    merged = {
        "began": case((talks.began <= new.began, talks.began), else_=new.began),
        "ended": case((talks.ended >= new.ended, talks.ended), else_=new.ended),
        "hard": or_(talks.hard, new.hard),
    }
    connection.execute(added.on_conflict_do_update(index_elements=["id"], set_=merged))


def make_hard(connection: Connection, attempt_id: str) -> bool:
    """A call that is noted was a hard one; False where none is noted yet."""
    this = helper_talks.c.id == attempt_id
    return connection.execute(update(helper_talks).where(this).values(hard=True)).rowcount == 1


def forget_talks(connection: Connection, ended_before: float) -> int:
    """Forgets calls that no rule asks for any more; returns how many."""
    return connection.execute(delete(helper_talks).where(helper_talks.c.ended < ended_before)).rowcount


def forget_helper(connection: Connection, person_id: str) -> None:
    """Somebody leaves: their shifts, state and calls go."""
    of_theirs = select(shifts.c.id).where(shifts.c.person_id == person_id)
    for table in (shifts_left_out, shifts_asked):
        connection.execute(delete(table).where(table.c.shift_id.in_(of_theirs)))
    for table in (shifts, helper_states, helper_talks):
        connection.execute(delete(table).where(table.c.person_id == person_id))


def _make_row(connection: Connection, person_id: str) -> None:
    row = _insert(connection, helper_states).values(person_id=person_id, **_AT_FIRST)
    connection.execute(row.on_conflict_do_nothing(index_elements=["person_id"]))


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
