"""The outcome of a talk on the web: quick to fill in, and nothing that was answered is ever lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ivr.outcomes.questions import QUESTIONS
from ivr.people.roles import Role
from tests.console.desk import Browser, Desk, Worker
from tests.console.talks import ANSWERS, had_a_talk, task_of, written
from tests.hotline import AMINA

DAY = 86_400.0


@dataclass
class Scene:
    """Leila, a helper who has just talked with Amina, at her browser."""

    desk: Desk
    leila: Worker
    browser: Browser
    callback_id: str

    @property
    def address(self) -> str:
        return f"/console/outcomes/{self.callback_id}"


def scene_at(desk: Desk) -> Scene:
    leila = desk.employ("Leila", Role.HELPER)
    callback_id = had_a_talk(desk, leila)
    browser = desk.signed_in(leila)
    return Scene(desk, leila, browser, callback_id)


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """On each kind of database in turn."""
    return scene_at(desk)


@pytest.fixture
def small_scene(small_desk: Desk) -> Scene:
    """On SQLite, for what has nothing to do with databases."""
    return scene_at(small_desk)


def test_a_talk_stands_there_until_its_outcome_is_complete(scene: Scene) -> None:
    """Leila finds her talk on the list, fills in the form, and the list is empty; closed, the row has her choices."""
    leila = scene.browser
    assert "Your talk" in leila.get("/console/outcomes").text
    leila.get(scene.address)
    assert "8 minutes of talk" in leila.text
    assert "Somebody to talk to" in leila.text
    leila.post(scene.address, ANSWERS)
    assert leila.path == "/console/outcomes"
    assert "Saved. Thank you." in leila.text
    assert "Nothing is missing." in leila.text
    assert scene.desk.hotline.wiring.outcomes.close(scene.callback_id, scene.desk.now)
    assert written(scene.desk) == [("family", "none", "web")]
    assert AMINA[-4:] not in leila.page.text


def test_what_is_missing_is_said_beside_the_question(small_scene: Scene) -> None:
    """Leila leaves two questions out: what she answered is kept and stays chosen, and only those two are asked for."""
    leila = small_scene.browser
    leila.get(small_scene.address)
    leila.post(
        small_scene.address, {k: v for k, v in ANSWERS.items() if k not in ("asked_about_suicide", "issue")}
    )
    assert "What you have answered is saved." in leila.text
    assert "Say whether you asked. This is always needed." in leila.text
    assert "Choose what it was about most." in leila.text
    assert "Say whether there is danger" not in leila.text
    assert task_of(small_scene.desk, small_scene.callback_id).missing == ["issue", "asked_about_suicide"]
    assert leila.page.text.count(" checked") == len(ANSWERS) - 2
    leila.post(small_scene.address, {"asked_about_suicide": "declined", "issue": "peers"})
    assert "Saved. Thank you." in leila.text


def test_an_answer_that_isn_t_offered_is_refused_and_the_others_kept(small_scene: Scene) -> None:
    """Mallory sends answers of his own through Leila's browser: they are refused where they stand."""
    leila = small_scene.browser
    leila.get(small_scene.address)
    leila.post(small_scene.address, {**ANSWERS, "risk": "enormous", "distress_before": "11"})
    answers = task_of(small_scene.desk, small_scene.callback_id).answers
    assert "risk" not in answers
    assert "distress_before" not in answers
    assert answers["issue"] == "family"
    assert "Saved. Thank you." not in leila.text


def test_saving_twice_is_harmless(scene: Scene) -> None:
    """The form is sent twice, and once more after the callback was closed: one outcome, and no page of errors."""
    leila = scene.browser
    leila.get(scene.address)
    leila.post(scene.address, ANSWERS)
    leila.get(scene.address)
    leila.post(scene.address, ANSWERS)
    assert "Saved. Thank you." in leila.text
    leila.get(scene.address)
    scene.desk.hotline.wiring.outcomes.close(scene.callback_id, scene.desk.now)
    leila.post(scene.address, ANSWERS)
    assert leila.page.status_code == 200
    assert "This outcome is complete." in leila.text
    assert len(written(scene.desk)) == 1


