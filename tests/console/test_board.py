"""The board of now, and what stands in red on every page of a supervisor until somebody looks after it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from ivr.people.roles import Role
from ivr.store.callback_tables import callbacks, pages
from tests.console.calls import Calls
from tests.console.desk import Browser, Desk, Worker
from tests.people.house import everything_was_read

ASKED = "A caller in a crisis has reached nobody"
TOLD = "A helper has talked with somebody whose life may be at risk"


@dataclass
class Scene:
    """Daniel, a supervisor, at his browser."""

    calls: Calls
    daniel: Worker
    browser: Browser

    @property
    def desk(self) -> Desk:
        return self.calls.desk

    def read(self, address: str = "/console/board") -> str:
        """What can be read on a page."""
        self.browser.get(address)
        return self.browser.text

    def accepted_by(self, page_id: str) -> str:
        with self.desk.hotline.wiring.database.connect() as connection:
            wanted = select(pages.c.accepted_by).where(pages.c.id == page_id)
            return str(connection.execute(wanted).scalar_one())

    def risk(self, helper: Worker) -> str:
        """A helper has keyed that a life is at risk; returns the case's id."""
        callback_id = self.calls.waits("ar", state="closed", ending="talked")
        cases = self.desk.hotline.wiring.outcomes.cases
        with self.desk.hotline.wiring.database.begin() as connection:
            cases.open_case(connection, callback_id, helper.id, self.desk.now)
            return next(case.id for case in cases.open_cases(connection))


def scene_at(desk: Desk) -> Scene:
    daniel = desk.employ("Daniel", Role.SUPERVISOR)
    return Scene(Calls(desk), daniel, desk.signed_in(daniel))


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """On each kind of database in turn."""
    return scene_at(desk)


@pytest.fixture
def small_scene(small_desk: Desk) -> Scene:
    """On SQLite."""
    return scene_at(small_desk)


def test_an_empty_board_says_what_will_appear(small_scene: Scene) -> None:
    """Before the first caller Daniel reads what each part of the board is for."""
    text = small_scene.read()
    for said in ("Nobody waits. Callers who ask", "No callback is under way.", "No helper is free."):
        assert said in text
    assert "may be at risk" not in text


def test_the_board_says_who_waits_by_language(scene: Scene) -> None:
    """Daniel sees how many wait in each language, the longest wait, whom they wish for, and who can't be rung yet."""
    scene.calls.waits("sw", minutes=125)
    scene.calls.waits("sw", minutes=20, gender="woman")
    scene.calls.waits("sw", ready=False)
    scene.calls.waits("ar", minutes=5, crisis=True, need="crisis", priority=0)
    scene.calls.waits(None, ready=False)
    text = scene.read()
    assert "1 caller in a crisis" in text
    assert "Arabic Crisis 1 5 minutes 0 Swahili 2 1 wants a woman 2 hours 1" in text
    assert "No language chosen 0 – 1" in text
    assert "12025550" not in scene.browser.page.text


def test_the_board_says_who_rings_and_talks(small_scene: Scene) -> None:
    """Each call in hand stands there with its helper and what happens in it."""
    now = small_scene.desk.now
    leila, omar = small_scene.calls.helper("Leila", ["sw"]), small_scene.calls.helper("Omar", ["en"], "man")
    small_scene.calls.attempt(
        omar, small_scene.calls.waits("en"), "talking", "live", rang_at=now - 400, talked_at=now - 360
    )
    small_scene.calls.attempt(leila, small_scene.calls.waits("sw"), "dialling", "live", rang_at=now - 10)
    text = small_scene.read()
    assert "Omar Talking 6 minutes ago" in text
    assert "Leila The caller is being rung just now" in text


def test_the_board_says_what_was_put_back_and_why(small_scene: Scene) -> None:
    """What comes back again and again stands before Daniel, the worst first, with the reasons and without a name."""
    assert "Put back by helpers" not in small_scene.read()
    small_scene.calls.waits("sw", put_back=1, put_back_for="bad_time")
    small_scene.calls.waits("ar", put_back=3, put_back_for="phone,wants_a_woman")
    small_scene.calls.waits("en", put_back=2, state="closed")
    text = small_scene.read()
    assert "Put back 3 times : a helper's phone didn't work, would rather talk with a woman" in text
    assert "Put back 1 time : a bad time for the caller" in text
    assert text.index("Put back 3 times") < text.index("Put back 1 time ")
    assert "Put back 2 times" not in text


