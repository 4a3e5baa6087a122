"""Callers who wait and helpers who may call them, in front of the console: what the pages of callbacks are shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update

from ivr.console.own_number import keep_own
from ivr.people.roles import Role
from ivr.publishing.lines import all_lines
from ivr.store.callback_tables import attempts, callbacks, pages
from ivr.vault.number import PhoneNumber
from tests.callback_rows import put_callback
from tests.console.desk import Desk, Worker

LEILAS = "+12025550161"
CALLERS = "+120255501{:02}"
SAFETY = {
    "safe_when": "in_the_evening",
    "say_who": "answer_no",
    "others_safe": "answer_no",
    "helper_gender": "a_woman",
}


@dataclass
class Calls:
    """A desk, and ways to put callers and attempts in front of it."""

    desk: Desk
    asked: int = 0

    def helper(self, name: str, languages: list[str], gender: str = "woman", *roles: Role) -> Worker:
        """Somebody who may call in these languages, whose own number is known, and who is on call."""
        worker = self.desk.employ(name, *roles)
        people = self.desk.hotline.wiring.people
        people.profiles.change(
            worker.id, name=name, languages=languages, gender=gender, time_zone="Africa/Nairobi", reads="",
            now=self.desk.now,
        )  # fmt: skip
        parts = self.desk.hotline.app.extensions["console"]
        number = PhoneNumber(f"+120255501{60 + len(name)}")
        keep_own(parts, self.desk.person(worker), number, self.desk.now)
        self.on_call(worker)
        return worker

    def on_call(self, worker: Worker) -> None:
        """Goes on call by choice."""
        with self.desk.hotline.wiring.database.begin() as connection:
            self.desk.hotline.wiring.people.helpers.choose(connection, worker.id, "on", self.desk.now)

    def trained(self, worker: Worker) -> None:
        """This helper has a crisis training."""
        with self.desk.hotline.wiring.database.begin() as connection:
            self.desk.hotline.wiring.people.helpers.train(
                connection, "command line", worker.id, True, self.desk.now
            )

    def waits(self, language: str | None = "sw", *, minutes: float = 20, **changed: Any) -> str:
        """Somebody who asked so many minutes ago; returns the callback's id."""
        self.asked += 1
        wiring, at = self.desk.hotline.wiring, self.desk.now - 60 * minutes
        wishes = changed.pop("wishes", {})
        callback_id = f"{self.asked:032x}"
        with wiring.database.begin() as connection:
            line = all_lines(connection)[0]
            number = PhoneNumber(CALLERS.format(70 + self.asked % 29))
            kept = wiring.vault.keep(number, kind="caller", line_id=line.id, now=at)
            wiring.vault.store(connection, kept)
            put_callback(
                connection, callback_id, at=at, line_id=line.id, language=language, number_id=kept.id,
                wishes=json.dumps(wishes), **changed,
            )  # fmt: skip
        return callback_id

    def change(self, callback_id: str, **values: Any) -> None:
        """Something becomes of a callback."""
        with self.desk.hotline.wiring.database.begin() as connection:
            connection.execute(update(callbacks).where(callbacks.c.id == callback_id).values(values))

    def attempt(self, worker: Worker, callback_id: str, state: str, leg: str, **changed: Any) -> str:
        """A helper's attempt, and where it is."""
        now = self.desk.now
        attempt = f"a{callback_id[1:]}"
        row = {
            "id": attempt, "callback_id": callback_id, "helper_id": worker.id, "how": "console",
            "provider": "twilio", "language": "en", "state": leg, "written_at": now - 30, "asked_at": now - 28,
            "helper_leg": "", "caller_leg": "", "rang_at": 0.0, "talked_at": 0.0, "ended_at": 0.0,
            "end_legs_at": 0.0, **changed,
        }  # fmt: skip
        with self.desk.hotline.wiring.database.begin() as connection:
            connection.execute(insert(attempts).values(row))
        if state != "waiting":
            self.change(callback_id, state=state, attempt=attempt, helper=worker.id, until=now + 600)
        return attempt

    def attempt_now(self, attempt: str, **values: Any) -> None:
        """Something becomes of an attempt."""
        with self.desk.hotline.wiring.database.begin() as connection:
            connection.execute(update(attempts).where(attempts.c.id == attempt).values(values))

    def page(self, kind: str, about: str) -> str:
        """Supervisors are called about something."""
        now = self.desk.now
        row = {
            "id": f"b{about[1:]}", "kind": kind, "about": about, "line_id": "a" * 32, "opened_at": now - 120,
            "next_at": now, "tries": 1, "ringing": "", "leg": "", "accepted_by": "",
        }  # fmt: skip
        with self.desk.hotline.wiring.database.begin() as connection:
            connection.execute(insert(pages).values(row))
        return str(row["id"])
