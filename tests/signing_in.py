"""A browser for tests: it signs in like one, and takes the mark against forged forms from the page it was sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.audit.log import COMMAND_LINE
from ivr.people.person import Person
from ivr.people.roles import Role
from tests.hotline import PUBLIC_URL, Hotline

PASSWORD = "tulip over nine lamps"
MARK = re.compile(r'name="csrf_token"[^>]*\bvalue="([^"]+)"')


@dataclass
class Visitor:
    """One browser in front of a hotline; whoever signs in with it needs their app for codes beside it."""

    hotline: Hotline
    app: pyotp.TOTP | None = None
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.hotline.app.test_client()

    def get(self, address: str, **options: Any) -> TestResponse:
        """Asks for a page."""
        return self.client.get(address, base_url=PUBLIC_URL, **options)

    def open(self, address: str, method: str, **options: Any) -> TestResponse:
        """Any request."""
        return self.client.open(address, method=method, base_url=PUBLIC_URL, **options)

    def send(
        self, address: str, fields: dict[str, Any] | None = None, form_at: str = "", **options: Any
    ) -> TestResponse:
        """Sends the form of a page, as its button does. `form_at` is the page where that isn't the same address."""
        found = MARK.search(self.get(form_at or address).text)
        assert found, f"no form at {form_at or address}"
        return self.client.post(
            address, base_url=PUBLIC_URL, data={"csrf_token": unescape(found[1]), **(fields or {})}, **options
        )

    def sign_in(self, name: str, password: str = PASSWORD, wanted: str = "") -> TestResponse:
        """Signs in, with the code where one is asked for; returns the last answer."""
        answer = self.send("/sign-in", {"name": name, "password": password, "next": wanted})
        if "/sign-in/code" in (answer.location or ""):
            assert self.app is not None, f"{name} needs an app for codes"
            # A code counts once, so whoever signs in twice waits for the next.
            self.hotline.clock.forward(30)
            answer = self.send(answer.location, {"code": self.app.at(self.hotline.clock.now), "next": wanted})
        return answer


def employ(hotline: Hotline, name: str, *roles: Role) -> Person:
    """Somebody with an account; without one-time codes yet."""
    accounts = hotline.wiring.people.accounts
    invitation = accounts.invite(COMMAND_LINE, name, name.lower(), roles or (Role.HELPER,), hotline.clock.now)
    return accounts.join(invitation.token, PASSWORD, hotline.clock.now)


def with_codes(hotline: Hotline, person: Person) -> pyotp.TOTP:
    """Sets codes up for somebody; returns the app that makes them."""
    codes, now = hotline.wiring.people.codes, hotline.clock.now
    set_up = codes.begin(person.id, now)
    app = pyotp.TOTP(set_up.secret)
    codes.confirm(person.id, set_up.sealed, app.at(now), now)
    return app


def visitor(hotline: Hotline, name: str, *roles: Role) -> Visitor:
    """Somebody new, signed in; with codes where the role needs them."""
    person = employ(hotline, name, *roles)
    browser = Visitor(hotline, with_codes(hotline, person) if person.has_to_set_up_codes else None)
    browser.sign_in(name.lower())
    return browser