def test_the_board_says_how_helpers_stand(small_scene: Scene) -> None:
    """Who is free stands first, who is off call last, each with languages and training."""
    leila = small_scene.calls.helper("Leila", ["sw", "ar"])
    small_scene.calls.trained(leila)
    small_scene.desk.employ("Joseph")
    text = small_scene.read()
    assert "1 helper is free." in text
    assert "Leila Crisis training Free Swahili, Arabic" in text
    assert "Joseph Not on call None yet" in text
    assert text.index("Leila Crisis") < text.index("Joseph Not")


def test_outcomes_that_are_overdue_stand_on_the_board(small_scene: Scene) -> None:
    """A day after a talk without an outcome Daniel sees whom to ask for it."""
    joseph = small_scene.desk.employ("Joseph")
    wiring = small_scene.desk.hotline.wiring
    with wiring.database.begin() as connection:
        for name, hours in (("c" * 32, 30), ("d" * 32, 2)):
            ended_at = small_scene.desk.now - hours * 3600
            wiring.outcomes.tasks.open_task(connection, name, joseph.id, 600, ended_at)
    text = small_scene.read()
    assert "Outcomes that are overdue" in text
    assert text.count("Joseph · talked") == 1
    assert "Joseph · talked 1 day ago" in text


@pytest.mark.parametrize(
    "address", ["/", "/console/board", "/console/queue", "/numbers", "/profile", "/nothing"]
)
def test_a_life_at_risk_stands_on_every_page_of_a_supervisor(small_scene: Scene, address: str) -> None:
    """Wherever Daniel is, he reads in red that somebody in a crisis has reached nobody, and can take it on."""
    small_scene.calls.page("crisis", small_scene.calls.waits(crisis=True, need="crisis"))
    text = small_scene.read(address)
    assert ASKED in text
    assert "I take it" in text


def test_nobody_else_is_alarmed(small_desk: Desk) -> None:
    """Helpers, staff and admins can't take such a case on, so it doesn't stand on their pages."""
    calls = Calls(small_desk)
    calls.page("crisis", calls.waits(crisis=True, need="crisis"))
    for role in (Role.HELPER, Role.STAFF, Role.ADMIN):
        browser = small_desk.signed_in(small_desk.employ(f"Some{role.value}", role))
        everything_was_read(small_desk.hotline.wiring.database)
        browser.get("/profile")
        assert ASKED not in browser.text
        for address in ("/console/board", "/console/board/now", "/console/alarms/now"):
            assert browser.get(address).status_code == 403


def test_who_takes_on_a_caller_in_a_crisis_is_connected_at_once(scene: Scene) -> None:
    """Grace presses "I take it" and has the caller's callback in hand; the alarm is gone for everybody."""
    grace = scene.calls.helper("Grace", ["sw"], "woman", Role.SUPERVISOR)
    scene.calls.trained(grace)
    browser = scene.desk.signed_in(grace)
    page = scene.calls.page("crisis", scene.calls.waits("sw", crisis=True, need="crisis", priority=0))
    browser.get("/numbers")
    browser.post(f"/console/alarms/{page}/accept", {"back": "/numbers"})
    assert browser.path == "/console/mine"
    assert "It is yours now." in browser.text
    assert "Your phone rings in a moment" in browser.text
    assert scene.accepted_by(page) == grace.id
    assert ASKED not in scene.read()


def test_who_can_t_call_takes_it_on_all_the_same(scene: Scene) -> None:
    """Daniel speaks no Swahili: he looks after it, is told to find somebody who can, and the caller waits on."""
    page = scene.calls.page("crisis", scene.calls.waits("sw", crisis=True, need="crisis", priority=0))
    scene.browser.get("/numbers")
    scene.browser.post(f"/console/alarms/{page}/accept", {"back": "/numbers"})
    assert scene.browser.path == "/console/board"
    assert "see to it that a helper does" in scene.browser.text
    assert scene.accepted_by(page) == scene.daniel.id
    assert "1 caller in a crisis" in scene.read()


def test_who_takes_it_on_while_her_phone_rings_reads_what_to_do(scene: Scene) -> None:
    """Grace's phone rings for it, and she presses "I take it": she reads to answer that phone; the board says so."""
    grace = scene.calls.helper("Grace", ["sw"], "woman", Role.SUPERVISOR)
    scene.calls.trained(grace)
    browser = scene.desk.signed_in(grace)
    page = scene.calls.page("crisis", scene.calls.waits("sw", crisis=True, need="crisis", priority=0))
    with scene.desk.hotline.wiring.database.begin() as connection:
        connection.execute(update(pages).values(ringing=grace.id, next_at=scene.desk.now + 120))
    browser.get("/numbers")
    browser.post(f"/console/alarms/{page}/accept", {"back": "/numbers"})
    assert browser.path == "/console/board"
    assert "Answer the phone that rings, and press 1: then the caller is rung." in browser.text
    assert "You can't call from here" not in browser.text
    assert "Grace has taken on a caller in a crisis: that phone rings now" in scene.read()
    assert scene.accepted_by(page) == grace.id


