"""Reviews: a second person who speaks the language hears every take; supervisors read changed therapeutic words."""

from __future__ import annotations

import pytest

from audio.take_states import TakeState
from ivr.people.roles import Role
from tests.console.desk import Desk, Worker
from tests.console.recorded import approved, bring, recorded, room_of, speaks, with_words

BREATHING = ("breathing", "sw")


@pytest.fixture
def sara(small_desk: Desk) -> Worker:
    """Records, and could review, in Swahili and English."""
    bring(small_desk)
    sara = small_desk.employ("Sara", Role.STAFF)
    speaks(small_desk, sara, "sw", "en")
    return sara


@pytest.fixture
def leila(small_desk: Desk) -> Worker:
    """A helper who speaks Swahili."""
    leila = small_desk.employ("Leila")
    speaks(small_desk, leila, "sw")
    return leila


def test_what_waits_is_what_one_speaks_and_hasn_t_recorded(
    small_desk: Desk, sara: Worker, leila: Worker
) -> None:
    """Leila is given Sara's Swahili, and nothing in English; Sara is told that hers waits for somebody else."""
    recorded(small_desk, sara, "welcome", "sw")
    recorded(small_desk, sara, "goodbye", "en")
    browser = small_desk.signed_in(leila)
    browser.get("/console/review")
    assert "1 take waits for you" in browser.text
    assert "welcome · Swahili · Sara" in browser.text
    assert "goodbye" not in browser.text
    own = small_desk.signed_in(sara)
    own.get("/console/review")
    assert "No take waits for you" in own.text
    assert "2 takes of your own wait for somebody else." in own.text


