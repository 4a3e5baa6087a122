"""Callbacks and helpers in a database, with the real services around them and nothing else: no calls, no phones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from ivr.audit.log import COMMAND_LINE, AuditLog
from ivr.callbacks import machine
from ivr.callbacks.book import Book
from ivr.callbacks.dispatch import Dispatcher
from ivr.callbacks.machine import Deed, Rules
from ivr.callbacks.rows import changing_values, gender_of, priority_of, window_of
from ivr.callbacks.taking import Taking
from ivr.outcomes.tables import outcome_tasks
from ivr.outcomes.tasks import open_task
from ivr.people.helpers import Helpers
from ivr.people.records import find_person
from ivr.people.roster_tables import helper_states, helper_talks
from ivr.people.tables import people, person_roles
from ivr.people.wellbeing import Care
from ivr.publishing.lines import save_line
from ivr.scrubbing.tables import scrubs
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import reading
from ivr.store.tables import lines
from ivr.wiring import new_id
from tests.callback_rows import callback_row
from tests.hotline import LINE as A_LINE

ASKED = 1_772_373_600.0  # 2026-03-01 17:00 in Nairobi
ZONE = "Africa/Nairobi"
LINE = "a" * 32


class Tasks:
    """Opens the tasks of outcomes."""

    open_task = staticmethod(open_task)


@dataclass
class Noticed:
    """What workers would have been asked to do."""

    deeds: list[Deed] = field(default_factory=list)
    dispatches: int = 0

    def after(self, callback_id: str, deeds: tuple[Deed, ...]) -> None:
        del callback_id
        self.deeds += deeds

    def dispatch(self) -> None:
        self.dispatches += 1


@dataclass
class Rig:
    """The database and the services."""

    database: Engine
    rules: Rules = field(default_factory=Rules)
    noticed: Noticed = field(default_factory=Noticed)
    new_id: Callable[[], str] = new_id

    def __post_init__(self) -> None:
        self.helpers = Helpers(AuditLog(b"s" * 40), Care())
        self.book = Book(self.rules, self.helpers, Tasks())
        self.dispatcher = Dispatcher(self.database, self.book, self.helpers, self.noticed, self.new_id)
        person = partial(_person, self.database)
        self.taking = Taking(self.database, self.book, self.helpers, person, self.noticed, self.new_id)

    def start_afresh(self) -> None:
        """A line, and nobody."""
        tables: tuple[Any, ...] = (callbacks, attempts, outcome_tasks, scrubs, helper_states, helper_talks)
        with self.database.begin() as connection:
            for table in (*tables, person_roles, people, lines):
                connection.execute(delete(table))
            save_line(connection, replace(A_LINE, id=LINE))

    def helper(
        self,
        name: str,
        *,
        languages: tuple[str, ...] = ("en",),
        gender: str = "",
        trained: bool = False,
        on_call_at: float = ASKED,
    ) -> str:
        """A helper who is on call and has a phone."""
        row = {
            "id": name, "name": name.title(), "sign_in_name": name, "state": "active", "password": "",
            "code_secret": None, "code_step": 0, "phone_code": None, "pin": "", "gender": gender,
            "languages": json.dumps(languages), "time_zone": ZONE, "reads": "", "number_id": f"number-of-{name}",
            "created_on": "2026-03-01",
        }  # fmt: skip
        with self.database.begin() as connection:
            connection.execute(insert(people).values(row))
            connection.execute(insert(person_roles).values(person_id=name, role="helper"))
            self.helpers.choose(connection, name, "on", on_call_at)
        if trained:
            with self.database.begin() as connection:
                self.helpers.train(connection, COMMAND_LINE, name, True, on_call_at)
        return name

    def waits(
        self,
        callback_id: str,
        at: float = ASKED,
        *,
        language: str | None = "en",
        need: str = "other",
        wishes: dict[str, str] | None = None,
        zone: str = ZONE,
        **changed: Any,
    ) -> str:
        """Somebody waits since then."""
        said = wishes or {}
        asked = machine.asked(
            machine.Callback(callback_id, window_of(said, crisis=need == "crisis"), zone, at, at + 72 * 3600),
            at,
        )
        row = callback_row(callback_id, at=at, line_id=LINE, language=language, need=need, time_zone=zone)
        row |= {"wishes": json.dumps(said), "gender": gender_of(said), "crisis": need == "crisis"}
        row |= {"priority": priority_of(need), "expires_at": asked.expires_at, **changing_values(asked, at)}
        with self.database.begin() as connection:
            connection.execute(insert(callbacks).values(row | changed))
        return callback_id

    def row(self, callback_id: str) -> Any:
        """A callback as it stands."""
        with reading(self.database) as connection:
            return connection.execute(select(callbacks).where(callbacks.c.id == callback_id)).one()

    def rows(self, table: Any) -> list[Any]:
        """Everything in a table."""
        with reading(self.database) as connection:
            return list(connection.execute(select(table)))

    def busy(self) -> dict[str, str]:
        """Which helper is in which attempt."""
        return {row.person_id: row.busy_with for row in self.rows(helper_states) if row.busy_with}


def _person(database: Engine, person_id: str) -> Any:
    with reading(database) as connection:
        return find_person(connection, person_id)
