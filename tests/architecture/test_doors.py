"""Every address of the application, tried by everybody with every method, and held to the table in docs/doors.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import structlog
from werkzeug.test import TestResponse

from ivr.console.doors import DOORS, Door, Who
from ivr.people.roles import Role
from tests.architecture.doors_table import EVEN_WITHOUT_CODES, Row, as_text, in_code, written
from tests.hotline import PUBLIC_URL, Hotline, make_hotline, with_simulator
from tests.signing_in import MARK, PASSWORD, Visitor, employ, visitor, with_codes

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
FILLED = {
    "provider": "twilio",
    "sha": "0" * 64,
    "filename": "main.js",
    "leg_id": "CA" + "0" * 32,
    "deed": "answer",
    "recording": "RE" + "0" * 32,
    "token": "made-up",
    "name": "console.css",
    "person_id": "0" * 32,
    "number_id": "0" * 32,
    "shift_id": "0" * 32,
    "notice_id": "0" * 32,
    "callback_id": "0" * 32,
    "case_id": "0" * 32,
    "kind": "issue",
    "code": "family",
    "page_id": "0" * 32,
    "take_id": "0" * 32,
    "voice_id": "0" * 32,
    "panel_id": "0" * 32,
    "comment_id": "0" * 32,
    "language": "en",
    "prompt": "welcome",
    "pack": "first_line",
}
"""What stands in the place of each variable part of an address."""

SIGN_IN, CODE, SET_UP, HOME = "/sign-in", "/sign-in/code", "/profile/codes", "/"
IN = "let in"
HELD_BY_THE_VIEW = {Who.SIGNED.value: 403, Who.INVITED.value: 404}
"""Doors whose view looks at who comes, and what it answers to whoever shouldn't."""


class Somebody(NamedTuple):
    """Who knocks. `state` is `out`, `half`, `in` or `without codes`."""

    browser: Visitor
    state: str
    roles: frozenset[Role]
    mark: str


