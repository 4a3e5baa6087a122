"""Whoever has asked for a call and rings again: is told so, keeps it, changes it, or takes it back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from ivr.callbacks.windows import NOW_SECONDS
from ivr.store.callback_tables import callbacks
from tests.calls.what_is_kept import forget_wishes
from tests.hotline import Hotline

ASK = "1111222"
"""English, to talk to someone, yes; as soon as possible, don't say who, don't speak to others, a man."""
TO_TALK = "11"


@pytest.fixture
def hotline(on_air: Hotline) -> Hotline:
    """A hotline that Amina has asked for a call in an earlier call."""
    forget_wishes(on_air)
    on_air.ring().press(ASK).hang_up()
    return on_air


def the_callback(hotline: Hotline) -> dict[str, Any]:
    with hotline.wiring.database.connect() as connection:
        return dict(connection.execute(select(callbacks)).mappings().one())


def test_asking_again_tells_that_it_is_noted(hotline: Hotline) -> None:
    """Amina rings again and asks to talk: she is told that a call is noted, and how long it may take."""
    call = hotline.ring().press(TO_TALK)
    assert call.prompts[0] == "asked_already"
    assert call.prompts[1].startswith("wait_")
    assert {"to_cancel_it", "to_change_it", "to_keep_it"} <= set(call.prompts)


def test_silence_keeps_the_call(hotline: Hotline) -> None:
    """Amina says nothing to that: the call stays noted as it was."""
    before = the_callback(hotline)
    call = hotline.ring().press(TO_TALK).wait().wait()
    assert call.prompts == ["call_kept"]
    assert the_callback(hotline) == before


def test_one_key_takes_the_call_back(hotline: Hotline) -> None:
    """Amina presses 1: the call is taken back for good, and asking anew is a new wish."""
    call = hotline.ring().press(TO_TALK).press("1")
    assert call.prompts == ["call_cancelled"]
    assert (the_callback(hotline)["state"], the_callback(hotline)["ending"]) == ("closed", "withdrawn")
    call.hang_up()
    assert hotline.ring().press(TO_TALK).prompts[0] == "may_we_call"


def test_a_call_that_is_under_way_is_not_taken_back(hotline: Hotline) -> None:
    """Joseph talks with her already: whoever rings is told that it is too late, and nothing is taken from his hands."""
    with hotline.wiring.database.begin() as connection:
        connection.execute(update(callbacks).values(state="talking"))
    assert hotline.ring().press(TO_TALK).press("1").prompts == ["call_not_cancelled"]
    assert the_callback(hotline)["state"] == "talking"


def test_silence_takes_no_answer_back(hotline: Hotline) -> None:
    """Amina rings from a place where she can't press a key: what she said before still holds."""
    before = the_callback(hotline)
    heard_in_silence(hotline)
    assert the_callback(hotline) == before


def test_silence_tells_nobody_that_a_call_is_noted(hotline: Hotline) -> None:
    """Mallory rings with Amina's number on the display and presses nothing: he hears what everybody hears."""
    noted = heard_in_silence(hotline)
    forget_wishes(hotline)
    assert heard_in_silence(hotline) == noted
    assert "asked_already" not in noted


def test_a_no_without_other_keys_tells_of_the_call_that_is_noted(hotline: Hotline) -> None:
    """Amina presses the no of those who press nothing else: no new call is noted, and she hears how to cancel hers."""
    call = hotline.ring().press("1").wait().wait().wait()
    assert call.prompts[0] == "if_you_cannot_press"
    assert call.press("2").prompts[0] == "asked_already"
    assert call.press("1").prompts == ["call_cancelled"]


def heard_in_silence(hotline: Hotline) -> list[str]:
    """Whatever is said to somebody who presses a language and nothing more; how long it may take aside."""
    call = hotline.ring().press("1")
    heard: list[str] = []
    while "goodbye" not in call.prompts:
        heard += call.prompts
        call.wait()
    return [prompt for prompt in heard if not prompt.startswith("wait_")]


