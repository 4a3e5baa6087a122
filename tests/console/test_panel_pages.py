"""Listening panels on the web: made with a code that is shown once, and what people of the place have keyed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from ivr.people.roles import Role
from ivr.recording.panel_results import PanelClip, Said
from ivr.store.tables import lines
from tests.console.desk import Browser, Desk
from tests.console.recorded import bring, room_of
from tests.hotline import TODAY

TITLE = "Women's group in the north"


@pytest.fixture
def sara(small_desk: Desk) -> Browser:
    """A programme officer at her browser."""
    bring(small_desk)
    return small_desk.signed_in(small_desk.employ("Sara", Role.STAFF))


def make_panel(browser: Browser) -> tuple[str, str]:
    """Sara makes a panel of two clips; its id and its code."""
    browser.get("/console/panels/new?language=sw")
    browser.post(
        "/console/panels/new",
        {"language": "sw", "title": TITLE, "days": "7", "clips": ["welcome", "main_menu"]},
    )
    code = re.findall(r'<p class="big"><bdi dir="ltr">(\d+)</bdi>', browser.page.text)
    panel = re.findall(r"/console/panels/([0-9a-f]{32})", browser.page.text)
    assert code, browser.text
    return panel[0], code[0]


def test_a_panel_is_made_and_its_code_is_shown_once(small_desk: Desk, sara: Browser) -> None:
    """Sara chooses a language, two clips and a week: the code is on one page with the line to ring, and never again."""
    sara.get("/console/panels/new")
    assert "Swahili" in sara.text
    panel_id, code = make_panel(sara)
    assert "+12025550100" in sara.text
    assert sara.page.headers["Cache-Control"] == "no-store"
    assert "It is open until 7 Mar 2026." in sara.text
    panels = room_of(small_desk).panels
    panel = panels.come_in(code, "", small_desk.now)
    assert (panel.id, panel.title, panel.closes_on) == (panel_id, TITLE, TODAY + timedelta(days=6))
    assert [clip.prompt for clip in panel.clips] == ["welcome", "main_menu"]
    for address in (f"/console/panels/{panel_id}", "/console/panels"):
        sara.get(address)
        assert code not in sara.page.text


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_panels_days_are_those_of_the_hotline(small_desk: Desk, sara: Browser, zone: str) -> None:
    """Far west and far east of Greenwich a panel is open from the moment it is made, and shut once it is closed."""
    with small_desk.hotline.wiring.database.begin() as connection:
        connection.execute(update(lines).values(time_zone=zone))
    here = datetime.fromtimestamp(small_desk.now, ZoneInfo(zone)).date()
    panel_id, _code = make_panel(sara)
    panels = room_of(small_desk).panels
    assert panels.panel(panel_id).is_open(here)
    sara.get(f"/console/panels/{panel_id}")
    sara.post(f"/console/panels/{panel_id}/close", {})
    assert not panels.panel(panel_id).is_open(here)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "", "days": "7", "clips": "welcome"}, "Give it a title."),
        ({"title": TITLE, "days": "0", "clips": "welcome"}, "Give a number of days between 1 and 366."),
        ({"title": TITLE, "days": "soon", "clips": "welcome"}, "Give a number of days between 1 and 366."),
        ({"title": TITLE, "days": "7"}, "Choose at least one clip."),
        ({"title": TITLE, "days": "7", "clips": "made_up"}, "Choose from what is offered."),
    ],
)
def test_what_is_missing_is_said(small_desk: Desk, sara: Browser, fields: dict[str, str], said: str) -> None:
    """A panel without a title, days or clips isn't made, and the page says what is missing."""
    sara.get("/console/panels/new?language=sw")
    sara.post("/console/panels/new", {"language": "sw", **fields})
    assert said in sara.text
    assert room_of(small_desk).panels.all() == []


def test_results_stand_with_the_panel_and_beside_the_clip(small_desk: Desk, sara: Browser) -> None:
    """Three people have listened: their answers are a sentence, bars of one scale and numbers."""
    panel_id, _code = make_panel(sara)
    panels = room_of(small_desk).panels
    panel = panels.panel(panel_id)
    for listener, said in enumerate((Said.UNDERSTOOD, Said.UNDERSTOOD, Said.OTHERWISE)):
        panels.answered(panel, f"{listener:032x}", panel.clips[0], said, TODAY)
    panels.answered(panel, "0" * 32, panel.clips[1], Said.NOT_UNDERSTOOD, TODAY)
    sara.get(f"/console/panels/{panel_id}")
    assert "3 people have listened." in sara.text
    assert "2 of 3 listeners understood it." in sara.text
    assert "0 of 1 listeners understood it." in sara.text
    widths = re.findall(r'<rect class="(\w+)" width="([\d.]+)"', sara.page.text)
    assert ("understood", "100.0") in widths
    assert ("not_understood", "50.0") in widths
    sara.get("/console/panels")
    assert "3 people have listened." in sara.text


def test_a_panel_is_closed_at_once(small_desk: Desk, sara: Browser) -> None:
    """Sara closes a panel: it isn't open any more from this moment, and what was said stays. On the same day she can
    undo it, once."""
    panel_id, code = make_panel(sara)
    sara.get(f"/console/panels/{panel_id}")
    sara.post(f"/console/panels/{panel_id}/close")
    assert "The panel is closed." in sara.text
    assert not room_of(small_desk).panels.come_in(code, "", small_desk.now).is_open(TODAY)
    sara.get("/console/panels")
    assert "closed" in sara.text
    until = room_of(small_desk).panels.panel(panel_id).opens_on.isoformat()
    for said in ("That is undone.", "This can't be undone any more"):
        sara.post(f"/console/panels/{panel_id}/reopen", {"until": until})
        assert said in sara.text
        assert room_of(small_desk).panels.come_in(code, "", small_desk.now).is_open(TODAY)
    assert sara.post(f"/console/panels/{panel_id}/reopen", {"until": "soon"}).status_code == 400


def test_panels_that_aren_t_there_answer_like_nothing(sara: Browser) -> None:
    """An address that leads to no panel and no comment says so, and nothing else."""
    for name in ("0" * 32, f"comments/{'0' * 32}", "comments/.."):
        assert sara.get(f"/console/panels/{name}").status_code == 404
    sara.get("/console/panels/new?language=sw")
    assert sara.post(f"/console/panels/{'0' * 32}/close").status_code == 404


def test_helpers_see_results_beside_a_clip_and_no_panel(small_desk: Desk, sara: Browser) -> None:
    """A reviewing helper reads how a clip was understood; panels, their codes and their comments are for staff."""
    panel_id, _code = make_panel(sara)
    panels = room_of(small_desk).panels
    panel = panels.panel(panel_id)
    panels.answered(panel, "0" * 32, PanelClip(*panel.clips[0]), Said.UNDERSTOOD, TODAY)
    joseph = small_desk.signed_in(small_desk.employ("Joseph"))
    assert joseph.get("/console/library/sw/welcome").status_code == 200
    assert joseph.get(f"/console/panels/{panel_id}").status_code == 403
