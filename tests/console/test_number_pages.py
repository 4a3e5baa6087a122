"""Callers' numbers: kept without being seen, held, shredded, and revealed when a life depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from ivr.people.roles import Role
from ivr.vault.errors import KeyStoreOutOfReach
from tests.console.desk import PASSWORD, Browser, Desk
from tests.hotline import AMINA

REASON = "She may be in danger of her life."


@dataclass
class Scene:
    """Grace, a supervisor who has signed in, and the number of Amina, who wants to be called."""

    desk: Desk
    grace: Browser
    number: str


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """On each kind of database in turn."""
    grace = desk.signed_in(desk.employ("Grace", Role.SUPERVISOR))
    return Scene(desk, grace, desk.amina_asks())


def in_days(scene: Scene, days: float) -> str:
    """A moment as the form writes it, by the clock of UTC."""
    moment = datetime.fromtimestamp(scene.desk.now + days * 86400, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M")


def test_the_list_says_whom_one_can_call_and_never_the_number(scene: Scene) -> None:
    """Grace sees that somebody wants to talk, in which language and until when, and no digit of the number."""
    assert "1 caller can still be called back" in scene.grace.get("/").text.replace("\n", " ")
    scene.grace.get("/numbers")
    assert "Somebody to talk to" in scene.grace.text
    assert "Shredded: in 3 days" in scene.grace.text
    assert "When it is safe to ring: In the morning" in scene.grace.text
    assert "May we say who we are: Yes" in scene.grace.text
    assert AMINA[-4:] not in scene.grace.page.text


def test_without_numbers_the_page_says_what_will_appear(small_desk: Desk) -> None:
    """An empty list is explained."""
    grace = small_desk.signed_in(small_desk.employ("Grace", Role.SUPERVISOR))
    grace.get("/numbers")
    assert "No number is kept" in grace.text


def test_revealing_needs_a_reason_and_tells_everybody(scene: Scene) -> None:
    """Without a reason nothing is shown; with one Grace sees the number this once, and her colleagues are told why."""
    daniel = scene.desk.signed_in(scene.desk.employ("Daniel", Role.ADMIN))
    address = f"/numbers/{scene.number}/reveal"
    scene.grace.get(address)
    for reason in ("", "   ", "because"):
        scene.grace.post(address, {"reason": reason, "password": PASSWORD})
        assert "This isn't done yet" in scene.grace.text
        assert AMINA not in scene.grace.page.text
    scene.grace.post(address, {"reason": REASON, "password": PASSWORD})
    assert AMINA in scene.grace.text
    assert scene.grace.page.headers["Cache-Control"] == "no-store"
    for address in ("/numbers", "/"):
        assert AMINA not in scene.grace.get(address).text
    daniel.get("/people")
    assert "Grace has revealed a caller's number." in daniel.text
    assert REASON in daniel.text


def test_a_notice_stays_until_it_has_been_seen(scene: Scene) -> None:
    """Daniel reads a notice on every page until he says that he has seen it."""
    daniel = scene.desk.signed_in(scene.desk.employ("Daniel", Role.ADMIN))
    address = f"/numbers/{scene.number}/reveal"
    scene.grace.get(address)
    scene.grace.post(address, {"reason": REASON, "password": PASSWORD})
    daniel.get("/audit")
    assert "I have seen this" in daniel.text
    action = daniel.page.text.partition('class="notice"')[2].partition('action="')[2].partition('"')[0]
    daniel.post(action, {"back": "/audit"})
    assert daniel.path == "/audit"
    assert "has revealed a caller's number. Reason" not in daniel.text
    assert "I have seen this" not in daniel.get("/").text
    assert daniel.get("/people").status_code == 200


def test_whoever_reveals_is_told_too(scene: Scene) -> None:
    """Mallory sits at Grace's open browser: on every later page Grace reads that she has revealed a number, and how to
    end that; only the page with the number itself is kept free of it."""
    address = f"/numbers/{scene.number}/reveal"
    scene.grace.get(address)
    scene.grace.post(address, {"reason": REASON, "password": PASSWORD})
    assert AMINA in scene.grace.text
    assert "You revealed" not in scene.grace.text
    scene.grace.get("/profile")
    assert "You revealed a caller's number." in scene.grace.text
    assert REASON in scene.grace.text
    assert "Wasn't it you? Sign out everywhere, and tell an admin at once." in scene.grace.text
    scene.grace.post("/profile/sign-out-everywhere")
    assert scene.grace.get("/").request.path == "/sign-in"


def test_a_revealed_number_isn_t_buried_under_smaller_things(scene: Scene) -> None:
    """Mallory reveals a number, then keeps it and lets it go four times over: Daniel reads of the revealing first."""
    daniel = scene.desk.signed_in(scene.desk.employ("Daniel", Role.ADMIN))
    address = f"/numbers/{scene.number}"
    scene.grace.get(f"{address}/reveal")
    scene.grace.post(f"{address}/reveal", {"reason": REASON, "password": PASSWORD})
    for _ in range(4):
        scene.desk.hotline.clock.forward(60)
        scene.grace.get(f"{address}/hold")
        scene.grace.post(f"{address}/hold", {"reason": "Somebody asked for it.", "until": in_days(scene, 5)})
        scene.grace.post(f"{address}/end-hold")
    daniel.get("/")
    first = daniel.text.partition("I have seen this")[0]
    assert "Grace has revealed a caller's number." in first


def test_revealing_asks_for_the_password_again(scene: Scene) -> None:
    """At the browser that Grace left open, nobody who doesn't know her password sees a number, and guessing is shut."""
    address = f"/numbers/{scene.number}/reveal"
    scene.grace.get(address)
    for password, said in (("", "Type your password"), ("not this one at all", "This isn't your password")):
        scene.grace.post(address, {"reason": REASON, "password": password})
        assert said in scene.grace.text
        assert AMINA not in scene.grace.page.text
        assert REASON in scene.grace.text
    for _ in range(12):
        scene.grace.post(address, {"reason": REASON, "password": "a guess"})
    scene.grace.post(address, {"reason": REASON, "password": PASSWORD})
    assert "too many wrong attempts" in scene.grace.text
    assert AMINA not in scene.grace.page.text
    assert not [entry for entry in scene.desk.deeds() if entry.deed == "number_revealed"]


