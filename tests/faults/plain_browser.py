"""A browser without pictures or scripts, over real HTTP: it keeps cookies, and sends forms with the mark they carry."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pyotp

from tests.hotline import PUBLIC_URL
from tests.serving import Answer, Served
from tests.signing_in import MARK, PASSWORD

STEP_SECONDS = 30
"""A code counts once, and the one of this moment was used to set the codes up."""


@dataclass
class PlainBrowser:
    """Somebody in front of the console of a hotline that really runs."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Answer:
        """Asks for a page."""
        return self._ask("GET", address)

    def send(self, address: str, fields: dict[str, str], form_at: str = "") -> Answer:
        """Fills in a form and presses its button."""
        found = MARK.search(self.get(form_at or address).text)
        assert found, f"no form at {form_at or address}"
        body = urlencode({"csrf_token": unescape(found[1]), **fields}).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": PUBLIC_URL}
        return self._ask("POST", address, body, {**form, "Referer": PUBLIC_URL + address})

    def sign_in(self, name: str, app: pyotp.TOTP) -> None:
        """With password and code."""
        half_in = self.send("/sign-in", {"name": name, "password": PASSWORD})
        assert half_in.headers["Location"].startswith("/sign-in/code"), half_in.text
        assert self.send("/sign-in/code", {"code": app.at(time.time() + STEP_SECONDS)}).status == 303

    def _ask(
        self, method: str, address: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        more = {"Cookie": held} if held else {}
        answer = self.served.ask(method, address, body, {**more, **(headers or {})})
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer
