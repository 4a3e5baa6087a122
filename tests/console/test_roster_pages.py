"""Shifts and the roster at the pages: what helpers promise, how they stand, and what a supervisor sees of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.audit.deeds import Deed
from ivr.people.helpers import Helper
from ivr.people.refusals import NoSuchShift
from ivr.people.roles import Role
from ivr.people.roster import Shift
from ivr.people.wellbeing import Standing
from tests.console.desk import Browser, Desk, Worker
from tests.hotline import make_hotline

HOUR = 3600.0
NIGHTS = {"day": "every-4", "begins": "22:00", "ends": "02:00", "time_zone": "Africa/Nairobi"}
SUNDAY_AFTERNOON = {"day": "every-6", "begins": "14:00", "ends": "17:00", "time_zone": "Africa/Nairobi"}
"""The clock of the tests stands at three on a Sunday afternoon in Nairobi."""


def shifts_of(desk: Desk, worker: Worker) -> list[Shift]:
    with desk.hotline.wiring.database.connect() as connection:
        return desk.hotline.wiring.people.shifts.of_person(connection, worker.id, desk.now)


def helper(desk: Desk, worker: Worker) -> Helper:
    with desk.hotline.wiring.database.connect() as connection:
        return desk.hotline.wiring.people.helpers.helper(connection, worker.id, desk.now)


def promise(browser: Browser, **changed: str) -> None:
    browser.get("/shifts/add")
    browser.post("/shifts/add", {**NIGHTS, **changed})


def presses(browser: Browser, deed: str) -> None:
    browser.get("/shifts")
    browser.post("/on-call", {"deed": deed})


def test_joseph_promises_a_night_and_moves_it(desk: Desk) -> None:
    """He chooses day and times from lists, reads them as he said them, changes them, and reads them again."""
    joseph = desk.employ("Joseph")
    browser = desk.signed_in(joseph)
    assert "No shift in the next 14 days" in browser.get("/shifts").text
    promise(browser)
    assert "Your shift is kept." in browser.text
    assert "Every Friday 22:00–02:00" in browser.text
    assert "Friday 6 Mar 22:00–02:00" in browser.text
    (shift,) = shifts_of(desk, joseph)
    browser.get(f"/shifts/{shift.id}")
    browser.post(f"/shifts/{shift.id}", {**NIGHTS, "day": "2026-03-03", "ends": "01:00"})
    assert "Tuesday 3 Mar 22:00–01:00" in browser.text
    assert [one.id for one in shifts_of(desk, joseph)] == [shift.id]


def test_a_shift_by_another_clock_says_so(small_desk: Desk) -> None:
    """Leila is in Berlin this week: her shift goes by the clock there, and its days stand here by her own."""
    browser = small_desk.signed_in(small_desk.employ("Leila"))
    promise(browser, day="every-0", begins="09:00", ends="12:00", time_zone="Europe/Berlin")
    assert "Every Monday 09:00–12:00 by the clock of Berlin" in browser.text
    assert "Monday 2 Mar 11:00–14:00" in browser.text


def test_a_long_night_says_how_much_of_it_counts(small_desk: Desk) -> None:
    """Joseph promises eight hours and is told that he is asked in the first four."""
    browser = small_desk.signed_in(small_desk.employ("Joseph"))
    promise(browser, ends="06:00")
    assert "asked for calls in its first 4 hours" in browser.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends": "22:00"}, "A shift lasts 12 hours at most"),
        ({"ends": "11:00"}, "A shift lasts 12 hours at most"),
        ({"day": "2026-03-01", "begins": "10:00", "ends": "11:00"}, "That time is over already"),
        ({"day": "every-9"}, "Choose from what is offered"),
        ({"day": "tomorrow"}, "Choose from what is offered"),
        ({"begins": "25:00"}, "Choose from what is offered"),
        ({"time_zone": "Middle-earth/Bree"}, "Choose from what is offered"),
    ],
)
def test_a_shift_that_cannot_be_is_explained(small_desk: Desk, changed: dict[str, str], said: str) -> None:
    """No length, too long, over already, or nothing of the lists: the page says what is wrong and keeps nothing."""
    joseph = small_desk.employ("Joseph")
    browser = small_desk.signed_in(joseph)
    promise(browser, **changed)
    assert said in browser.text
    assert "This isn't done yet" in browser.text
    assert shifts_of(small_desk, joseph) == []


def test_a_removed_shift_comes_back_by_one_press(small_desk: Desk) -> None:
    """Joseph removes the wrong one, and the way back is on the page that says so."""
    joseph = small_desk.employ("Joseph")
    browser = small_desk.signed_in(joseph)
    promise(browser)
    (shift,) = shifts_of(small_desk, joseph)
    browser.post(f"/shifts/{shift.id}/remove")
    assert "The shift is removed." in browser.text
    assert shifts_of(small_desk, joseph) == []
    browser.post("/shifts/add", {name: browser.hidden(name) for name in NIGHTS})
    (again,) = shifts_of(small_desk, joseph)
    assert (again.weekday, again.begins, again.ends) == (shift.weekday, shift.begins, shift.ends)


def test_one_night_is_left_out_and_taken_back(small_desk: Desk) -> None:
    """Joseph is away on one Friday, and then he isn't; a day without the shift is no page."""
    joseph = small_desk.employ("Joseph")
    browser = small_desk.signed_in(joseph)
    promise(browser)
    (shift,) = shifts_of(small_desk, joseph)
    browser.post(f"/shifts/{shift.id}/leave-out", {"on": "2026-03-06"})
    assert "Friday 6 Mar 22:00–02:00 Left out" in browser.text
    browser.post(f"/shifts/{shift.id}/take-back", {"on": "2026-03-06"})
    assert "Left out" not in browser.text
    for day in ("2026-03-07", "friday", ""):
        browser.get("/shifts")
        assert browser.post(f"/shifts/{shift.id}/leave-out", {"on": day}).status_code == 404


def test_mallory_touches_no_shift_of_joseph(small_desk: Desk) -> None:
    """She works here too, and finds nothing at the addresses of his shift."""
    joseph, mallory = small_desk.employ("Joseph"), small_desk.employ("Mallory")
    promise(small_desk.signed_in(joseph))
    (shift,) = shifts_of(small_desk, joseph)
    browser = small_desk.signed_in(mallory)
    assert browser.get(f"/shifts/{shift.id}").status_code == 404
    for deed, fields in (
        ("", NIGHTS),
        ("/remove", {}),
        ("/leave-out", {"on": "2026-03-06"}),
        ("/take-back", {}),
    ):
        browser.get("/shifts")
        assert browser.post(f"/shifts/{shift.id}{deed}", fields).status_code == 404, deed
    assert shifts_of(small_desk, joseph) == [shift]
    with small_desk.hotline.wiring.database.connect() as connection, pytest.raises(NoSuchShift):
        small_desk.hotline.wiring.people.shifts.shift(connection, mallory.id, shift.id)


def test_on_call_off_call_paused_and_rung_by_one_press_each(desk: Desk) -> None:
    """Every switch does what it says, is said back in plain words, and a second press changes nothing."""
    leila = desk.employ("Leila")
    browser = desk.signed_in(leila)
    browser.get("/shifts")
    assert "You aren't on call now" in browser.text
    for _ in range(2):
        presses(browser, "on")
        assert "You went on call yourself, until 03:00 at most." in browser.text
    presses(browser, "pause")
    assert helper(desk, leila).state.paused
    assert "End the break" in browser.text
    presses(browser, "back")
    assert "You are on call, and free." in browser.text
    presses(browser, "quarter")
    assert "End the break" in browser.text
    desk.hotline.clock.forward(901)
    browser.get("/shifts")
    assert "You are on call, and free." in browser.text
    presses(browser, "silent")
    assert "Your phone isn't rung." in browser.text
    assert not helper(desk, leila).state.rung
    presses(browser, "ring")
    assert helper(desk, leila).state.rung
    presses(browser, "off")
    assert "You went off call." in browser.text
    presses(browser, "nothing of the kind")
    assert helper(desk, leila).stretch is None


def test_coming_back_within_a_shift_follows_the_roster_again(small_desk: Desk) -> None:
    """Joseph goes off for half an hour of his shift: on again means until its end, not until the morning."""
    joseph = small_desk.employ("Joseph")
    browser = small_desk.signed_in(joseph)
    promise(browser, **SUNDAY_AFTERNOON)
    assert "You are on call by the roster, until 17:00." in browser.text
    presses(browser, "off")
    small_desk.hotline.clock.forward(0.5 * HOUR)
    presses(browser, "on")
    assert "You are on call by the roster, until 17:00." in browser.text


def test_after_three_hard_calls_the_page_says_until_when_to_rest(small_desk: Desk) -> None:
    """Joseph reads how many hard calls he has had, and until when nobody asks him for another."""
    joseph = small_desk.employ("Joseph")
    browser = small_desk.signed_in(joseph)
    presses(browser, "on")
    with small_desk.hotline.wiring.database.begin() as connection:
        for call in range(3):
            ended = small_desk.now - 3 * 900 + call * 900
            small_desk.hotline.wiring.people.helpers.talked(
                connection, f"{call}" * 32, joseph.id, ended - 600, ended, hard=True
            )
    browser.get("/shifts")
    assert "You have had 3 hard calls in a row." in browser.text
    assert "Take a break until 15:30. You aren't rung before then." in browser.text


def test_the_rules_of_this_hotline_are_said_where_they_hold(tmp_path: Path) -> None:
    """A programme asks less of its helpers: two hours on call, a break of an hour after two hard calls, and no rest
    after an ordinary one. Joseph reads that on his page and Daniel on the roster, and it is what binds."""
    care = {"on_call_hours": 2, "hard_calls": 2, "hard_calls_break_minutes": 60, "wrap_up_minutes": 0}
    desk = Desk(make_hotline(tmp_path / "data", **care))
    joseph, daniel = desk.employ("Joseph"), desk.employ("Daniel", Role.SUPERVISOR)
    at_josephs = desk.signed_in(joseph)
    promise(at_josephs, **SUNDAY_AFTERNOON)
    assert "in its first 2 hours" in at_josephs.text
    assert "After 2 hard calls in a row you rest for 60 minutes." in at_josephs.text
    assert "After 2 hours on call you are asked no more" in at_josephs.text
    assert "for yourself" not in at_josephs.text
    roster = desk.signed_in(daniel).get("/roster").text
    assert "After 2 hard calls in a row a helper rests for 60 minutes." in roster
    assert "After 2 hours on call a helper is asked no more" in roster
    assert helper(desk, joseph).verdict.standing is Standing.FREE
    desk.hotline.clock.forward(1.5 * HOUR)
    assert helper(desk, joseph).verdict.standing is Standing.DONE_FOR_TODAY
    desk.hotline.wiring.database.dispose()


def test_a_supervisor_sees_the_week_and_when_nobody_is_there(desk: Desk) -> None:
    """Daniel reads who is there, who speaks what, what was left out, and the hours in which nobody is."""
    daniel, joseph = desk.employ("Daniel", Role.SUPERVISOR), desk.employ("Joseph")
    desk.hotline.wiring.people.profiles.change(
        joseph.id, name="Joseph", languages=["sw"], gender="", time_zone="", reads="", now=desk.now
    )
    at_josephs = desk.signed_in(joseph)
    promise(at_josephs, **SUNDAY_AFTERNOON)
    promise(at_josephs)
    (nights,) = [one for one in shifts_of(desk, joseph) if one.weekday == 4]
    at_josephs.post(f"/shifts/{nights.id}/leave-out", {"on": "2026-03-06"})
    page = desk.signed_in(daniel).get("/roster")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)).replace("⁨", "").replace("⁩", "")
    assert "nobody is on shift for 165 hours in all" in text
    assert "Nobody at all 165 hours" in text
    assert "Sunday 1 Mar 17:00 – Sunday 8 Mar 14:00" in text
    assert "Nobody who speaks French" in text
    assert "Nobody who speaks Swahili" not in text
    assert "22:00–02:00 Joseph Left out" in text
    assert "Now: 1 on call, 1 free" in text


