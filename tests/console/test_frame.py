"""What all pages share: who may go where, how pages are sent, what is said once, and what goes wrong in words."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from ivr.console.assets import FOLDER
from ivr.people.roles import Role
from tests.console.desk import PASSWORD, Browser, Desk
from tests.hotline import PUBLIC_URL

NAVIGATION = {
    Role.HELPER: ["Now", "Queue", "My calls", "My shifts", "Outcomes", "Recordings"],
    Role.STAFF: ["Now", "Recordings"],
    Role.SUPERVISOR: [
        "Now", "Queue", "My calls", "Board", "My shifts", "Roster", "Outcomes", "Recordings", "Numbers",
    ],
    Role.ADMIN: ["Now", "Outcomes", "People", "Audit"],
}  # fmt: skip
MOST_BYTES = 100_000


def pages_shown(browser: Browser) -> list[str]:
    """What the navigation offers."""
    shown = browser.page.text.partition('class="pages"')[2].partition("</nav>")[0]
    return re.findall(r"<a [^>]*>([^<]+)</a>", shown)


@pytest.mark.parametrize("role", list(Role))
def test_everybody_is_shown_what_they_may_open_and_nothing_else(small_desk: Desk, role: Role) -> None:
    """Every entry of the navigation opens, and no entry leads to a closed door."""
    browser = small_desk.signed_in(small_desk.employ("Leila", role))
    assert pages_shown(browser) == NAVIGATION[role]
    for address in re.findall(r'<a href="(/[a-z]*)"', browser.page.text):
        assert browser.get(address).status_code == 200, address
    closed = {"/numbers", "/people", "/audit"} - {f"/{name.lower()}" for name in NAVIGATION[role]}
    for address in closed:
        assert browser.get(address).status_code == 403
        assert "This page isn't open to you" in browser.text
        assert pages_shown(browser) == NAVIGATION[role]


@pytest.mark.parametrize("address", ["/sign-in", "/", "/profile", "/nothing", "/people"])
def test_a_page_is_kept_nowhere_and_lets_nothing_foreign_in(small_desk: Desk, address: str) -> None:
    """No page stays in a browser, loads from elsewhere, runs what stands in it, or stands in another's frame."""
    browser = small_desk.signed_in(small_desk.employ("Leila"))
    headers = browser.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    for rule in ("style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=", browser.page.text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', browser.page.text)


def size_with_all_it_loads(browser: Browser, address: str) -> int:
    """Bytes of a page and of every file that it names."""
    page = browser.get(address)
    named = set(re.findall(r'"/assets/([^."]+)\.[0-9a-f]+(\.[a-z]+)"', page.text))
    assert named
    return len(page.data) + sum((FOLDER / f"{stem}{kind}").stat().st_size for stem, kind in named)


def test_a_page_with_all_it_loads_is_small(small_desk: Desk) -> None:
    """The heaviest page, with style sheet, script and icon, comes through a slow line: below 100 kB, most far below."""
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN, Role.SUPERVISOR))
    small_desk.amina_asks()
    pages = ("/", "/profile", "/profile/about", "/people", "/people/invite", "/audit", "/numbers")
    sizes = {address: size_with_all_it_loads(daniel, address) for address in pages}
    assert max(sizes.values()) < MOST_BYTES, sizes


