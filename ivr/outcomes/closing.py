"""Closing: what was a callback becomes a row that leads back to nobody.

The number's key is destroyed first. Then one transaction writes the row and deletes the callback with all that belongs
to it. Killed anywhere in between, it is done again and never twice: whoever deletes the callback writes the row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, exists, insert, or_, select

from ivr.outcomes.bands import wait_band
from ivr.outcomes.numbers import let_go
from ivr.outcomes.tables import outcome_tasks, outcomes
from ivr.people.notices import forget_about
from ivr.publishing.hours import duration_band
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import reading, wipe_deleted
from ivr.vault.vault import Vault

CLOSED, TALKED, OPEN, OVER = "closed", "talked", "open", "over"
LONGEST_LEG_SECONDS = 6 * 3600.0
"""After this no leg of an attempt can be alive, whatever its row says. A talk is ended long before."""
MOST_AT_ONCE = 500

_CODED = ("contact_type", "issue", "asked_about_suicide", "risk", "action", "follow_up")
_MEASURED = ("distress_before", "distress_after")


def close(database: Engine, vault: Vault, callback_id: str, now: float, new_id: Callable[[], str]) -> bool:
    """Writes the outcome of a callback that is over and deletes it; False where it isn't time, or is done already.

    Raises VaultOutOfReach: then nothing was done.
    """
    with database.begin() as connection:
        closed = _close(connection, vault, callback_id, now, new_id)
    if closed:
        wipe_deleted(database)
    return closed


def to_close(database: Engine, now: float) -> list[str]:
    """The callbacks whose time it is."""
    has_open_task = exists().where(
        outcome_tasks.c.callback_id == callbacks.c.id, outcome_tasks.c.state == OPEN
    )
    has_task = exists().where(outcome_tasks.c.callback_id == callbacks.c.id)
    ready = and_(
        callbacks.c.state == CLOSED,
        ~has_open_task,
        or_(callbacks.c.ending != TALKED, has_task),
        ~exists().where(attempts.c.callback_id == callbacks.c.id, *_has_legs(now)),
    )
    with reading(database) as connection:
        query = select(callbacks.c.id).where(ready).order_by(callbacks.c.id).limit(MOST_AT_ONCE)
        return list(connection.execute(query).scalars())


def _close(
    connection: Connection, vault: Vault, callback_id: str, now: float, new_id: Callable[[], str]
) -> bool:
    # Task, number, callback: whoever needs several of them locks them in this order.
    this_task = outcome_tasks.c.callback_id == callback_id
    task = connection.execute(select(outcome_tasks).where(this_task).with_for_update()).first()
    callback = connection.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
    if callback is None or not _is_over(connection, callback, task, now):
        return False
    if not let_go(connection, vault, callback.number_id, now, leaving=callback_id):
        return False
    # A shredded number has already been taken out of the row, without that counting as a change of it.
    unchanged = callbacks.c.id == callback_id, callbacks.c.version == callback.version
    if connection.execute(delete(callbacks).where(*unchanged)).rowcount != 1:
        return False
    connection.execute(insert(outcomes).values(id=new_id(), **_kept(callback, task)))
    connection.execute(delete(attempts).where(attempts.c.callback_id == callback_id))
    connection.execute(delete(outcome_tasks).where(this_task))
    forget_about(connection, callback_id)
    return True


def _is_over(connection: Connection, callback: Any, task: Any, now: float) -> bool:
    if callback.state != CLOSED or (task is None and callback.ending == TALKED):
        return False
    if task is not None and task.state == OPEN:
        return False
    alive = select(attempts.c.id).where(attempts.c.callback_id == callback.id, *_has_legs(now))
    return connection.execute(alive.limit(1)).first() is None


def _has_legs(now: float) -> tuple[Any, Any]:
    """Somebody may still be on the line, and the row is needed to hang up."""
    return attempts.c.state != OVER, attempts.c.written_at > now - LONGEST_LEG_SECONDS


def _kept(callback: Any, task: Any) -> dict[str, Any]:
    """All that is ever kept of a callback."""
    answers = json.loads(task.answers) if task is not None else {}
    talked = callback.ending == TALKED
    return {
        "line_id": callback.line_id,
        "date": callback.date,
        "band": callback.band,
        "language": callback.language,
        "path": callback.path,
        "need": callback.need,
        "ending": callback.ending,
        "missed": "" if talked else callback.missed,
        "attempts": callback.tried,
        "wait": wait_band(callback.asked_at, callback.first_rang_at),
        "duration": duration_band(task.seconds) if talked and task is not None else "",
        "filled_in": task.filled_in if task is not None else "",
        **{name: answers.get(name) or "" for name in _CODED},
        **{name: answers.get(name) for name in _MEASURED},
        "test": callback.test,
    }
