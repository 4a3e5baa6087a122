"""The queue and one's own calls: whom a helper may call, what happens in the call, and giving it back."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from ivr.console.callback_pages import JUST_NOW
from ivr.console.put_back import REASONS
from ivr.people.roles import Role
from ivr.store.callback_tables import attempts, callbacks
from tests.console.calls import SAFETY, Calls
from tests.console.desk import Browser, Desk, Worker
from tests.people.house import everything_was_read


@dataclass
class Scene:
    """Leila, who speaks Swahili and Arabic and is on call, at her browser."""

    calls: Calls
    leila: Worker
    browser: Browser

    @property
    def desk(self) -> Desk:
        return self.calls.desk

    def state_of(self, callback_id: str) -> str:
        with self.desk.hotline.wiring.database.connect() as connection:
            wanted = select(callbacks.c.state).where(callbacks.c.id == callback_id)
            return str(connection.execute(wanted).scalar_one())

    def put_back(self, callback_id: str) -> tuple[int, str]:
        with self.desk.hotline.wiring.database.connect() as connection:
            wanted = select(callbacks.c.put_back, callbacks.c.put_back_for)
            row = connection.execute(wanted.where(callbacks.c.id == callback_id)).one()
        return row.put_back, row.put_back_for

    def present_attempt(self) -> str:
        with self.desk.hotline.wiring.database.connect() as connection:
            wanted = select(attempts.c.id).where(
                attempts.c.helper_id == self.leila.id, attempts.c.state != "over"
            )
            return str(connection.execute(wanted).scalar_one())


def scene_at(desk: Desk) -> Scene:
    calls = Calls(desk)
    leila = calls.helper("Leila", ["sw", "ar"])
    return Scene(calls, leila, desk.signed_in(leila))


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """On each kind of database in turn."""
    return scene_at(desk)


@pytest.fixture
def small_scene(small_desk: Desk) -> Scene:
    """On SQLite."""
    return scene_at(small_desk)


def read(browser: Browser, address: str) -> str:
    """What can be read on a page."""
    browser.get(address)
    return browser.text


def test_the_queue_says_all_that_keeps_a_caller_safe_and_never_a_number(small_scene: Scene) -> None:
    """Leila reads what Amina wants, since when, within which hours, what may be said, and how the last try went."""
    small_scene.calls.waits(minutes=185, wishes=SAFETY, gender="woman", tried=1, missed="no_answer")
    text = read(small_scene.browser, "/console/queue")
    for said in (
        "1 caller waits for a call from you.",
        "Somebody to talk to",
        "Swahili",
        "3 hours ago",
        "17:00–21:30 by the caller's clock",
        "Don't say who we are.",
        "If somebody else answers: it isn't safe.",
        "Wants to talk with a woman.",
        "1 time: nobody picked up",
    ):
        assert said in text, said
    assert "12025550" not in small_scene.browser.page.text


def test_an_empty_queue_says_what_will_appear(small_scene: Scene) -> None:
    """While nobody waits, Leila reads what will stand here, and has nothing to press."""
    text = read(small_scene.browser, "/console/queue")
    assert "Nobody waits for a call from you now." in text
    assert "it stands here: what for, since when" in text
    assert "Take the first" not in text


def test_others_are_counted_and_not_listed(small_scene: Scene) -> None:
    """Who needs another helper, or can't be rung at this hour, is a number on Leila's page and nothing more."""
    small_scene.calls.waits("fr")
    small_scene.calls.waits("sw", gender="man")
    small_scene.calls.waits("sw", crisis=True, need="crisis", priority=0)
    small_scene.calls.waits("sw", ready=False, not_before=small_scene.desk.now + 7200)
    text = read(small_scene.browser, "/console/queue")
    assert "3 callers wait for another helper." in text
    assert "1 caller can be called later, when it is safe. The first: in 2 hours" in text
    assert "French" not in text
    assert "A life may be at risk" not in text


def test_taking_the_first_leads_to_the_call(scene: Scene) -> None:
    """Leila takes the first: the callback is hers, and her page says that her phone is about to ring."""
    newer, first = scene.calls.waits(minutes=10), scene.calls.waits("ar", minutes=40)
    scene.browser.get("/console/queue")
    scene.browser.post("/console/queue/take")
    assert scene.browser.path == "/console/mine"
    assert "Your phone rings in a moment" in scene.browser.text
    assert (scene.state_of(first), scene.state_of(newer)) == ("offered", "waiting")
    assert "You are in a call." in read(scene.browser, "/console/queue")
    assert "Take this one" not in scene.browser.text


def test_taking_a_certain_one(scene: Scene) -> None:
    """Leila may take somebody else than the first, and is told so when that one was taken meanwhile."""
    first, wanted = scene.calls.waits(minutes=40), scene.calls.waits(minutes=10)
    scene.browser.get("/console/queue")
    scene.calls.change(wanted, state="talking", attempt="x", until=scene.desk.now + 600)
    scene.browser.post("/console/queue/take", {"callback": wanted})
    assert "Somebody else was faster" in scene.browser.text
    scene.browser.post("/console/queue/take", {"callback": first})
    assert scene.browser.path == "/console/mine"
    assert scene.state_of(first) == "offered"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"language": "fr"}, "This caller needs another helper"),
        ({"gender": "man"}, "This caller needs another helper"),
        ({"state": "closed"}, "Somebody else was faster"),
    ],
)
def test_who_can_t_be_taken_isn_t(small_scene: Scene, changed: dict[str, str], said: str) -> None:
    """Mallory changes the form to take somebody who isn't for her: nothing happens, and it is said why."""
    wanted = small_scene.calls.waits(**({"language": "sw"} | changed))
    small_scene.browser.get("/console/queue")
    small_scene.browser.post("/console/queue/take", {"callback": wanted})
    assert small_scene.browser.path == "/console/queue"
    assert said in small_scene.browser.text


