"""Signing in with a browser: cookies, where one is sent, and where a request comes from."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ivr.console.signed_in import my_address, safe_next
from ivr.people.roles import Role
from tests.hotline import Hotline, make_hotline
from tests.signing_in import PASSWORD, Visitor, employ, visitor, with_codes


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline for all tests of this module, each with people of its own."""
    hotline = make_hotline(tmp_path_factory.mktemp("signing-in") / "data")
    yield hotline
    hotline.wiring.database.dispose()


def cookies(answer: TestResponse) -> dict[str, str]:
    """Each cookie that an answer sets, with how it is to be kept."""
    kept = [line.partition("=") for line in answer.headers.getlist("Set-Cookie")]
    return {name: rest for name, _, rest in kept}


def test_the_cookies_are_closed_to_everybody_else(line: Hotline) -> None:
    """Both cookies go over https alone, to this site alone, and no script can read them; the token is in neither the
    address nor the page."""
    employ(line, "Cookie")
    answer = Visitor(line).sign_in("cookie")
    kept = cookies(answer)
    assert set(kept) == {"__Host-warmline", "__Host-warmline-browser"}
    for rest in kept.values():
        for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert word in rest
        assert "Domain" not in rest
    assert "Expires" not in kept["__Host-warmline"]


def test_the_demo_works_without_https(tmp_path: Path) -> None:
    """On http, as in the demo, the cookies have names that a browser accepts there."""
    hotline = make_hotline(tmp_path, public_url="http://127.0.0.1:8000")
    employ(hotline, "Leila")
    browser = Visitor(hotline)
    kept = cookies(browser.sign_in("leila"))
    assert set(kept) == {"warmline", "warmline-browser"}
    assert "Secure" not in "".join(kept.values())
    assert browser.get("/profile").status_code == 200


def test_a_session_that_was_planted_is_worth_nothing(line: Hotline) -> None:
    """Mallory gets Leila to use a session that Mallory knows: after signing in it is another one, and the old one
    nobody's; the same at the step from password to code."""
    leila = employ(line, "Fixed", Role.SUPERVISOR)
    browser = Visitor(line, with_codes(line, leila))
    browser.get("/sign-in")
    seen = [browser.client.get_cookie("__Host-warmline", domain="line.example.org")]
    browser.send("/sign-in", {"name": "fixed", "password": PASSWORD})
    seen.append(browser.client.get_cookie("__Host-warmline", domain="line.example.org"))
    line.clock.forward(30)
    assert browser.app is not None
    browser.send("/sign-in/code", {"code": browser.app.at(line.clock.now)})
    assert browser.get("/profile").status_code == 200
    for known in seen:
        assert known is not None
        mallory = Visitor(line)
        mallory.client.set_cookie("__Host-warmline", known.value, domain="line.example.org", secure=True)
        assert mallory.get("/profile").location == "/sign-in?next=/profile"


def test_out_is_out_also_for_a_cookie_that_was_copied(line: Hotline) -> None:
    """Leila signs out; the cookie that Mallory copied before opens nothing any more."""
    browser = visitor(line, "Copied")
    copied = browser.client.get_cookie("__Host-warmline", domain="line.example.org")
    assert copied is not None
    assert browser.send("/sign-out", form_at="/profile/password").location == "/sign-in"
    mallory = Visitor(line)
    mallory.client.set_cookie("__Host-warmline", copied.value, domain="line.example.org", secure=True)
    assert mallory.get("/profile").status_code == 303
    assert browser.get("/profile").status_code == 303


def test_after_signing_in_one_is_where_one_wanted_to_be(line: Hotline) -> None:
    """A supervisor opens a link to the numbers, signs in with password and code, and is there."""
    supervisor = employ(line, "Wanted", Role.SUPERVISOR)
    browser = Visitor(line, with_codes(line, supervisor))
    assert browser.get("/numbers?a=b").location == "/sign-in?next=/numbers?a%3Db"
    assert browser.sign_in("wanted", wanted="/numbers?a=b").location == "/numbers?a=b"
    assert browser.get("/numbers").status_code == 200


