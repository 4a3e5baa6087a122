"""Callbacks that are over, put straight into the database, and what is left of them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import insert, select, update

from ivr.outcomes.closing import close
from ivr.outcomes.tables import outcome_tasks, outcomes
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.ids import new_id
from ivr.vault.number import PhoneNumber
from tests.vault.rig import AMINA, NOON, Rig

LEILA = "1e" * 16
JOSEPH = "70" * 16
ANSWERS = {
    "contact_type": "talk",
    "issue": "family",
    "distress_before": 7,
    "distress_after": 4,
    "asked_about_suicide": "yes",
    "risk": "none",
    "action": "listened",
    "follow_up": "none",
}


def talked(rig: Rig, number: PhoneNumber = AMINA, task: str = "done", **changed: Any) -> str:
    """Leila has talked with somebody for eight minutes, and has filled in the outcome; the callback's id."""
    number_id = rig.keep(number)
    closed = {
        "state": "closed",
        "ending": "talked",
        "helper": LEILA,
        "tried": 1,
        "first_rang_at": NOON + 1000,
        **changed,
    }
    with rig.database.begin() as connection:
        connection.execute(update(callbacks).where(callbacks.c.id == number_id).values(closed))
        connection.execute(insert(attempts).values(attempt_row(number_id)))
        if task:
            connection.execute(insert(outcome_tasks).values(task_row(number_id, task)))
    return number_id


def attempt_row(callback_id: str, **changed: Any) -> dict[str, Any]:
    """An attempt that is over."""
    return {
        "id": new_id(),
        "callback_id": callback_id,
        "helper_id": LEILA,
        "how": "console",
        "provider": "twilio",
        "language": "sw",
        "state": "over",
        "written_at": NOON + 900,
        "asked_at": NOON + 901,
        "helper_leg": "CA" + "1" * 32,
        "caller_leg": "CA" + "2" * 32,
        "rang_at": NOON + 1000,
        "talked_at": NOON + 1010,
        "ended_at": NOON + 1490,
        "end_legs_at": 0.0,
        **changed,
    }


def task_row(callback_id: str, state: str) -> dict[str, Any]:
    """What Leila had to fill in."""
    return {
        "callback_id": callback_id,
        "helper_id": LEILA,
        "opened_at": NOON + 1490,
        "remind_at": NOON + 1490 + 3600,
        "reminded": 0,
        "state": state,
        "filled_in": "phone" if state == "done" else "",
        "seconds": 480,
        "answers": json.dumps(ANSWERS if state == "done" else {}),
    }


def close_it(rig: Rig, callback_id: str, now: float = NOON + 7200) -> bool:
    """What the job does."""
    return close(rig.database, rig.vault, callback_id, now, new_id)


def outcome_rows(rig: Rig) -> list[dict[str, Any]]:
    """The outcome log, as it lies."""
    with rig.database.connect() as connection:
        return [dict(row) for row in connection.execute(select(outcomes)).mappings()]


def left_of(rig: Rig, callback_id: str) -> list[str]:
    """The tables in which something of a callback is left."""
    found = []
    with rig.database.connect() as connection:
        for table, column in (
            (callbacks, callbacks.c.id),
            (attempts, attempts.c.callback_id),
            (outcome_tasks, outcome_tasks.c.callback_id),
        ):
            if connection.execute(select(column).where(column == callback_id)).first():
                found.append(table.name)
    return found