def test_nobody_is_there_to_be_taken(small_scene: Scene) -> None:
    """The only caller was taken a moment ago: Leila reads that nobody waits any more."""
    small_scene.browser.get("/console/queue")
    small_scene.browser.post("/console/queue/take")
    assert "Nobody waits for a call from you any more." in small_scene.browser.text


def test_without_an_own_number_nothing_can_be_taken(small_desk: Desk) -> None:
    """Joseph hasn't given his number and languages: the page says what is missing, and the form leads there."""
    joseph = small_desk.signed_in(small_desk.employ("Joseph"))
    text = read(joseph, "/console/queue")
    assert "Before you can take a call:" in text
    assert "Give your own number" in text
    joseph.post("/console/queue/take")
    assert joseph.path == "/profile/number"
    assert "Give your own number first" in joseph.text


def test_who_needs_rest_takes_nobody(small_scene: Scene) -> None:
    """After a call with a life at risk Leila is asked to talk with somebody first, and isn't given another call."""
    wiring = small_scene.desk.hotline.wiring
    with wiring.database.begin() as connection:
        wiring.people.helpers.owe_debrief(connection, small_scene.leila.id)
    small_scene.calls.waits()
    text = read(small_scene.browser, "/console/queue")
    assert "Somebody talks with you before the next one." in text
    assert "Take the first" not in text
    small_scene.browser.post("/console/queue/take")
    assert small_scene.browser.path == "/console/queue"
    assert "Somebody talks with you before the next one." in small_scene.browser.text


