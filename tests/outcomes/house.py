"""The outcomes' room with Leila who helps, Daniel and Grace who supervise, and talks that Leila has just had."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from ivr.audit.log import AuditLog, entries
from ivr.outcomes.parts import OutcomeParts, outcome_parts
from ivr.outcomes.tasks import Task
from ivr.people.notices import Notices
from ivr.people.person import Person
from ivr.people.roles import Role
from ivr.people.tables import notices, notices_for, people, person_roles
from ivr.store.ids import new_id
from tests.callbacks.people import person
from tests.outcomes.talks import JOSEPH, LEILA, talked
from tests.vault.rig import NOON, Rig

DANIEL, GRACE, SARA = "da" * 16, "9a" * 16, "5a" * 16
PEOPLE: dict[str, Person] = {
    LEILA: person(LEILA, Role.HELPER),
    JOSEPH: person(JOSEPH, Role.HELPER),
    DANIEL: person(DANIEL, Role.SUPERVISOR),
    GRACE: person(GRACE, Role.SUPERVISOR),
    SARA: person(SARA, Role.STAFF),
}
FIRST_CODES = {
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


class Remembering:
    """Remembers what the people's room is told of helpers."""

    def __init__(self) -> None:
        self.hard: list[str] = []
        self.owing: list[str] = []

    def mark_hard(self, connection: Connection, attempt_id: str, person_id: str, now: float) -> None:
        del connection, attempt_id, now
        self.hard.append(person_id)

    def owe_debrief(self, connection: Connection, person_id: str) -> None:
        del connection
        self.owing.append(person_id)


@dataclass
class House:
    """The room on one database."""

    rig: Rig
    now: float = NOON + 1500
    helpers: Remembering = field(default_factory=Remembering)
    parts: OutcomeParts = field(init=False)

    def __post_init__(self) -> None:
        self.parts = outcome_parts(
            self.rig.database,
            self.rig.vault,
            AuditLog(b"s" * 40),
            Notices(new_id, 1800.0),
            self.helpers,
            PEOPLE.__getitem__,
            new_id,
            60,
        )
        self._employ()

    def _employ(self) -> None:
        always = {
            "password": "", "code_secret": None, "code_step": 0, "phone_code": None, "pin": "", "languages": "[]",
            "gender": "", "time_zone": "UTC", "reads": "", "number_id": None, "created_on": "2026-03-01",
            "state": "active",
        }  # fmt: skip
        with self.rig.database.begin() as connection:
            for one in PEOPLE.values():
                row = {"id": one.id, "name": one.name, "sign_in_name": one.id, **always}
                connection.execute(insert(people).values(row))
                for role in one.roles:
                    connection.execute(insert(person_roles).values(person_id=one.id, role=role.value))

    def talked(self, **changed: Any) -> str:
        """Leila has just talked with somebody for eight minutes, and owes the outcome; the callback's id."""
        callback_id = talked(self.rig, task="", attempt="ab" * 16, **changed)
        with self.rig.database.begin() as connection:
            self.parts.tasks.open_task(connection, callback_id, LEILA, 480, self.now)
        return callback_id

    def answer(self, callback_id: str, question: str, code: str, by: str = "phone") -> list[str]:
        """Leila answers one question."""
        with self.rig.database.begin() as connection:
            return self.parts.tasks.answer(connection, callback_id, question, code, by=by, now=self.now)

    def keyed(self, callback_id: str, question: str, keys: str) -> bool:
        """Leila keys one answer on her phone."""
        with self.rig.database.begin() as connection:
            return self.parts.tasks.keyed(connection, callback_id, question, keys, self.now)

    def fill_in(self, callback_id: str, by: str = "web", **changed: str) -> list[str]:
        """Leila answers everything at once."""
        with self.rig.database.begin() as connection:
            codes = {**FIRST_CODES, **changed}
            return self.parts.tasks.fill_in(connection, callback_id, codes, by=by, now=self.now)

    def task(self, callback_id: str) -> Task:
        with self.rig.database.connect() as connection:
            return self.parts.tasks.find(connection, callback_id)

    def told(self) -> list[tuple[str, str]]:
        """Who has which notice before them."""
        query = select(notices.c.kind, notices_for.c.person_id).join(notices_for)
        with self.rig.database.connect() as connection:
            return sorted(tuple(row) for row in connection.execute(query))

    def deeds(self) -> list[tuple[str, str]]:
        """The audit log, oldest first."""
        with self.rig.database.connect() as connection:
            return [(entry.deed, entry.who) for entry in reversed(entries(connection, 100))]

    def all_of(self, table: Any) -> list[dict[str, Any]]:
        """Every row of a table."""
        with self.rig.database.connect() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]