def test_listen_approve_next(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """Leila hears a take beside its words, approves it, and stands before the next; after the last she is thanked."""
    first = recorded(small_desk, sara, "welcome")
    second = recorded(small_desk, sara, "main_menu")
    browser = small_desk.signed_in(leila)
    browser.get(f"/console/review/{first.id}")
    assert "Karibu sana" in browser.text
    assert f'src="/console/takes/{first.id}/clip"' in browser.page.text
    assert "media-src 'self'" in browser.page.headers["Content-Security-Policy"]
    browser.post(f"/console/takes/{first.id}/approve")
    assert browser.path == f"/console/review/{second.id}"
    assert "welcome in Swahili is approved." in browser.text
    browser.post(f"/console/takes/{second.id}/approve")
    assert browser.path == "/console/review"
    assert "Nothing else waits for you. Thank you for listening." in browser.text
    kept = room_of(small_desk).takes.take(first.id)
    assert (kept.state, kept.reviewed_by) == (TakeState.APPROVED, leila.id)
    assert [entry.deed for entry in small_desk.deeds()][-2:] == ["clip_approved", "clip_approved"]


def test_another_take_is_asked_for_with_a_reason_and_a_place(
    small_desk: Desk, sara: Worker, leila: Worker
) -> None:
    """Leila says what should be different, and at which second; Sara reads it, and the picture shows the place."""
    take = recorded(small_desk, sara)
    browser = small_desk.signed_in(leila)
    browser.get(f"/console/review/{take.id}")
    browser.post(f"/console/review/{take.id}", {"reason": " ", "at": "soon"})
    assert "Say in a few words what should be different." in browser.text
    assert room_of(small_desk).takes.take(take.id).state is TakeState.TO_REVIEW
    browser.post(f"/console/review/{take.id}", {"reason": "The end is too fast.", "at": "0,3"})
    kept = room_of(small_desk).takes.take(take.id)
    assert (kept.state, kept.reason, kept.reason_at) == (TakeState.AGAIN, "The end is too fast.", 0.3)
    page = small_desk.signed_in(sara)
    page.get("/console/library/sw/welcome")
    assert "The end is too fast." in page.text
    assert "Leila asked for another, 1 Mar 2026" in page.text
    assert 'class="meant" x1="120.0"' in page.page.text


def test_whoever_recorded_it_is_told_until_they_have_recorded_again(
    small_desk: Desk, sara: Worker, leila: Worker
) -> None:
    """Sara reads on every page what Leila wrote and where, in her language, until she has recorded it again; nobody
    else is told, and Leila can take it back."""
    take = recorded(small_desk, sara)
    reviewer, page = small_desk.signed_in(leila), small_desk.signed_in(sara)
    ask = f"/console/review/{take.id}"
    asked = "Leila asks you to record welcome in Swahili once more. It is about the place at 0:03."
    for undone in (True, False):
        reviewer.get(ask)
        reviewer.post(ask, {"reason": "The end is too fast.", "at": "3"})
        assert "Whoever recorded it is told what you wrote." in reviewer.text
        page.get("/console/profile")
        assert asked in page.text
        assert "The end is too fast." in page.text
        assert "/console/record?language=sw&amp;prompt=welcome" in page.page.text
        assert "The end is too fast." not in small_desk.signed_in(leila).get("/console/profile").text
        if undone:
            reviewer.post("/console/takes/put-back", {"take": take.id})
            assert "Undo" not in reviewer.text
            page.get("/console/profile")
            assert asked not in page.text
            assert room_of(small_desk).takes.take(take.id).state is TakeState.TO_REVIEW
    page.language = "ar"
    page.get("/console/profile")
    assert "عند 0:03" in page.text
    recorded(small_desk, sara)
    page.get("/console/profile")
    assert "0:03" not in page.text


@pytest.mark.parametrize(
    ("who", "why"),
    [("Sara", "You recorded this yourself"), ("Joseph", "Somebody who speaks this language has to hear it.")],
)
def test_nobody_else_can_approve(small_desk: Desk, sara: Worker, leila: Worker, who: str, why: str) -> None:
    """Neither whoever recorded it, nor who doesn't speak the language, gets the take approved, whatever they send."""
    take = recorded(small_desk, sara)
    worker = {"Sara": sara, "Joseph": small_desk.employ("Joseph")}[who]
    browser = small_desk.signed_in(worker)
    browser.get(f"/console/review/{take.id}")
    assert browser.path == "/console/library/sw/welcome"
    assert why in browser.text
    browser.post(f"/console/takes/{take.id}/approve")
    assert why in browser.text
    assert room_of(small_desk).takes.take(take.id).state is TakeState.TO_REVIEW
    assert leila.id


def test_two_who_review_at_once_are_told(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """While Leila listens somebody else approves: she is told so, and nothing is done twice."""
    take = recorded(small_desk, sara)
    other = small_desk.employ("Zawadi")
    speaks(small_desk, other, "sw")
    browser = small_desk.signed_in(leila)
    browser.get(f"/console/review/{take.id}")
    room_of(small_desk).reviewing.approve(other.id, take.id, small_desk.now)
    browser.post(f"/console/takes/{take.id}/approve")
    assert "Somebody has dealt with this meanwhile." in browser.text
    assert room_of(small_desk).takes.take(take.id).reviewed_by == other.id


def test_what_says_old_words_isn_t_given_to_anybody(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """When the words change, takes of the old ones wait for no review, and can't be approved from an open page."""
    take = recorded(small_desk, sara)
    browser = small_desk.signed_in(leila)
    browser.get(f"/console/review/{take.id}")
    bring(small_desk, with_words(small_desk.hotline.pack, ("welcome", "sw"), "Karibu. Tunafurahi."))
    browser.post(f"/console/takes/{take.id}/approve")
    assert "The words have changed since" in browser.text
    browser.get("/console/review")
    assert "No take waits for you" in browser.text


def test_an_approved_take_can_still_be_asked_for_again(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """What turns out to be wrong later is asked for again from the page of the prompt, though it was approved."""
    take = approved(small_desk, sara, leila)
    browser = small_desk.signed_in(leila)
    browser.get("/console/library/sw/welcome")
    assert f"/console/review/{take.id}" in browser.page.text
    browser.get(f"/console/review/{take.id}")
    assert f"/console/takes/{take.id}/approve" in browser.page.text
    assert 'data-key="a"' not in browser.page.text
    browser.post(f"/console/review/{take.id}", {"reason": "A name is wrong."})
    assert room_of(small_desk).takes.take(take.id).state is TakeState.AGAIN


def test_changed_therapeutic_words_stand_beside_the_old_ones(small_desk: Desk) -> None:
    """Daniel sees what callers hear and what they would hear, with the new words marked, and agrees to them."""
    old = bring(small_desk).scripts[BREATHING].text
    bring(small_desk, with_words(small_desk.hotline.pack, BREATHING, f"{old} Unaweza kusimama."))
    daniel = small_desk.employ("Daniel", Role.SUPERVISOR)
    speaks(small_desk, daniel, "sw")
    browser = small_desk.signed_in(daniel)
    browser.get("/console/review")
    before = browser.text
    browser.get("/console/clinical/sw/breathing")
    assert "What callers hear now" in browser.text
    assert "<ins> Unaweza kusimama.</ins>" in browser.page.text
    browser.post("/console/clinical/sw/breathing", {"words": browser.hidden("words")})
    assert "These words can be recorded and heard now." in browser.text
    assert before.count("breathing · Swahili") == 1
    assert "breathing · Swahili" not in browser.text
    assert [entry.deed for entry in small_desk.deeds()][-1] == "script_reviewed"


def test_words_that_changed_while_they_were_read_aren_t_agreed_to(small_desk: Desk) -> None:
    """The words change while Daniel reads: his agreement to the old ones isn't taken for the new ones."""
    pack = bring(small_desk)
    browser = small_desk.signed_in(small_desk.employ("Daniel", Role.SUPERVISOR))
    browser.get("/console/clinical/sw/breathing")
    words = browser.hidden("words")
    bring(small_desk, with_words(pack, BREATHING, "Pumua."))
    browser.post("/console/clinical/sw/breathing", {"words": words})
    assert "The words have changed since" in browser.text
    assert "breathing · Swahili" in browser.text


def test_only_supervisors_review_clinically(small_desk: Desk, sara: Worker) -> None:
    """Sara can't open the page on which therapeutic words are agreed to, and it holds only therapeutic scripts."""
    assert small_desk.signed_in(sara).get("/console/clinical/sw/breathing").status_code == 403
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.SUPERVISOR))
    assert daniel.get("/console/clinical/sw/welcome").status_code == 404
    assert daniel.get("/console/clinical/xx/breathing").status_code == 404