@pytest.mark.parametrize(
    ("state", "leg", "times", "said", "put_back"),
    [
        ("offered", "to_ring", {}, "Your phone rings in a moment", True),
        ("offered", "asked", {}, "Your phone rings now", True),
        ("offered", "live", {}, "You have picked up", True),
        ("dialling", "live", {"rang_at": 1.0}, "We ring the caller now", True),
        ("talking", "live", {"rang_at": 1.0, "talked_at": 1.0}, "You are talking", False),
        ("closed", "live", {"rang_at": 1.0, "talked_at": 1.0}, "The talk is over", False),
    ],
)
def test_every_moment_of_a_call_is_said(
    small_scene: Scene, state: str, leg: str, times: dict[str, float], said: str, put_back: bool
) -> None:
    """From the first ring to the outcome Leila reads what happens and what to press, with the checklist beside it."""
    callback_id = small_scene.calls.waits(wishes=SAFETY)
    small_scene.calls.attempt(small_scene.leila, callback_id, state, leg, **times)
    text = read(small_scene.browser, "/console/mine")
    assert said in text
    assert ("I can't take this call" in text) == put_back
    assert ("Fill in the outcome" in text) == (state == "closed")
    for each in ("How to open", "Look", "Listen", "Link", "If a life may be at risk", "How to close"):
        assert each in text
    assert "12025550" not in small_scene.browser.page.text


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        ("no_answer", "nobody picked up"),
        ("busy", "the line was busy"),
        ("no_key", "somebody picked up, and pressed no key"),
        ("not_now", "the caller couldn't talk just then"),
        ("helper_gone", "the helper's phone was put down first"),
        ("no_word", "the telephone network never said what became of it"),
    ],
)
def test_why_it_came_to_no_talk_is_said(small_scene: Scene, missed: str, said: str) -> None:
    """After a try that came to nothing Leila reads why, that it isn't her doing, and later no more of it."""
    now = small_scene.desk.now
    callback_id = small_scene.calls.waits(tried=1, missed=missed)
    small_scene.calls.attempt(
        small_scene.leila, callback_id, "waiting", "over", rang_at=now - 60, ended_at=now
    )
    assert f"It didn't come to a talk: {said}" in read(small_scene.browser, "/console/mine")
    assert "That isn't your doing." in small_scene.browser.text
    small_scene.desk.hotline.clock.forward(JUST_NOW + 1)
    assert "You have no call in hand" in read(small_scene.browser, "/console/mine")


@pytest.mark.parametrize("reason", [*REASONS, "", "made up"])
def test_putting_back_takes_one_press_and_blames_nobody(small_scene: Scene, reason: str) -> None:
    """Whatever Leila gives as a reason, Amina keeps her place, and Leila is led to what helps."""
    callback_id = small_scene.calls.waits()
    small_scene.browser.get("/console/queue")
    small_scene.browser.post("/console/queue/take")
    fields = {"attempt": small_scene.present_attempt(), "reason": reason}
    small_scene.browser.post("/console/mine/put-back", fields)
    assert "Put back. The caller keeps their place" in small_scene.browser.text
    assert small_scene.state_of(callback_id) == "waiting"
    assert small_scene.put_back(callback_id) == (1, reason if reason in REASONS else "")
    led_to = {"phone": "/profile/number", "too_much": "/console/mine", "not_alone": "/console/mine"}
    assert small_scene.browser.path == led_to.get(reason, "/console/queue")


def test_the_next_helper_reads_what_helps_and_nothing_of_the_last_one(small_scene: Scene) -> None:
    """Two helpers have put Amina's callback back: Leila reads that a woman would suit her better, and not that somebody
    found it too much; in the queue, and once she has taken it."""
    small_scene.calls.waits(put_back=2, put_back_for="too_much,wants_a_woman")
    text = read(small_scene.browser, "/console/queue")
    assert "A helper before you says: the caller would rather talk with a woman." in text
    small_scene.browser.post("/console/queue/take")
    assert "would rather talk with a woman." in small_scene.browser.text
    before_the_form = small_scene.browser.text.partition("I can't take this call")[0]
    assert "too much" not in text + before_the_form


def test_a_call_that_goes_on_can_t_be_put_back(small_scene: Scene) -> None:
    """Once the two are talking it is too late; and Mallory can't put back what is Leila's."""
    callback_id = small_scene.calls.waits()
    attempt = small_scene.calls.attempt(small_scene.leila, callback_id, "talking", "live", talked_at=1.0)
    small_scene.browser.get("/console/mine")
    small_scene.browser.post("/console/mine/put-back", {"attempt": attempt, "reason": "mistake"})
    assert "It was too late to put it back" in small_scene.browser.text
    small_scene.calls.change(callback_id, state="dialling")
    mallory = small_scene.desk.signed_in(small_scene.desk.employ("Mallory"))
    mallory.get("/console/mine")
    mallory.post("/console/mine/put-back", {"attempt": attempt, "reason": "mistake"})
    assert "It was too late to put it back" in mallory.text
    assert small_scene.state_of(callback_id) == "dialling"


