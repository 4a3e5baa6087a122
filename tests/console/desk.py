"""People at their browsers, in front of the console of a whole hotline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

import pyotp
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.audit.log import COMMAND_LINE, Entry, entries
from ivr.people.person import Person
from ivr.people.roles import NEED_CODES, Role
from ivr.vault.tables import vault_entries
from tests.hotline import AMINA, PUBLIC_URL, Hotline
from tests.people.house import everything_was_read

PASSWORD = "tulip over nine lamps"
Fields = Mapping[str, str | Sequence[str]]


@dataclass
class Worker:
    """Somebody who works here, with what only they know."""

    name: str
    id: str
    app: pyotp.TOTP | None = None
    recovery_codes: Sequence[str] = ()


@dataclass
class Browser:
    """One browser: it keeps cookies, and sends the hidden fields of the form that it shows."""

    client: FlaskClient
    language: str = "en"
    page: TestResponse = field(init=False)

    def get(self, address: str) -> TestResponse:
        """Opens a page, and follows where it leads."""
        self.page = self.client.get(
            address,
            base_url=PUBLIC_URL,
            headers={"Accept-Language": self.language},
            follow_redirects=True,
        )
        return self.page

    def post(self, address: str, fields: Fields | None = None, *, follow: bool = True) -> TestResponse:
        """Sends a form of the page that is shown: the mark against forgery comes from there."""
        sent = {"csrf_token": self.hidden("csrf_token"), **(fields or {})}
        self.page = self.client.post(
            address,
            data=urlencode(sent, doseq=True),
            content_type="application/x-www-form-urlencoded",
            base_url=PUBLIC_URL,
            headers={"Accept-Language": self.language, "Sec-Fetch-Site": "same-origin"},
            follow_redirects=follow,
        )
        return self.page

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page."""
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.page.text)
        assert found, f"{name} is nowhere on {self.page.request.path}"
        return unescape(found[1])

    @property
    def path(self) -> str:
        """Where this browser is."""
        return self.page.request.path

    @property
    def text(self) -> str:
        """What can be read on the page."""
        body = re.sub(r"<(script|style|head)\b.*?</\1>", "", self.page.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).replace("⁨", "").replace("⁩", "")


@dataclass
class Desk:
    """A hotline with its console, and ways to put people in front of it."""

    hotline: Hotline

    @property
    def now(self) -> float:
        return self.hotline.clock.now

    def invite(self, name: str, *roles: Role) -> str:
        """Invites somebody; returns the token of the link."""
        accounts = self.hotline.wiring.people.accounts
        return accounts.invite(COMMAND_LINE, name, name.lower(), roles or (Role.HELPER,), self.now).token

    def employ(self, name: str, *roles: Role, codes: bool | None = None) -> Worker:
        """Somebody who has joined; with one-time codes where the roles need them, or as `codes` says."""
        people = self.hotline.wiring.people
        person = people.accounts.join(self.invite(name, *roles), PASSWORD, self.now)
        everything_was_read(self.hotline.wiring.database)
        worker = Worker(name, person.id)
        if codes if codes is not None else NEED_CODES.intersection(roles):
            set_up = people.codes.begin(person.id, self.now)
            worker.app = pyotp.TOTP(set_up.secret)
            code = worker.app.at(int(self.now))
            worker.recovery_codes = people.codes.confirm(person.id, set_up.sealed, code, self.now)
            self.hotline.clock.forward(30)
        return worker

    def browser(self, language: str = "en") -> Browser:
        """A browser that nobody has used before."""
        return Browser(self.hotline.app.test_client(), language)

    def code(self, worker: Worker) -> str:
        """The code that somebody's app shows now."""
        assert worker.app
        return worker.app.at(int(self.now))

    def signed_in(self, worker: Worker, language: str = "en") -> Browser:
        """Somebody who has signed in, and sees the first page."""
        browser = self.browser(language)
        browser.get("/sign-in")
        browser.post("/sign-in", {"name": worker.name.lower(), "password": PASSWORD})
        if worker.app:
            browser.post("/sign-in/code", {"code": self.code(worker)})
            self.hotline.clock.forward(30)
        assert browser.path == "/", browser.text
        return browser

    def person(self, worker: Worker) -> Person:
        return self.hotline.wiring.people.accounts.person(worker.id)

    def deeds(self) -> list[Entry]:
        """The audit log, oldest first."""
        with self.hotline.wiring.database.connect() as connection:
            return entries(connection, 1000)[::-1]

    def amina_asks(self, caller: str = AMINA) -> str:
        """Amina asks to be called back, by keys alone; returns the id of her number."""
        call = self.hotline.ring(caller)
        call.press("111").press("2").press("1").press("1").press("3")
        assert call.prompts[0] == "callback_noted"
        call.wait().wait().wait()
        call.hang_up()
        return self.numbers()[-1]

    def numbers(self) -> list[str]:
        """The ids of all numbers that are kept."""
        with self.hotline.wiring.database.connect() as connection:
            callers = select(vault_entries.c.id).where(vault_entries.c.kind == "caller")
            return list(connection.execute(callers.order_by(vault_entries.c.shred_at)).scalars())