ELSEWHERE = [
    "https://mallory.example", "//mallory.example", "/\\mallory.example", "\\\\mallory.example", "javascript:alert(1)",
    "/\t/mallory.example", "/\n/mallory.example", "http:/mallory.example", "mallory.example", "", None, "/a\\b",
    "/\x00",
]  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_to_another_site(wanted: str | None) -> None:
    """A link to our sign-in page can't be made to end at Mallory's."""
    assert safe_next(wanted) == "/"


@given(st.text(max_size=40))
def test_where_one_is_led_begins_with_one_slash(wanted: str) -> None:
    """Whatever stands in the address, one stays on this site."""
    found = safe_next("/" + wanted)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert found in ("/", "/" + wanted)


FORWARDED = [
    (0, "203.0.113.9", "127.0.0.1"),
    (1, "203.0.113.9", "203.0.113.9"),
    (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
    (2, "198.51.100.1, 203.0.113.9, 192.0.2.1", "203.0.113.9"),
    (2, "203.0.113.9", "127.0.0.1"),
    (1, "", "127.0.0.1"),
    (1, "nonsense", "127.0.0.1"),
    (1, "2001:db8::7", "2001:db8::7"),
]


@pytest.mark.parametrize(("proxies", "told", "address"), FORWARDED)
def test_only_our_own_proxies_are_believed(line: Hotline, proxies: int, told: str, address: str) -> None:
    """Mallory writes addresses of her own into a request: only as many as we have proxies are read, from the end."""
    line.app.extensions["warmline_cookies"].proxies = proxies
    with line.app.test_request_context(
        headers={"X-Forwarded-For": told}, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    ):
        assert my_address() == address
    line.app.extensions["warmline_cookies"].proxies = 0


def test_a_supervisor_without_codes_gets_to_the_set_up_page_alone(line: Hotline) -> None:
    """Whoever has just become a supervisor sets codes up first; then everything is open."""
    employ(line, "Fresh", Role.SUPERVISOR)
    browser = Visitor(line)
    browser.sign_in("fresh")
    for address in ("/", "/numbers", "/profile", "/profile/pin"):
        assert browser.get(address).location == "/profile/codes"
    assert browser.get("/profile/codes").status_code == 200
    assert browser.get("/people").location == "/profile/codes"


def test_whoever_is_guessed_at_is_told_how_long_to_wait(line: Hotline) -> None:
    """After five wrong passwords the page says how long signing in is shut, in a page and not as an error."""
    employ(line, "Guessed")
    browser = Visitor(line)
    answers = [browser.sign_in("guessed", "not this one") for _ in range(6)]
    assert {answer.status_code for answer in answers} <= {200, 422, 429}
    assert answers[4].text != answers[5].text


def test_no_secret_is_ever_logged(line: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the most talkative level nothing of a whole sign-in is in the log that would let anybody in: no password, no
    code, no token, no link."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    with structlog.testing.capture_logs() as told:
        person = employ(line, "Quiet", Role.ADMIN)
        browser = Visitor(line, with_codes(line, person))
        browser.sign_in("quiet", "a wrong passphrase")
        browser.sign_in("quiet")
        assert browser.get("/people").status_code == 200
        invited = browser.send(
            "/people/invite", {"name": "Joseph", "sign_in_name": "quiet-joseph", "roles": ["helper"]}
        )
    logging.getLogger().removeHandler(handler)
    logging.getLogger().setLevel(before)
    session = browser.client.get_cookie("__Host-warmline", domain="line.example.org")
    known = browser.client.get_cookie("__Host-warmline-browser", domain="line.example.org")
    link = re.search(r"/invitation/([\w-]{40,})", invited.text)
    assert session
    assert known
    assert link, "the page of an invitation shows its link"
    assert browser.app is not None
    everything = stream.getvalue() + repr(told)
    secrets = (PASSWORD, "a wrong passphrase", session.value, known.value, browser.app.secret, link[1])
    for secret in (*secrets, browser.app.at(line.clock.now)):
        assert secret not in everything
    with browser.client.session_transaction(base_url="https://line.example.org") as kept:
        assert kept["_user_id"] not in everything
