"""A listening panel by phone, webhook by webhook, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from ivr.people.tables import failures
from ivr.recording.panel_results import Panel, PanelClip
from ivr.recording.panels import NewPanel
from ivr.recording.tables import panel_answers, panels, spoken
from ivr.store.tables import calls
from tests.hotline import AMINA, Hotline
from tests.legs.phoning import Phone

CHOICES = [
    *("panel_understood", "press_1", "panel_not_understood", "press_2", "panel_otherwise", "press_3"),
    *("panel_again", "press_9"),
]
SHAS = ("a1" * 32, "b2" * 32, "c3" * 32)
DAY = timedelta(days=1)


@dataclass
class Group:
    """A panel in Swahili with three clips, and whoever comes to it."""

    hotline: Hotline
    made: NewPanel

    @property
    def panel(self) -> Panel:
        return self.hotline.wiring.recording.panels.panel(self.made.id)

    def comes(self, code: str = "", number: str = AMINA) -> Phone:
        """Somebody rings, presses hash and keys the code."""
        return Phone(self.hotline, number).key(code or self.made.code)

    def answers(self) -> list[Any]:
        with self.hotline.wiring.database.connect() as connection:
            rows = connection.execute(select(panel_answers))
            return sorted(rows, key=lambda row: (row.listener, SHAS.index(row.clip_sha)))


@pytest.fixture
def group(on_air: Hotline) -> Iterator[Group]:
    """The panel is open today, and nobody has come yet."""
    yield Group(on_air, make(on_air, today(on_air), today(on_air) + DAY))
    with on_air.wiring.database.begin() as connection:
        for table in (panels, panel_answers, spoken, failures):
            connection.execute(delete(table))


def today(hotline: Hotline) -> date:
    return datetime.fromtimestamp(hotline.clock.now + 3 * 3600, UTC).date()


def make(hotline: Hotline, opens: date, closes: date) -> NewPanel:
    clips = [PanelClip(f"text_{place}", sha, 4.0) for place, sha in enumerate(SHAS)]
    return hotline.wiring.recording.panels.make(
        title="Women's group, Mwanza",
        language="sw",
        clips=clips,
        opens=opens,
        closes=closes,
        by="sara",
        now=1.0,
    )


def test_a_listener_hears_each_clip_and_says_whether_it_is_understood(group: Group) -> None:
    """Zuhura keys one, two and three: her three answers stay together under a random id, and the line thanks her."""
    phone = group.comes()
    assert phone.heard == ["panel_hello", SHAS[0], *CHOICES]
    assert phone.key("1").heard == ["panel_next", SHAS[1], *CHOICES]
    assert phone.key("2").heard == ["panel_next", SHAS[2], *CHOICES]
    phone.key("3")
    assert (phone.heard, phone.records) == (["panel_speak"], True)
    assert 'maxLength="60"' in phone.text
    phone.speak(9, Digits="#")
    assert phone.heard == ["panel_end", "panel_next_listener", "press_1"]
    assert phone.silent().heard == ["panel_goodbye"]
    answers = group.answers()
    assert [row.answer for row in answers] == ["understood", "not_understood", "otherwise"]
    assert len({row.listener for row in answers}) == 1
    [row] = phone.rows()
    assert (row.kind, row.of, row.state) == ("comment", answers[2].id, "waiting")


def test_everything_is_said_in_the_language_of_the_panel(group: Group) -> None:
    """The group speaks Swahili, whatever the first language of the line is."""
    phone = group.comes()
    played = re.findall(r"/media/([0-9a-f]{64})\.wav", phone.text)
    assert {phone.clips[sha][1] for sha in played if sha in phone.clips} == {"sw"}


def test_nine_plays_it_again_and_silence_once_more(group: Group) -> None:
    """She asks for it again twice, then hesitates: it comes once more by itself, and then the next one."""
    phone = group.comes()
    assert phone.key("9").heard == [SHAS[0], *CHOICES]
    assert phone.key("9").heard == [SHAS[0], *CHOICES]
    assert phone.silent().heard == [SHAS[0], *CHOICES]
    assert phone.silent().heard == ["panel_next", SHAS[1], *CHOICES]
    assert [row.answer for row in group.answers()] == [""]


def test_a_phone_that_nobody_holds_any_more_is_hung_up(group: Group) -> None:
    """Three clips without a key: the line says goodbye, and no answer is made up."""
    phone = group.comes()
    for _ in range(6):
        phone.silent()
    assert (phone.heard, phone.is_over) == (["panel_goodbye"], True)
    assert [row.answer for row in group.answers()] == ["", "", ""]


def test_the_next_listener_follows_on_the_same_phone(group: Group) -> None:
    """Neema takes the phone from Zuhura: she hears what it is about, and her answers are hers."""
    phone = group.comes().key("1").key("1").key("1")
    assert phone.key("1").heard == ["panel_hello", SHAS[0], *CHOICES]
    phone.key("2").key("2").key("2")
    by_listener: dict[str, list[str]] = {}
    for row in group.answers():
        by_listener.setdefault(row.listener, []).append(row.answer)
    assert sorted(by_listener.values()) == [["not_understood"] * 3, ["understood"] * 3]


def test_who_would_rather_not_speak_goes_on(group: Group) -> None:
    """She presses a key at the tone: her answer counts, and no comment is kept."""
    phone = group.comes().key("3")
    phone.speak(0)
    assert phone.heard == ["panel_next", SHAS[1], *CHOICES]
    assert [row.state for row in phone.rows()] == ["unwanted"]
    phone.key("3").silent()
    assert phone.heard == ["panel_next", SHAS[2], *CHOICES]
    assert [row.answer for row in group.answers()] == ["otherwise", "otherwise"]


def test_what_was_said_before_hanging_up_is_kept(group: Group) -> None:
    """She speaks and puts the phone down: what she wanted to say is there."""
    phone = group.comes().key("3")
    phone.hang_up()
    phone.speak(7, Digits="hangup", CallStatus="completed")
    assert [row.state for row in phone.rows()] == ["waiting"]


def test_the_same_webhook_twice_is_one_answer(group: Group) -> None:
    """The provider asks twice: one answer, one comment."""
    phone = group.comes()
    before = phone.reply
    phone.key("1")
    phone.reply = before
    phone.key("1")
    assert len(group.answers()) == 1


def test_what_was_taken_back_is_heard_by_no_listener(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sara takes two of three recordings back while a panel is open: listeners hear the one that is left, and of a
    panel with nothing left they are told that it isn't open."""
    gone = {SHAS[0], SHAS[2]}
    rooms = group.hotline.wiring.recording.panels
    monkeypatch.setattr(rooms, "is_withdrawn", lambda sha: sha in gone)
    phone = group.comes()
    assert phone.heard[:2] == ["panel_hello", SHAS[1]]
    assert phone.key("1").heard[0] == "panel_end"
    assert len(group.answers()) == 1
    gone.add(SHAS[1])
    assert group.comes().heard == ["panel_not_open"]