def test_a_reason_with_a_character_that_no_database_keeps(scene: Scene) -> None:
    """A NUL that came along with a reason is left out, and the number is kept all the same."""
    address = f"/numbers/{scene.number}/hold"
    scene.grace.get(address)
    scene.grace.post(address, {"reason": f"{REASON}\0", "until": in_days(scene, 5)})
    assert scene.grace.path == "/numbers"
    assert REASON in scene.grace.text


def test_a_number_is_kept_for_longer_and_goes_again(scene: Scene) -> None:
    """Grace keeps Amina's number for five days with a reason, and ends that; both can be read in the list."""
    address = f"/numbers/{scene.number}/hold"
    scene.grace.get(address)
    assert scene.grace.hidden("until")
    scene.grace.post(address, {"reason": REASON, "until": in_days(scene, 5)})
    assert scene.grace.path == "/numbers"
    assert "Kept for longer" in scene.grace.text
    assert REASON in scene.grace.text
    for _ in range(2):
        scene.grace.post(f"/numbers/{scene.number}/end-hold")
        assert "It isn't kept for longer any more" in scene.grace.text
    assert "Kept by" not in scene.grace.text


@pytest.mark.parametrize("until", ["", "soon", "-1", "15", "2026-02-30T12:00", "9999-12-31T23:59"])
def test_a_hold_has_an_end_that_can_be(scene: Scene, until: str) -> None:
    """A moment that is missing, no date, past or too far away is refused, and what was typed stays."""
    moment = in_days(scene, float(until)) if until in ("-1", "15") else until
    address = f"/numbers/{scene.number}/hold"
    scene.grace.get(address)
    scene.grace.post(address, {"reason": REASON, "until": moment})
    assert scene.grace.path == address
    assert "This isn't done yet" in scene.grace.text
    assert REASON in scene.grace.text
    assert 'id="until-error"' in scene.grace.page.text


def test_closing_shreds_after_a_question(scene: Scene) -> None:
    """Closing is asked about first; then the number is gone for good, and asking again does no harm."""
    address = f"/numbers/{scene.number}/close"
    scene.grace.get(address)
    assert "This can't be undone" in scene.grace.text
    assert scene.desk.numbers() == [scene.number]
    scene.grace.post(address)
    assert "The number is shredded" in scene.grace.text
    assert scene.desk.numbers() == []
    scene.grace.post(address)
    assert scene.grace.page.status_code == 404


def test_a_number_that_is_overdue_is_shown_as_what_it_is(scene: Scene) -> None:
    """No worker has run for six days: the page doesn't claim that the number is shredded, offers only to close it, and
    keeps it no longer at its address either."""
    address = f"/numbers/{scene.number}/hold"
    scene.desk.hotline.clock.forward(6 * 86400)
    late = scene.desk.signed_in(scene.desk.employ("Daniel", Role.SUPERVISOR))
    late.get("/numbers")
    assert "Shredded: time is over, about to be shredded" in late.text
    assert ("Close …" in late.text, "Reveal …" in late.text, "Keep for longer …" in late.text) == (
        True,
        False,
        False,
    )
    late.get(address)
    late.post(address, {"reason": REASON, "until": in_days(scene, 1)})
    assert "This number's time is over" in late.text
    assert AMINA[-4:] not in late.page.text


def test_a_caller_who_asks_again_at_this_moment_keeps_her_number(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Amina's next call is being taken her number isn't shredded; Grace is told when to look again."""
    monkeypatch.setattr(scene.desk.hotline.wiring.vault, "shred", lambda *_args, **_options: 0)
    address = f"/numbers/{scene.number}/close"
    scene.grace.get(address)
    scene.grace.post(address)
    assert "asking to be called back at this very moment" in scene.grace.text
    assert scene.desk.numbers() == [scene.number]


def test_when_the_vault_does_not_answer_the_page_says_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the key store gone nothing is shown or shredded; Grace is told, and everything is still there."""

    def gone(*_args: object, **_options: object) -> object:
        raise KeyStoreOutOfReach

    vault = scene.desk.hotline.wiring.vault
    monkeypatch.setattr(vault, "reveal", gone)
    monkeypatch.setattr(vault, "shred", gone)
    address = f"/numbers/{scene.number}/reveal"
    scene.grace.get(address)
    scene.grace.post(address, {"reason": REASON, "password": PASSWORD})
    assert "The vault doesn't answer now" in scene.grace.text
    address = f"/numbers/{scene.number}/close"
    scene.grace.get(address)
    scene.grace.post(address)
    assert "nothing is lost" in scene.grace.text
    assert scene.desk.numbers() == [scene.number]
    assert not [entry for entry in scene.desk.deeds() if entry.deed == "number_revealed"]


@pytest.mark.parametrize("what", ["reveal", "hold", "close"])
def test_a_number_that_isn_t_there(small_desk: Desk, what: str) -> None:
    """The address of a number that was shredded, or never was, is answered in the house's words."""
    grace = small_desk.signed_in(small_desk.employ("Grace", Role.SUPERVISOR))
    assert grace.get(f"/numbers/{'0' * 32}/{what}").status_code == 404
    assert "There is nothing at this address" in grace.text
