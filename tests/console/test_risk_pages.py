"""Lives in danger, as supervisors see them: taken on by one, and closed in one of two ways."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ivr.outcomes.risk import RiskCase
from ivr.people.roles import Role
from ivr.vault.errors import KeyStoreOutOfReach
from ivr.vault.key_store import KeyStore
from tests.console.desk import Browser, Desk
from tests.console.talks import had_a_talk
from tests.hotline import AMINA

HOUR = 3600.0


@dataclass
class Scene:
    """Grace, who supervises, at her browser; Leila has just said that a life is in danger."""

    desk: Desk
    grace: Browser
    callback_id: str

    def cases(self) -> list[RiskCase]:
        with self.desk.hotline.wiring.database.connect() as connection:
            return self.desk.hotline.wiring.outcomes.cases.open_cases(connection)

    @property
    def address(self) -> str:
        return f"/console/risk/{self.cases()[0].id}"


def scene_at(desk: Desk) -> Scene:
    leila = desk.employ("Leila", Role.HELPER)
    grace = desk.employ("Grace", Role.SUPERVISOR)
    callback_id = had_a_talk(desk, leila)
    with desk.hotline.wiring.database.begin() as connection:
        desk.hotline.wiring.outcomes.tasks.keyed(connection, callback_id, "risk", "3", desk.now)
    return Scene(desk, desk.signed_in(grace), callback_id)


@pytest.fixture
def scene(desk: Desk) -> Scene:
    """On each kind of database in turn."""
    return scene_at(desk)


@pytest.fixture
def small_scene(small_desk: Desk) -> Scene:
    """On SQLite, for what has nothing to do with databases."""
    return scene_at(small_desk)


def test_a_case_is_told_taken_on_and_closed(scene: Scene) -> None:
    """Grace reads of it on every page, takes it on, says how it ended, and the audit log has both; the number isn't
    held any more."""
    grace = scene.grace
    assert "A helper has talked with somebody whose life may be at risk." in grace.get("/").text
    grace.get("/console/risk")
    assert "said by Leila" in grace.text
    assert "Nobody looks after it yet." in grace.text
    assert AMINA[-4:] not in grace.page.text
    grace.post(f"{scene.address}/accept")
    assert "You look after it. Nobody else is rung for it." in grace.text
    address = f"{scene.address}/close"
    grace.get(address)
    grace.post(address, {"how": "contact_confirmed"})
    assert "The case is closed." in grace.text
    assert "No life is known to be in danger." in grace.text
    assert scene.cases() == []
    assert [entry.deed for entry in scene.desk.deeds()[-2:]] == ["risk_case_accepted", "risk_case_closed"]
    assert scene.desk.deeds()[-1].details == {"how": "contact_confirmed"}
    assert "Kept for longer" not in grace.get("/numbers").text


@pytest.mark.parametrize("how", ["", "nothing", "done"])
def test_it_doesn_t_close_without_an_end(small_scene: Scene, how: str) -> None:
    """Without one of the two ends the case stays open, and the form says why."""
    address = f"{small_scene.address}/close"
    small_scene.grace.get(address)
    small_scene.grace.post(address, {"how": how} if how else {})
    assert "This isn't done yet" in small_scene.grace.text
    assert len(small_scene.cases()) == 1


def test_the_second_supervisor_learns_who_has_it(small_scene: Scene) -> None:
    """Daniel was faster: Grace reads his name; after he has closed it she reads that it is closed."""
    daniel = small_scene.desk.signed_in(small_scene.desk.employ("Daniel", Role.SUPERVISOR))
    address = small_scene.address
    small_scene.grace.get("/console/risk")
    daniel.get("/console/risk")
    daniel.post(f"{address}/accept")
    small_scene.grace.post(f"{address}/accept")
    assert "Daniel looks after it already." in small_scene.grace.text
    daniel.get(f"{address}/close")
    daniel.post(f"{address}/close", {"how": "further_step"})
    small_scene.grace.post(f"{address}/accept")
    assert "This case is closed already." in small_scene.grace.text
    assert small_scene.grace.get(f"{address}/close").status_code == 404


def test_when_the_clock_has_run_out_it_says_so(small_scene: Scene) -> None:
    """After an hour without an end the case is marked as overdue."""
    assert "Overdue" not in small_scene.grace.get("/console/risk").text
    small_scene.desk.hotline.clock.forward(HOUR + 1)
    daniel = small_scene.desk.signed_in(small_scene.desk.employ("Daniel", Role.SUPERVISOR))
    assert "Overdue" in daniel.get("/console/risk").text


def test_while_the_vault_is_out_of_reach_the_case_stays_open(
    small_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number can't be shredded now: Grace is told that nothing was done, and tries again later."""

    def fail(_store: KeyStore) -> None:
        raise KeyStoreOutOfReach("no key store")

    with small_scene.desk.hotline.wiring.database.begin() as connection:
        small_scene.desk.hotline.wiring.outcomes.tasks.fill_in(
            connection,
            small_scene.callback_id,
            {"contact_type": "silent", "asked_about_suicide": "no"},
            by="web",
            now=small_scene.desk.now,
        )
    assert small_scene.desk.hotline.wiring.outcomes.close(small_scene.callback_id, small_scene.desk.now)
    address = f"{small_scene.address}/close"
    small_scene.grace.get(address)
    with monkeypatch.context() as patch:
        patch.setattr(KeyStore, "writing", fail)
        small_scene.grace.post(address, {"how": "further_step"})
    assert "The vault doesn't answer now." in small_scene.grace.text
    assert len(small_scene.cases()) == 1
    small_scene.grace.post(address, {"how": "further_step"})
    assert small_scene.cases() == []
    assert small_scene.desk.numbers() == []


def test_without_cases_the_page_says_what_will_appear(small_desk: Desk) -> None:
    """An empty list is explained."""
    grace = small_desk.signed_in(small_desk.employ("Grace", Role.SUPERVISOR))
    assert "No life is known to be in danger." in grace.get("/console/risk").text