def test_files_are_fetched_once_and_never_asked_for_again(small_desk: Desk) -> None:
    """A file's address says what is in it, so a browser keeps it for a year; another hash is nothing."""
    browser = small_desk.browser()
    browser.get("/sign-in")
    found = re.findall(r'(?:href|src)="(/assets/[^"]+)"', browser.page.text)
    assert {Path(address).suffix for address in found} == {".css", ".js", ".svg"}
    for address in found:
        plain = browser.client.get(address, base_url=PUBLIC_URL)
        assert "immutable" in plain.headers["Cache-Control"]
        assert "max-age=31536000" in plain.headers["Cache-Control"]
        squeezed = browser.client.get(address, base_url=PUBLIC_URL, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(squeezed.data) == plain.data
        assert "Set-Cookie" not in plain.headers
    for wrong in ("console.css", "console.000000000000.css", "..%2Fparts.py", "%00"):
        assert browser.get(f"/assets/{wrong}").status_code == 404


def test_a_form_of_another_site_does_nothing(small_desk: Desk) -> None:
    """Mallory's page sends forms in Joseph's name: without the mark they are refused, and Joseph is told what to do."""
    worker = small_desk.employ("Joseph")
    joseph = small_desk.signed_in(worker)
    for token in ("", "forged"):
        joseph.post("/profile/sign-out-everywhere", {"csrf_token": token})
        assert joseph.page.status_code == 400
        assert "This page had been open for too long" in joseph.text
        assert "load the page again" in joseph.text
    assert joseph.get("/profile").request.path == "/profile"


def test_what_is_too_much_is_refused_in_words(small_desk: Desk) -> None:
    """A form of a megabyte isn't read; the page says that it was too much, and that nothing is lost."""
    joseph = small_desk.signed_in(small_desk.employ("Joseph"))
    joseph.get("/profile/about")
    joseph.post("/profile/about", {"name": "x" * 1_000_000})
    assert joseph.page.status_code == 413
    assert "That was too much at once" in joseph.text


@pytest.mark.parametrize(("method", "status"), [("POST", 405), ("PUT", 405), ("DELETE", 405)])
def test_an_address_used_wrongly_answers_in_words(small_desk: Desk, method: str, status: int) -> None:
    """Whoever sends something to a page that only shows is told so."""
    joseph = small_desk.signed_in(small_desk.employ("Joseph"))
    joseph.get("/profile")
    answer = joseph.client.open(
        "/profile",
        method=method,
        base_url=PUBLIC_URL,
        data={"csrf_token": joseph.hidden("csrf_token")},
    )
    assert answer.status_code == status
    assert "can't be opened like that" in answer.text.replace("&#39;", "'")


def test_without_the_database_the_page_says_that_callers_are_cared_for(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records are out of reach: the page says so calmly and in the reader's language, without asking them."""
    joseph = small_desk.signed_in(small_desk.employ("Joseph"), "fr")

    def gone(*_args: object, **_options: object) -> object:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(small_desk.hotline.wiring.people.sign_in, "living", gone)
    joseph.get("/profile")
    assert joseph.page.status_code == 503
    assert "Warmline n'atteint pas ses données" in joseph.text
    assert "le numéro d'urgence" in joseph.text


def test_what_breaks_is_said_without_its_inside(small_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours shows no line of the program, says that it isn't the reader's doing, and what to do."""
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))

    def broken() -> object:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(small_desk.hotline.wiring.people.accounts, "everybody", broken)
    daniel.get("/people")
    assert daniel.page.status_code == 500
    assert "It isn't your doing" in daniel.text
    assert "secret inside" not in daniel.page.text


def test_machines_get_no_pages(small_desk: Desk) -> None:
    """A provider that asks for a wrong address under /phone or /media gets a plain answer, not a page for people."""
    client = small_desk.hotline.app.test_client()
    for address in ("/phone/nobody/voice", "/media/none.wav", "/phone/"):
        answer = client.get(address)
        assert answer.status_code in (404, 405)
        assert "Warmline" not in answer.text


def test_what_was_done_is_said_once(small_desk: Desk) -> None:
    """The word that something was done stands on the next page, for screen readers too, and not on the one after."""
    joseph = small_desk.signed_in(small_desk.employ("Joseph"))
    joseph.get("/profile/password")
    joseph.post("/profile/password", {"old": PASSWORD, "new": "another quiet river"})
    assert 'role="status"' in joseph.page.text
    assert "Your password is changed" in joseph.text
    assert "Your password is changed" not in joseph.get("/profile").text


def test_every_form_is_answered_with_another_page(small_desk: Desk) -> None:
    """After a form that did something comes a page that can be loaded again without doing it twice."""
    joseph = small_desk.signed_in(small_desk.employ("Joseph"))
    joseph.get("/profile/about")
    good = {"name": "Joseph", "languages": ["en"], "gender": "", "time_zone": "UTC", "reads": ""}
    joseph.post("/profile/about", good, follow=False)
    assert joseph.page.status_code == 303
    joseph.get("/profile/pin")
    joseph.post("/profile/pin", {"pin": "840271", "again": "840271"}, follow=False)
    assert joseph.page.status_code == 303