def test_a_helper_does_not_see_the_roster_of_all(small_desk: Desk) -> None:
    """When colleagues are there is for whoever plans it."""
    browser = small_desk.signed_in(small_desk.employ("Joseph"))
    assert browser.get("/roster").status_code == 403
    assert "Roster" not in browser.get("/").text


def test_daniel_says_who_is_trained_and_takes_it_back(small_desk: Desk) -> None:
    """Whoever is trained is rung for a life at risk; the audit log says who said so, and one press undoes it."""
    daniel, leila = small_desk.employ("Daniel", Role.SUPERVISOR), small_desk.employ("Leila")
    browser = small_desk.signed_in(daniel)
    browser.get("/roster")
    browser.post(f"/roster/{leila.id}/training", {"trained": "yes"})
    assert "Leila is rung when a life may be at risk." in browser.text
    assert helper(small_desk, leila).state.crisis_trained
    assert "trained for crises" in small_desk.signed_in(leila).get("/shifts").text
    browser.post(f"/roster/{leila.id}/training", {"trained": browser.hidden("trained")})
    assert not helper(small_desk, leila).state.crisis_trained
    deeds = [(one.who, one.about) for one in small_desk.deeds() if one.deed == Deed.TRAINING_CHANGED]
    assert deeds == [(daniel.id, leila.id)] * 2


def test_daniel_has_talked_with_whoever_had_a_life_at_risk(small_desk: Desk) -> None:
    """Joseph stands at the top until Daniel has talked with him; then he can be asked again, and the log says it."""
    daniel, joseph = small_desk.employ("Daniel", Role.SUPERVISOR), small_desk.employ("Joseph")
    with small_desk.hotline.wiring.database.begin() as connection:
        small_desk.hotline.wiring.people.helpers.owe_debrief(connection, joseph.id)
    browser = small_desk.signed_in(daniel)
    assert "Had a call with a life at risk" in browser.get("/roster").text
    for _ in range(2):
        browser.get("/roster")
        browser.post(f"/roster/{joseph.id}/debriefed")
        assert "Joseph can be asked for calls again." in browser.text
    assert not helper(small_desk, joseph).state.owes_debrief
    deeds = [(one.who, one.about) for one in small_desk.deeds() if one.deed == Deed.DEBRIEFED]
    assert deeds == [(daniel.id, joseph.id)]


@pytest.mark.parametrize("address", ["/roster/{nobody}/training", "/roster/{sara}/debriefed"])
def test_whoever_is_no_helper_has_no_place_in_the_roster(small_desk: Desk, address: str) -> None:
    """Nobody of this id, or somebody who records: there is no such page."""
    daniel, sara = small_desk.employ("Daniel", Role.SUPERVISOR), small_desk.employ("Sara", Role.STAFF)
    browser = small_desk.signed_in(daniel)
    browser.get("/roster")
    assert browser.post(address.format(nobody="0" * 32, sara=sara.id)).status_code == 404


@pytest.mark.parametrize(("language", "said"), [("fr", "Chaque vendredi"), ("ar", "الجمعة")])
def test_shifts_are_said_in_the_readers_language(small_desk: Desk, language: str, said: str) -> None:
    """Days and hours too, and the hours are never turned around."""
    browser = small_desk.signed_in(small_desk.employ("Joseph"), language)
    promise(browser)
    assert said in browser.text
    assert '<bdi class="tabular" dir="ltr">22:00–02:00</bdi>' in browser.page.text