def test_answers_that_are_not_asked_for_again_stay(hotline: Hotline) -> None:
    """Amina asked for a man to call her; in urgent need she isn't asked that again, and it still holds."""
    call = hotline.ring().press("10")
    while "to_ask_for_a_call" not in call.prompts:
        call.wait()
    call.press("1").press("3").press("2").press("2")
    assert call.prompts[0] == "crisis_noted"
    row = the_callback(hotline)
    assert json.loads(row["wishes"])["helper_gender"] == "a_man"
    assert json.loads(row["wishes"])["safe_when"] == "in_the_evening"
    assert (row["need"], row["priority"], row["gender"]) == ("crisis", 0, "man")


def test_a_crisis_does_not_wait_for_the_evening_of_another_call(hotline: Hotline) -> None:
    """Amina asked for a call in the evening; at night she presses zero and can't press anything more. She may be rung
    at once, and in that night."""
    with hotline.wiring.database.begin() as connection:
        wishes = json.dumps({"safe_when": "in_the_evening", "say_who": "answer_no"})
        connection.execute(update(callbacks).values(wishes=wishes, ready=False))
    until_it_is(3, hotline)
    crisis_in_silence(hotline)
    row = the_callback(hotline)
    assert json.loads(row["wishes"]) == {"say_who": "answer_no"}
    assert (row["crisis"], row["ready"], row["not_before"] <= hotline.clock.now) == (True, True, True)
    assert (row["asked_at"], row["until"]) == (row["not_before"], row["asked_at"] + NOW_SECONDS)


def test_a_crisis_in_the_evening_may_be_rung_in_the_night_after(hotline: Hotline) -> None:
    """Amina asked for an ordinary call days ago, and presses zero at nine in the evening: half an hour later night
    falls, and she may be rung all the same. What she asked for then would have had her wait until the morning."""
    with hotline.wiring.database.begin() as connection:
        connection.execute(update(callbacks).values(asked_at=callbacks.c.asked_at - 2 * 86_400))
    until_it_is(21, hotline)
    crisis_in_silence(hotline)
    row = the_callback(hotline)
    assert row["asked_at"] > hotline.clock.now - 600
    assert row["until"] == row["asked_at"] + NOW_SECONDS


def test_who_asks_in_a_crisis_by_day_keeps_her_place(hotline: Hotline) -> None:
    """By day she may be rung at once anyway: it still counts since when she waits."""
    until_it_is(10, hotline)
    before = the_callback(hotline)
    crisis_in_silence(hotline)
    row = the_callback(hotline)
    assert (row["crisis"], row["asked_at"]) == (True, before["asked_at"])


def until_it_is(hour: int, hotline: Hotline) -> None:
    """It becomes this hour where Amina is."""
    there = ZoneInfo(the_callback(hotline)["time_zone"].partition(",")[0])
    hotline.clock.forward((hour - datetime.fromtimestamp(hotline.clock.now, there).hour) % 24 * 3600.0)


def crisis_in_silence(hotline: Hotline) -> None:
    """Amina presses zero, and nothing after it."""
    call = hotline.ring().press("10")
    while "quiet_noted" not in call.prompts:
        call.wait()
    call.hang_up()


def test_urgent_stays_urgent(hotline: Hotline) -> None:
    """Somebody in crisis who later changes when it is safe to call doesn't lose her place before all others."""
    with hotline.wiring.database.begin() as connection:
        connection.execute(update(callbacks).values(need="crisis", priority=0, crisis=True))
    call = hotline.ring().press(TO_TALK).press("2#").press("2").press("222")
    assert call.prompts[0] == "callback_noted"
    row = the_callback(hotline)
    assert (row["need"], row["priority"], bool(row["crisis"])) == ("crisis", 0, True)
    assert json.loads(row["wishes"])["safe_when"] == "in_the_morning"
