"""The words of outcomes, changed on the web: helpers read and key the new ones at once, and no code changes."""

from __future__ import annotations

import pytest

from ivr.outcomes.terms import Term, terms_of
from ivr.people.roles import Role
from tests.console.desk import Browser, Desk
from tests.console.talks import had_a_talk


def known(desk: Desk, kind: str) -> dict[str, Term]:
    with desk.hotline.wiring.database.connect() as connection:
        return {term.code: term for term in terms_of(connection, kind, retired=True)}


@pytest.fixture
def grace(small_desk: Desk) -> Browser:
    """A supervisor who reads the words of outcomes."""
    browser = small_desk.signed_in(small_desk.employ("Grace", Role.SUPERVISOR))
    browser.get("/console/terms")
    return browser


def test_all_that_can_be_chosen_is_listed(grace: Browser) -> None:
    """Grace sees the kinds, with words, keys and codes, and what can be done with each."""
    for text in ("Mental health", "mental_health", "11", "A life is in danger now", "Wishes another call"):
        assert text in grace.text
    assert "only their words can be changed" in grace.text


def test_a_word_is_changed(small_desk: Desk, grace: Browser) -> None:
    """Grace gives a subject other words: the helper's form says them, and the code is the same."""
    grace.get("/console/terms/issue/peers")
    assert "The code stays peers" in grace.text
    grace.post("/console/terms/issue/peers", {"words_en": "Friends", "words_sw": "Marafiki", "key": "05"})
    assert "Changed. What was counted under it before counts on." in grace.text
    leila = small_desk.employ("Leila", Role.HELPER)
    address = f"/console/outcomes/{had_a_talk(small_desk, leila)}"
    page = small_desk.signed_in(leila).get(address).text
    assert "Friends" in page
    assert 'value="peers"' in page
    assert [entry.deed for entry in small_desk.deeds() if entry.deed == "terms_changed"] == ["terms_changed"]


def test_a_word_is_added_retired_offered_moved_and_deleted(small_desk: Desk, grace: Browser) -> None:
    """A term of the programme's own goes through all that can be done with one."""
    grace.get("/console/terms/action")
    grace.post("/console/terms/action", {"words_en": "Prayed together", "key": "5"})
    assert "Prayed together" in grace.text
    address = "/console/terms/action/prayed_together"
    grace.post(f"{address}/up")
    assert list(known(small_desk, "action"))[-1] == "called_for_help"
    grace.post(f"{address}/retire")
    assert known(small_desk, "action")["prayed_together"].retired
    grace.post(f"{address}/offer")
    assert not known(small_desk, "action")["prayed_together"].retired
    grace.post(f"{address}/delete")
    assert "Deleted. Nothing was written with it." in grace.text
    assert "prayed_together" not in known(small_desk, "action")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"words_en": "Prayed", "key": "1"}, "Use 1 digits that no other has."),
        ({"words_en": "Prayed", "key": "x"}, "Use 1 digits that no other has."),
        ({"words_en": " ", "key": "5"}, "Give it words in one language at least."),
        ({"words_en": "P" * 81, "key": "5"}, "This is too long"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    small_desk: Desk, grace: Browser, fields: dict[str, str], said: str
) -> None:
    """A key that is taken, one that can't be keyed, no words, or too many: nothing is added, nothing typed is lost."""
    grace.get("/console/terms/action")
    grace.post("/console/terms/action", fields)
    assert said in grace.text
    assert fields["words_en"].strip() in grace.page.text
    assert len(known(small_desk, "action")) == 4


def test_what_can_t_be_done_is_said(small_desk: Desk, grace: Browser) -> None:
    """A term in use isn't deleted, the last one isn't retired, and the levels of danger stay as they are."""
    leila = small_desk.employ("Leila", Role.HELPER)
    callback_id = had_a_talk(small_desk, leila)
    with small_desk.hotline.wiring.database.begin() as connection:
        small_desk.hotline.wiring.outcomes.tasks.keyed(connection, callback_id, "issue", "04", small_desk.now)
    grace.post("/console/terms/issue/family/delete")
    assert "it can be retired, and not deleted" in grace.text
    grace.post("/console/terms/follow_up/yes/retire")
    grace.post("/console/terms/follow_up/no/retire")
    assert "It is the last one" in grace.text
    grace.post("/console/terms/risk/high/retire")
    assert "only their words can be changed" in grace.text
    assert not known(small_desk, "risk")["high"].retired


@pytest.mark.parametrize(
    "address", ["mood", "mood/good", "issue/nonsense", "risk"], ids=lambda address: address.replace("/", "-")
)
def test_what_there_isn_t_is_not_found(grace: Browser, address: str) -> None:
    """Kinds and codes that there aren't, and adding to the levels of danger, have no page."""
    assert grace.get(f"/console/terms/{address}").status_code == 404


def test_admins_may_too_and_helpers_may_not(small_desk: Desk) -> None:
    """An admin finds the way to the words on the page of outcomes; a helper doesn't see it, and has no door to it."""
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))
    assert "Change what can be chosen" in daniel.get("/console/outcomes").text
    assert daniel.get("/console/terms").status_code == 200
    leila = small_desk.signed_in(small_desk.employ("Leila", Role.HELPER))
    assert "Change what can be chosen" not in leila.get("/console/outcomes").text
    assert leila.get("/console/terms").status_code == 403