class Place(NamedTuple):
    """A hotline whose views note that they were reached instead of doing anything, and everybody who knocks there."""

    hotline: Hotline
    people: dict[str, Somebody]
    reached: list[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hotline with the simulator, and one of everybody."""
    hotline = make_hotline(tmp_path_factory.mktemp("doors") / "data", **with_simulator())
    people = dict(everybody(hotline))
    reached: list[str] = []
    for endpoint, door in DOORS.items():
        if door.who not in (Who.SIGNED, Who.INVITED):
            hotline.app.view_functions[endpoint] = note_of(endpoint, reached)
    yield Place(hotline, people, reached)
    hotline.wiring.database.dispose()


def note_of(endpoint: str, reached: list[str]) -> Callable[..., str]:
    """A view that only notes that somebody came in."""

    def view(**_: str) -> str:
        reached.append(endpoint)
        return "in"

    return view


def everybody(hotline: Hotline) -> Iterator[tuple[str, Somebody]]:
    """Everybody who may ever knock, each in a browser of their own."""
    timed_out = visitor(hotline, "Amani", Role.ADMIN)
    yield (
        "an admin whose time is over",
        Somebody(timed_out, "out", frozenset(), mark_at(timed_out, "/profile/password")),
    )
    hotline.clock.forward(24 * 3600)

    nobody = Visitor(hotline)
    yield "nobody", Somebody(nobody, "out", frozenset(), mark_at(nobody, SIGN_IN))
    forger = Visitor(hotline)
    mark = mark_at(forger, SIGN_IN)
    with forger.client.session_transaction(base_url=PUBLIC_URL) as session:
        session["_user_id"] = "made-up"
    yield "somebody with a made-up token", Somebody(forger, "out", frozenset(), mark)

    half = Visitor(hotline)
    with_codes(hotline, employ(hotline, "Halima", Role.ADMIN, Role.SUPERVISOR))
    half.send(SIGN_IN, {"name": "halima", "password": PASSWORD})
    yield "somebody half in", Somebody(half, "half", frozenset(), mark_at(half, CODE))

    for role in Role:
        browser = visitor(hotline, f"Some-{role.value}", role)
        yield a(role), Somebody(browser, "in", frozenset({role}), mark_at(browser, "/profile/password"))

    for role in (Role.SUPERVISOR, Role.ADMIN):
        employ(hotline, f"New-{role.value}", role)
        browser = Visitor(hotline)
        browser.sign_in(f"new-{role.value}")
        mark = mark_at(browser, SET_UP)
        yield f"{a(role)} without codes", Somebody(browser, "without codes", frozenset({role}), mark)

    closed = visitor(hotline, "Zawadi", Role.SUPERVISOR)
    mark = mark_at(closed, "/profile/password")
    accounts = hotline.wiring.people.accounts
    accounts.close("command line", accounts.named("zawadi").id, hotline.clock.now)
    yield "a supervisor whose account was closed", Somebody(closed, "out", frozenset(), mark)


def a(role: Role) -> str:
    """A role with its article."""
    return f"{'an' if role == Role.ADMIN else 'a'} {role.value}"


def mark_at(browser: Visitor, address: str) -> str:
    """The mark of the forms that this browser is sent."""
    found = MARK.search(browser.get(address).text)
    assert found, address
    return unescape(found[1])


def address_of(row: Row) -> str:
    """An address that the row is about."""
    return re.sub(r"<(?:path:)?(\w+)>", lambda part: FILLED[part[1]], row.address)


def expected(row: Row, who: Somebody, method: str) -> object:
    """What docs/doors.md says happens."""
    if method not in row.methods and not (method == "HEAD" and "GET" in row.methods):
        return 405
    said = row.who.removesuffix(EVEN_WITHOUT_CODES)
    if said in HELD_BY_THE_VIEW:
        return HELD_BY_THE_VIEW[said]
    if said in (Who.ANYBODY, Who.OWN_PAGE):
        return IN
    if said == Who.HALF_IN:
        return {"half": IN, "out": SIGN_IN}.get(who.state, HOME)
    if who.state == "out":
        return SIGN_IN
    if who.state == "half":
        return CODE
    if who.state == "without codes" and not row.who.endswith(EVEN_WITHOUT_CODES):
        return SET_UP
    return IN if said == Who.SIGNED_IN or who.roles & {Role(role) for role in said.split(", ")} else 403


def seen(place: Place, answer: TestResponse) -> object:
    """What happened."""
    if place.reached:
        return IN
    if answer.status_code == 303:
        return urlsplit(answer.location).path
    return answer.status_code


def knock(place: Place, who: Somebody, row: Row, method: str, **options: object) -> object:
    """One request, with the mark that a form of this browser's pages has."""
    place.reached.clear()
    headers = {"X-CSRFToken": who.mark, "Sec-Fetch-Site": "same-origin"}
    return seen(place, who.browser.open(address_of(row), method, **{"headers": headers, **options}))


def test_the_table_is_what_the_code_does(place: Place) -> None:
    """docs/doors.md names every address there is, and no other; if it doesn't, this says how the table has to read."""
    app = place.hotline.app
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(DOORS), (
        "an address has no door in doors.py"
    )
    for rule in app.url_map.iter_rules():
        assert (rule.methods or set()) - {"HEAD"} == DOORS[rule.endpoint].methods, rule.endpoint
    assert sorted(written()) == in_code(app), f"docs/doors.md has to read:\n{as_text(in_code(app))}"


def test_without_the_simulator_there_is_no_telephone(tmp_path: Path) -> None:
    """On a real hotline the telephone page and everything below it doesn't exist."""
    assert {row.address for row in written() if row.who != Who.OWN_PAGE} == {
        rule.rule for rule in make_hotline(tmp_path).app.url_map.iter_rules()
    }


WHO_KNOCKS = [
    "an admin whose time is over", "nobody", "somebody with a made-up token", "somebody half in", "a helper",
    "a staff", "a supervisor", "an admin", "a supervisor without codes", "an admin without codes",
    "a supervisor whose account was closed",
]  # fmt: skip


def test_everybody_is_tried(place: Place) -> None:
    """Nobody who may ever knock has been forgotten below."""
    assert sorted(place.people) == sorted(WHO_KNOCKS)


@pytest.mark.parametrize("name", WHO_KNOCKS)
def test_each_door_opens_to_whom_the_table_says(place: Place, name: str) -> None:
    """Everybody tries every address with every method, and comes in exactly where docs/doors.md says so."""
    who = place.people[name]
    found = {(row.address, method): knock(place, who, row, method) for row in written() for method in METHODS}
    assert found == {
        (row.address, method): expected(row, who, method) for row in written() for method in METHODS
    }


def forms(place: Place) -> Iterator[tuple[Somebody, Row]]:
    """Every form of the console, with somebody who may send it."""
    for row in written():
        who = next((p for p in place.people.values() if expected(row, p, "POST") == IN), None)
        if who is not None and row.who != Who.OWN_PAGE and not row.address.startswith("/phone/"):
            yield who, row


def test_no_form_is_taken_without_its_mark(place: Place) -> None:
    """A form that didn't come from a page of ours is refused, even from somebody who may send it."""
    tried = 0
    for who, row in forms(place):
        for headers in ({}, {"X-CSRFToken": "forged"}, {"X-CSRFToken": place.people["a helper"].mark + "x"}):
            assert knock(place, who, row, "POST", headers=headers) == 400, row.address
            tried += 1
    assert tried > 40


def test_no_form_is_taken_from_another_site(place: Place) -> None:
    """Even with the right mark, what another site makes a browser send is refused."""
    for who, row in forms(place):
        for told in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://mallory.example"},
        ):
            assert knock(place, who, row, "POST", headers={"X-CSRFToken": who.mark, **told}) == 403, (
                row.address
            )


