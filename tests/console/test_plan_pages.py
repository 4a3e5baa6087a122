"""A supervisor plans the shifts of helpers, and a helper answers, each at their own browser."""

from __future__ import annotations

import pytest

from ivr.people.roles import Role
from tests.console.desk import Browser, Desk, Worker
from tests.console.test_roster_pages import NIGHTS, SUNDAY_AFTERNOON, promise, shifts_of


@pytest.fixture
def both(small_desk: Desk) -> tuple[Worker, Browser, Worker, Browser]:
    """Daniel, who plans, and Joseph, who helps."""
    daniel, joseph = small_desk.employ("Daniel", Role.SUPERVISOR), small_desk.employ("Joseph")
    return daniel, small_desk.signed_in(daniel), joseph, small_desk.signed_in(joseph)


Both = tuple[Worker, Browser, Worker, Browser]


def adds(browser: Browser, helper: Worker, **changed: str) -> None:
    browser.get(f"/roster/{helper.id}/shifts/add")
    browser.post(f"/roster/{helper.id}/shifts/add", {**NIGHTS, **changed})


def test_daniel_adds_a_night_and_joseph_is_asked(small_desk: Desk, both: Both) -> None:
    """From the roster to the helper and back: it stands there as not answered, Joseph reads who asks for what on every
    page, says that he will be there, and then it is a shift like his others."""
    _, daniels, joseph, josephs = both
    assert f'href="/roster/{joseph.id}/shifts"' in daniels.get("/roster").get_data(as_text=True)
    adds(daniels, joseph)
    assert "Kept. Joseph is told, and can refuse it: then you are told." in daniels.text
    assert "Every Friday 22:00–02:00 Not answered yet" in daniels.text
    daniels.get("/roster")
    assert "22:00–02:00 Joseph Not answered yet" in daniels.text
    josephs.get("/")
    assert "Daniel asks you for a shift: Every Friday 22:00–02:00 (Nairobi)." in josephs.text
    assert "You can refuse, and nobody minds." in josephs.text
    josephs.get("/shifts")
    assert "You are asked for this" in josephs.text
    assert "asked by Daniel" in josephs.text
    (shift,) = shifts_of(small_desk, joseph)
    josephs.post(f"/shifts/{shift.id}/agree")
    assert "Thank you. The shift is yours." in josephs.text
    assert "Daniel asks you" not in josephs.text
    daniels.get("/roster")
    assert "Not answered yet" not in daniels.text


def test_joseph_refuses_and_daniel_looks_for_somebody_else(small_desk: Desk, both: Both) -> None:
    """One press, nothing to explain; Daniel reads which shift is open. A second press says that it is settled."""
    _, daniels, joseph, josephs = both
    adds(daniels, joseph)
    (shift,) = shifts_of(small_desk, joseph)
    josephs.get("/shifts")
    josephs.post(f"/shifts/{shift.id}/refuse")
    assert "That is fine. Your supervisor is told" in josephs.text
    assert shifts_of(small_desk, joseph) == []
    daniels.get("/")
    assert "Joseph can't take this shift: Every Friday 22:00–02:00 (Nairobi)." in daniels.text
    josephs.post(f"/shifts/{shift.id}/refuse")
    assert "That isn't asked of you any more." in josephs.text


def test_a_moved_shift_says_when_it_was_and_goes_back_there(small_desk: Desk, both: Both) -> None:
    """Daniel moves Joseph's night by an hour; Joseph reads both times and refuses."""
    _, daniels, joseph, josephs = both
    promise(josephs)
    (shift,) = shifts_of(small_desk, joseph)
    daniels.get(f"/roster/{joseph.id}/shifts/{shift.id}")
    daniels.post(f"/roster/{joseph.id}/shifts/{shift.id}", {**NIGHTS, "begins": "23:00"})
    josephs.get("/shifts")
    assert "Every Friday 23:00–02:00 moved by Daniel; before: Every Friday 22:00–02:00" in josephs.text
    josephs.post(f"/shifts/{shift.id}/refuse")
    assert shifts_of(small_desk, joseph) == [shift]


def test_days_and_shifts_are_left_out_taken_back_removed_and_undone(small_desk: Desk, both: Both) -> None:
    """Each is one press for Daniel, is said back, and can be undone; Joseph is told of each."""
    _, daniels, joseph, josephs = both
    promise(josephs)
    (shift,) = shifts_of(small_desk, joseph)
    theirs = f"/roster/{joseph.id}/shifts"
    daniels.get(theirs)
    daniels.post(f"{theirs}/{shift.id}/leave-out", {"on": "2026-03-06"})
    assert "Left out. Joseph is told." in daniels.text
    assert "Friday 6 Mar 22:00–02:00 Left out" in daniels.text
    assert "Daniel has left out a shift of yours: Friday 6 Mar 22:00–02:00" in read(josephs)
    daniels.post(f"{theirs}/{shift.id}/take-back", {"on": "2026-03-06"})
    assert "Daniel asks you to come after all: Friday 6 Mar" in read(josephs)
    daniels.post(f"{theirs}/{shift.id}/remove")
    assert "Daniel has taken a shift of yours off the roster" in read(josephs)
    assert shifts_of(small_desk, joseph) == []
    daniels.post(f"{theirs}/add", {name: daniels.hidden(name) for name in NIGHTS})
    assert [one.weekday for one in shifts_of(small_desk, joseph)] == [4]
    (again,) = shifts_of(small_desk, joseph)
    assert daniels.post(f"{theirs}/{again.id}/leave-out", {"on": "2026-03-07"}).status_code == 404


def read(browser: Browser) -> str:
    browser.get("/")
    return browser.text


def test_the_log_says_what_was_changed_for_whom(small_desk: Desk, both: Both) -> None:
    """Sara, an admin, reads in the audit log who has set which shift for whom."""
    _, daniels, joseph, _ = both
    adds(daniels, joseph, **SUNDAY_AFTERNOON)
    sara = small_desk.signed_in(small_desk.employ("Sara", Role.ADMIN))
    sara.get("/audit")
    assert "Daniel changed the shifts of Joseph." in sara.text
    assert "Added: Every Sunday 14:00–17:00 (Nairobi)." in sara.text


def test_a_helper_plans_for_nobody_else_and_a_supervisor_for_himself_as_ever(
    small_desk: Desk, both: Both
) -> None:
    """Joseph finds no way to Daniel's shifts, nor Mallory to answering for Joseph; Daniel's own are under My shifts."""
    daniel, daniels, joseph, josephs = both
    assert josephs.get(f"/roster/{daniel.id}/shifts").status_code == 403
    adds(daniels, joseph)
    (shift,) = shifts_of(small_desk, joseph)
    mallory = small_desk.signed_in(small_desk.employ("Mallory"))
    mallory.get("/shifts")
    assert mallory.post(f"/shifts/{shift.id}/agree").status_code == 404
    mallory.get("/shifts")
    mallory.post(f"/shifts/{shift.id}/refuse")
    assert "That isn't asked of you any more." in mallory.text
    assert shifts_of(small_desk, joseph) == [shift]
    daniels.get(f"/roster/{daniel.id}/shifts")
    assert daniels.path == "/shifts"
    for nobody in ("0" * 32, small_desk.employ("Sara", Role.STAFF).id):
        assert daniels.get(f"/roster/{nobody}/shifts").status_code == 404