def test_what_was_taken_on_and_not_called_says_so(scene: Scene) -> None:
    """Daniel has taken on a caller whom he can't call: the board says that nobody has, until a helper does."""
    callback = scene.calls.waits("sw", crisis=True, need="crisis", priority=0)
    page = scene.calls.page("crisis", callback)
    scene.browser.get("/numbers")
    scene.browser.post(f"/console/alarms/{page}/accept", {"back": "/numbers"})
    left = "Daniel has taken on a caller in a crisis, whom nobody has {} yet."
    assert left.format("called") in scene.read()
    change = update(callbacks).where(callbacks.c.id == callback)
    with scene.desk.hotline.wiring.database.begin() as connection:
        connection.execute(change.values(tried=1))
    assert left.format("reached") in scene.read()
    with scene.desk.hotline.wiring.database.begin() as connection:
        connection.execute(change.values(state="dialling"))
    assert "Daniel has taken on" not in scene.read()


def test_a_case_of_risk_has_its_clock_and_whoever_looks_after_it(scene: Scene) -> None:
    """After a helper has keyed the risk, the board shows the clock; Daniel takes it on, and his name stands there."""
    joseph = scene.desk.employ("Joseph")
    case = scene.risk(joseph)
    text = scene.read()
    assert TOLD in text
    assert "1 life may be at risk" in text
    assert "Arabic · said by Joseph · just now" in text
    assert "Nobody looks after it yet." in text
    scene.browser.post(f"/console/alarms/{case}/accept", {"back": "/console/board"})
    assert scene.browser.path == "/console/risk"
    text = scene.read()
    assert TOLD not in text
    assert "Daniel looks after it." in text
    scene.desk.hotline.clock.forward(29 * 60)
    scene.browser.get("/")
    scene.desk.hotline.clock.forward(29 * 60)
    scene.browser.get("/")
    scene.desk.hotline.clock.forward(10 * 60)
    assert "Overdue since" in scene.read()


def test_the_second_to_take_it_on_is_told_so(small_scene: Scene) -> None:
    """Daniel and Grace press at once: Daniel has it, Grace reads that; and what is over can't be taken on."""
    grace = small_scene.desk.signed_in(small_scene.desk.employ("Grace", Role.SUPERVISOR))
    callback_id = small_scene.calls.waits(crisis=True, need="crisis")
    page = small_scene.calls.page("crisis", callback_id)
    grace.get("/console/board")
    small_scene.browser.get("/console/board")
    small_scene.browser.post(f"/console/alarms/{page}/accept")
    grace.post(f"/console/alarms/{page}/accept")
    assert "Another supervisor has taken it already." in grace.text
    small_scene.calls.change(callback_id, state="closed")
    grace.post(f"/console/alarms/{page}/accept")
    assert "This is over already" in grace.text
    assert grace.post("/console/alarms/no-such/accept").status_code == 404


def test_what_a_helper_is_busy_with_isn_t_an_alarm(small_scene: Scene) -> None:
    """While a helper rings the caller, nobody else has to."""
    leila = small_scene.calls.helper("Leila", ["sw"])
    callback_id = small_scene.calls.waits("sw", crisis=True, need="crisis")
    small_scene.calls.page("crisis", callback_id)
    small_scene.calls.attempt(leila, callback_id, "dialling", "live", rang_at=1.0)
    assert ASKED not in small_scene.read()


@pytest.mark.parametrize("address", ["/console/board/now", "/console/alarms/now"])
def test_parts_hold_no_mark_and_say_when_nothing_changed(small_scene: Scene, address: str) -> None:
    """A part is sent anew when something has changed, and never with the mark of a form."""
    first = small_scene.browser.get(address)
    again = {"If-None-Match": first.headers["ETag"]}
    ask = small_scene.browser.client.get
    assert ask(address, base_url="https://line.example.org", headers=again).status_code == 304
    small_scene.calls.page("crisis", small_scene.calls.waits(crisis=True, need="crisis"))
    changed = ask(address, base_url="https://line.example.org", headers=again)
    assert changed.status_code == 200
    assert b"csrf_token" not in changed.data


def test_the_longest_way_from_the_key_to_help_is_said(small_scene: Scene) -> None:
    """Daniel reads on the board how long it can take, at the very most, from pressing 0 to a voice or the number."""
    assert (
        "From pressing 0 to a voice or the emergency number it takes at most 3 minutes." in small_scene.read()
    )