def test_closing_lets_nobody_else_in_though_the_phone_goes_round(group: Group) -> None:
    """Whoever is listening when Sara closes the panel comes to the end; the next in the group isn't let in."""
    phone = group.comes()
    group.hotline.wiring.recording.panels.close(group.made.id, today(group.hotline), "sara", 1.0)
    for _ in SHAS:
        phone.key("1")
    assert phone.heard[0] == "panel_end"
    assert phone.key("1").heard == ["panel_not_open"]
    assert len(group.answers()) == 3


@pytest.mark.parametrize("days", [(-2, -1), (1, 2)], ids=["over", "not begun"])
def test_a_panel_that_is_not_open_lets_nobody_in(group: Group, days: tuple[int, int]) -> None:
    """The code is right and the day is wrong: that is said kindly, and nothing is played."""
    first = today(group.hotline)
    made = make(group.hotline, first + days[0] * DAY, first + days[1] * DAY)
    phone = group.comes(made.code)
    assert (phone.heard, phone.is_over) == (["panel_not_open"], True)


def test_a_wrong_code_is_asked_for_again_and_ends(group: Group) -> None:
    """Three wrong codes, and the call is over."""
    wrong = "1" * 7 if group.made.code != "1" * 7 else "2" * 7
    phone = group.comes(wrong)
    assert phone.heard == ["door_wrong", "door_code"]
    assert phone.key(group.made.code).heard[0] == "panel_hello"
    phone = group.comes(wrong).key(wrong).key(wrong)
    assert (phone.heard, phone.is_over) == (["door_wrong", "helper_goodbye"], True)


def test_mallory_cannot_go_on_guessing_from_her_phone(group: Group) -> None:
    """After a dozen wrong codes hers are looked at no more, right ones neither; another phone still comes in. So it is
    from the first day, when no caller's number was ever kept."""
    mallory = "+12025550166"
    wrong = "1" * 7 if group.made.code != "1" * 7 else "2" * 7
    heard = [group.comes(wrong, mallory).heard for _ in range(13)]
    assert heard[0] == ["door_wrong", "door_code"]
    assert heard[-1] == ["door_shut", "helper_goodbye"]
    assert group.comes(number=mallory).heard == ["door_shut", "helper_goodbye"]
    assert group.comes().heard[0] == "panel_hello"


def test_right_codes_are_never_counted(group: Group) -> None:
    """Twenty listeners ring from the phone of their centre, one after the other, and all are let in."""
    assert {group.comes().heard[0] for _ in range(20)} == {"panel_hello"}


def test_a_listeners_call_is_no_callers_call(group: Group) -> None:
    """Among the calls that are kept it is marked as a panel's, so nobody counts it as somebody who asked for help."""
    with group.hotline.wiring.database.begin() as connection:
        connection.execute(delete(calls))
    group.comes().hang_up()
    with group.hotline.wiring.database.connect() as connection:
        assert list(connection.execute(select(calls.c.ended)).scalars()) == ["panel"]


def test_a_line_without_the_words_lets_nobody_in(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack on air has no words for panels: no code fits."""
    get = group.hotline.wiring.releases.get

    def silent(release_id: str) -> Any:
        release = get(release_id)
        return replace(
            release, clips={key: clip for key, clip in release.clips.items() if key[0] != "panel_end"}
        )

    monkeypatch.setattr(group.hotline.wiring.releases, "get", silent)
    assert group.comes().heard == ["door_wrong", "door_code"]