def test_what_was_keyed_on_the_phone_is_chosen_on_the_web(small_scene: Scene) -> None:
    """Leila keyed two answers before she hung up: the form shows them, and asks for the rest."""
    tasks, now = small_scene.desk.hotline.wiring.outcomes.tasks, small_scene.desk.now
    with small_scene.desk.hotline.wiring.database.begin() as connection:
        tasks.keyed(connection, small_scene.callback_id, "contact_type", "2", now)
        tasks.keyed(connection, small_scene.callback_id, "distress_before", "*", now)
    page = small_scene.browser.get(small_scene.address).text
    assert page.count(" checked") == 2
    for name, value in (("contact_type", "information"), ("distress_before", "10")):
        assert any(
            "checked" in tag and f'value="{value}"' in tag
            for tag in page.split("<input")
            if f'name="{name}"' in tag
        )


def test_danger_is_acted_on_even_if_something_else_is_missing(scene: Scene) -> None:
    """Leila marks a life in danger and sends the form half empty: supervisors are paged all the same."""
    scene.browser.get(scene.address)
    scene.browser.post(scene.address, {"risk": "high"})
    assert "Supervisors are being rung" in scene.browser.text
    with scene.desk.hotline.wiring.database.connect() as connection:
        (case,) = scene.desk.hotline.wiring.outcomes.cases.open_cases(connection)
    assert case.helper_id == scene.leila.id


def test_nobody_else_sees_it(small_scene: Scene) -> None:
    """Joseph, another helper, gets the answer that there is no such page; Grace, a supervisor, can fill it in with
    Leila."""
    joseph = small_scene.desk.signed_in(small_scene.desk.employ("Joseph", Role.HELPER))
    assert joseph.get(small_scene.address).status_code == 404
    assert "Your talk" not in joseph.get("/console/outcomes").text
    grace = small_scene.desk.signed_in(small_scene.desk.employ("Grace", Role.SUPERVISOR))
    assert grace.get(small_scene.address).status_code == 200
    grace.post(small_scene.address, ANSWERS)
    assert "Saved. Thank you." in grace.text


def test_supervisors_see_what_is_overdue(small_scene: Scene) -> None:
    """After a day the talk stands on Grace's list with Leila's name; before that it doesn't."""
    grace = small_scene.desk.employ("Grace", Role.SUPERVISOR)
    assert (
        "Missing for more than a day" not in small_scene.desk.signed_in(grace).get("/console/outcomes").text
    )
    small_scene.desk.hotline.clock.forward(DAY + 60)
    browser = small_scene.desk.signed_in(grace)
    browser.get("/console/outcomes")
    assert "Missing for more than a day" in browser.text
    assert "Leila" in browser.text


def test_a_reminder_stands_on_every_page(small_scene: Scene) -> None:
    """An hour after the talk Leila reads on every page that its outcome is missing; Joseph reads nothing of it."""
    joseph = small_scene.desk.employ("Joseph", Role.HELPER)
    small_scene.desk.hotline.clock.forward(3700)
    small_scene.desk.hotline.wiring.outcomes.sweep(small_scene.desk.now)
    leila = small_scene.desk.signed_in(small_scene.leila)
    assert "The outcome of your last talk is still missing." in leila.get("/profile").text
    assert "still missing" not in small_scene.desk.signed_in(joseph).get("/profile").text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_terms_are_read_in_the_readers_language(small_scene: Scene, language: str) -> None:
    """What can be chosen is said in French and in Arabic too, and sends the same codes."""
    browser = small_scene.desk.signed_in(small_scene.leila, language)
    page = browser.get(small_scene.address).text
    assert {"fr": "Relations familiales", "ar": "العلاقات الأسرية"}[language] in page
    assert 'value="family"' in page
    assert "Family relationships" not in page
    assert all(f'name="{question}"' in page for question in QUESTIONS)
