"""Talks that helpers have had, for the pages about what comes after them."""

from __future__ import annotations

from sqlalchemy import select, update

from ivr.outcomes.tables import outcomes
from ivr.outcomes.tasks import Task
from ivr.store.callback_tables import callbacks
from tests.console.desk import Desk, Worker
from tests.hotline import AMINA

ANSWERS = {
    "contact_type": "support",
    "issue": "family",
    "distress_before": "7",
    "distress_after": "4",
    "asked_about_suicide": "yes",
    "risk": "none",
    "action": "listened",
    "follow_up": "no",
}
"""A complete outcome, as the form sends it."""


def had_a_talk(desk: Desk, helper: Worker, caller: str = AMINA) -> str:
    """Amina has asked, and has talked with this helper for eight minutes; the callback's id."""
    number_id = desk.amina_asks(caller)
    wiring = desk.hotline.wiring
    with wiring.database.begin() as connection:
        this = callbacks.c.number_id == number_id
        closed = {"state": "closed", "ending": "talked", "helper": helper.id, "attempt": "ab" * 16}
        connection.execute(update(callbacks).where(this).values(closed))
        callback_id: str = connection.execute(select(callbacks.c.id).where(this)).scalar_one()
        wiring.outcomes.tasks.open_task(connection, callback_id, helper.id, 480, desk.now)
    return callback_id


def task_of(desk: Desk, callback_id: str) -> Task:
    """How far an outcome is filled in."""
    with desk.hotline.wiring.database.connect() as connection:
        return desk.hotline.wiring.outcomes.tasks.find(connection, callback_id)


def written(desk: Desk) -> list[tuple[str, str, str]]:
    """What the outcome log holds: issue, risk and who filled it in."""
    query = select(outcomes.c.issue, outcomes.c.risk, outcomes.c.filled_in)
    with desk.hotline.wiring.database.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]