def test_a_break_is_put_in_and_ended(small_scene: Scene) -> None:
    """During the call Leila asks for a break after it; while it lasts she can say that she is back."""
    callback_id = small_scene.calls.waits()
    attempt = small_scene.calls.attempt(small_scene.leila, callback_id, "talking", "live", talked_at=1.0)
    small_scene.browser.get("/console/mine")
    small_scene.browser.post("/console/break")
    assert small_scene.browser.path == "/console/mine"
    assert "Your break begins as soon as this call is over." in small_scene.browser.text
    small_scene.calls.change(callback_id, state="closed", ending="withdrawn")
    small_scene.calls.attempt_now(attempt, state="over", ended_at=small_scene.desk.now)
    assert "You are on a break: nobody is offered to you." in read(small_scene.browser, "/console/queue")
    small_scene.browser.post("/console/break/end")
    assert "Welcome back." in small_scene.browser.text
    assert "You are on call, and free." in small_scene.browser.text


def test_outcomes_that_are_owed_stay_on_the_page(small_scene: Scene) -> None:
    """After a talk whose outcome wasn't keyed, a link to it stays until it is filled in."""
    callback_id = small_scene.calls.waits(state="closed", ending="talked")
    wiring = small_scene.desk.hotline.wiring
    with wiring.database.begin() as connection:
        wiring.outcomes.tasks.open_task(
            connection, callback_id, small_scene.leila.id, 600, small_scene.desk.now
        )
    text = read(small_scene.browser, "/console/mine")
    assert "Outcomes still to be filled in" in text
    assert f'href="/console/outcomes/{callback_id}"' in small_scene.browser.page.text


@pytest.mark.parametrize("address", ["/console/queue/now", "/console/mine/now"])
def test_what_hasn_t_changed_is_sent_once(small_scene: Scene, address: str) -> None:
    """A page that asks every few seconds is answered with nothing while all is as it was, and at once when it isn't."""
    callback_id = small_scene.calls.waits()
    first = small_scene.browser.get(address)
    assert first.headers["Cache-Control"] == "no-store"
    again = {"If-None-Match": first.headers["ETag"]}
    unchanged = small_scene.browser.client.get(address, base_url="https://line.example.org", headers=again)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    small_scene.calls.attempt(small_scene.leila, callback_id, "offered", "asked")
    changed = small_scene.browser.client.get(address, base_url="https://line.example.org", headers=again)
    assert changed.status_code == 200
    assert b"csrf_token" not in changed.data


def test_a_page_that_nobody_touches_keeps_nobody_signed_in(small_scene: Scene) -> None:
    """Leila leaves her browser open and goes: after half an hour it is signed out, although it has asked all along."""
    clock, client = small_scene.desk.hotline.clock, small_scene.browser.client
    for here, lasts in (("yes", True), ("no", False)):
        for _ in range(31):
            clock.forward(60)
            answer = client.get(
                "/console/queue/now", base_url="https://line.example.org", headers={"X-Warmline-Here": here}
            )
        assert (answer.status_code == 200) == lasts


def test_who_is_no_helper_sees_no_queue(small_desk: Desk) -> None:
    """Staff and admins, who call nobody, have neither the pages nor the parts of them."""
    for role in (Role.STAFF, Role.ADMIN):
        browser = small_desk.signed_in(small_desk.employ(f"Some{role.value}", role))
        everything_was_read(small_desk.hotline.wiring.database)
        for address in ("/console/queue", "/console/queue/now", "/console/mine", "/console/mine/now"):
            assert browser.get(address).status_code == 403