def test_the_telephone_refuses_other_sites(place: Place) -> None:
    """Where the simulator is on, a page of another site can't ring with it."""
    for row in written():
        if row.who == Who.OWN_PAGE and "GET" not in row.methods:
            (method,) = row.methods
            told = {"Sec-Fetch-Site": "cross-site"}
            assert knock(place, place.people["nobody"], row, method, headers=told) == 403, row.address


def test_a_view_that_nobody_has_thought_about_is_closed(tmp_path: Path) -> None:
    """Somebody adds a page and forgets its door: it answers 404 to everybody, and the log names it."""
    hotline = make_hotline(tmp_path)
    hotline.app._got_first_request = False
    hotline.app.add_url_rule("/forgotten", "forgotten", lambda: "everything we know")
    admin = visitor(hotline, "Daniel", Role.ADMIN)
    with structlog.testing.capture_logs() as logs:
        answer = admin.get("/forgotten")
    assert answer.status_code == 404
    assert "everything we know" not in answer.text
    assert [(entry["event"], entry["endpoint"]) for entry in logs] == [("no_door", "forgotten")]


def test_a_session_that_was_tampered_with_is_nobodys(place: Place) -> None:
    """Mallory changes the cookie of a sign-in of her own: she is nobody then, and nothing breaks."""
    browser = Visitor(place.hotline)
    browser.client.set_cookie(
        "__Host-warmline", "eyJfdXNlcl9pZCI6ImFkbWluIn0.aaaaaa.bbbb", domain="line.example.org"
    )
    answer = browser.get("/people")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/people")


def test_whoever_does_not_sign_is_refused_in_front_of_everything(place: Place) -> None:
    """Mallory posts to every signed address without a signature, and is refused at each, without a session's cost."""
    signed = [row for row in written() if row.who == Who.SIGNED]
    assert len(signed) == 6
    for row in signed:
        answer = place.people["an admin"].browser.open(address_of(row), "POST", data={"CallSid": "CA1"})
        assert answer.status_code == 403, row.address
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("address", ["/media/" + "0" * 64 + ".wav", "/healthz", "/phone/fallback"])
def test_what_machines_ask_for_knows_no_sessions(place: Place, address: str) -> None:
    """What the provider fetches carries no cookie and depends on none, so that its many caches can keep it."""
    answer = place.people["an admin"].browser.get(address)
    assert answer.status_code == 200
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers


def test_a_door_says_why() -> None:
    """Each door has a reason that can be read, so that whoever changes it knows what it was for."""
    assert [name for name, door in DOORS.items() if len(door.why) < 10 or not door.why.endswith(".")] == []
    assert all(isinstance(door, Door) and door.methods for door in DOORS.values())
