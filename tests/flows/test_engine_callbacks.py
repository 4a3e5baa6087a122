"""Asking for a call, asking again, taking it back, and being told honestly how long it may take."""

from __future__ import annotations

import pytest

from flows.effects import AskKeys, EndCall, FindCallback, RequestCallback, WithdrawCallback
from flows.inputs import CallbackAnswered, CallbackFound, CallbackWithdrawn, Facts
from flows.model import Branch, Callback, Choice, Menu, Node, Option, Pack, Play, Rate, Withdraw
from flows.session import Session
from tests.flows.driving import Call
from tests.flows.small_packs import small_pack

ASK_AGAIN: tuple[Node, ...] = (
    Menu("door", ("door",), (Option("1", "to_talk", "before"), Option("2", "to_stay", "door"))),
    Branch("before", "callback", (("waiting", "already"),), "ask"),
    Menu(
        "already",
        ("already", "$waiting_time"),
        (Option("1", "to_cancel", "cancel"), Option("3", "to_keep", "later")),
        "later",
        1,
    ),
    Withdraw("cancel", "cancelled", "too_late"),
    Play("cancelled", ("cancelled",), "main"),
    Play("too_late", ("too_late",), "main"),
    Callback("ask", "support", "noted", "goodbye"),
    Play("noted", ("noted", "$waiting_time"), "later"),
    Play("later", ("later", "$waiting_time"), "main"),
)


def asking_again() -> Pack:
    return small_pack(*ASK_AGAIN)


def noted_today() -> Call:
    """A call in which a callback is noted that comes today."""
    call = Call(asking_again()).press("1").give(CallbackFound("none"))
    return call.give(CallbackAnswered("noted", "wish", "wait_today"))


def test_the_waiting_time_is_the_one_that_was_told() -> None:
    """Whoever is told that a call comes today hears so wherever the flow says it, however much later in the call."""
    call = noted_today()
    assert call.said == ["noted", "wait_today"]
    call.silent()
    assert call.said == ["later", "wait_today"]
    assert Session.from_json(call.session.to_json()).waiting == "wait_today"


@pytest.mark.parametrize("told", ["", "wait_for_ever", "goodbye"])
def test_nobody_is_told_a_waiting_time_that_nobody_knows(told: str) -> None:
    """Where nothing is known of the time, or a word comes that no clip was recorded for, the caller is told honestly
    that we can't say."""
    call = Call(asking_again()).press("1").give(CallbackFound("none"))
    assert call.give(CallbackAnswered("noted", "wish", told)).said == ["noted", "wait_unknown"]


def test_only_calls_that_come_to_the_question_look_for_an_earlier_wish() -> None:
    """A call that never asks to talk costs no look into the book of callbacks."""
    call = Call(asking_again())
    assert isinstance(call.last, AskKeys)
    assert isinstance(call.press("2").last, AskKeys)
    assert call.press("1").last == FindCallback()


def test_a_phone_that_hides_its_number_has_asked_for_nothing() -> None:
    """Without a number there is nothing to look for."""
    call = Call(asking_again(), Facts(number="no")).press("1")
    assert call.last == RequestCallback("support", "en", ())


def test_what_was_asked_for_in_this_call_needs_no_looking_for() -> None:
    """Amina has asked in this very call and comes to the question again: she is told that it is noted."""
    call = noted_today().silent(2).press("*").press("*")
    while call.at[1] != "door":
        call.press("*")
    assert call.press("1").said[:2] == ["already", "wait_today"]


def test_an_earlier_wish_is_told_of_with_its_time() -> None:
    """Amina asked yesterday: she hears that it is noted, how long it may still take, and isn't asked anything again."""
    call = Call(asking_again()).press("1").give(CallbackFound("waiting", "wait_some_days"))
    assert call.said[:2] == ["already", "wait_some_days"]
    assert call.silent().said == ["later", "wait_some_days"]


def test_a_call_taken_back_is_not_asked_for_by_silence() -> None:
    """Amina takes her wish back and lays the phone aside: her silence doesn't ask for another call."""
    call = Call(asking_again()).press("1").give(CallbackFound("waiting", "wait_today")).press("1")
    assert call.last == WithdrawCallback()
    assert call.give(CallbackWithdrawn(done=True)).said == ["cancelled"]
    while not call.over:
        assert not isinstance(call.silent().last, RequestCallback)
    assert isinstance(call.last, EndCall)
    assert call.session.node == "goodbye"


def test_a_call_taken_back_can_be_asked_for_again() -> None:
    """Amina takes her wish back, and then thinks better of it: a key asks again, and her no is forgotten."""
    call = Call(asking_again()).press("1").give(CallbackFound("waiting")).press("1")
    call.give(CallbackWithdrawn(done=True)).silent().press("1")
    assert call.last == RequestCallback("support", "en", ())
    call.give(CallbackAnswered("noted", "another"))
    assert call.session.said_no == ""
    assert call.session.asked == (("support", "another"),)


def test_what_cannot_be_taken_back_is_told_so() -> None:
    """A helper is calling already: Amina is told that it is too late, and what is noted stays noted."""
    call = Call(asking_again()).press("1").give(CallbackFound("waiting", "wait_today")).press("1")
    assert call.give(CallbackWithdrawn(done=False)).said == ["too_late"]
    assert call.session.said_no == ""


def test_answers_that_come_out_of_turn_change_nothing() -> None:
    """Word of a callback where nobody has asked for any leaves the caller at her screen."""
    call = Call(asking_again())
    for stray in (CallbackFound("waiting", "wait_today"), CallbackWithdrawn(done=True)):
        assert call.give(stray).at == ("first", "door")
        assert call.session.said_no == call.session.waiting == ""


MAY_WE: tuple[Node, ...] = (
    Menu("door", ("door",), (Option("1", "to_talk", "may_we"), Option("2", "to_stay", "main"))),
    Menu(
        "may_we",
        ("may_we",),
        (Option("1", "yes", "when"), Option("2", "no", "declined")),
        "offered",
        2,
    ),
    Rate("when", ("when",), (Choice("1", "soon"), Choice("2", "late")), "safe_when", "who", "who"),
    Rate("who", ("who",), (Choice("1", "yes"), Choice("2", "no")), "say_who", "ask", "ask"),
    Callback("ask", "support", "main", "main", ("safe_when", "say_who")),
    Play("declined", ("declined",), "main"),
)


def test_a_no_to_being_called_holds_until_the_call_ends() -> None:
    """Amina says that we may not call this phone, and falls silent: no silence asks for a call any more."""
    call = Call(small_pack(*MAY_WE)).press("12")
    assert call.said == ["declined"]
    while not call.over:
        assert not isinstance(call.silent().last, RequestCallback)
    assert call.session.node == "goodbye"


def test_whoever_presses_nothing_may_be_somebody_who_cannot() -> None:
    """Amina asks to talk, and can't press any more: she hears the offer that needs no key, and then a call is noted."""
    call = Call(small_pack(*MAY_WE)).press("1").silent(2)
    assert call.said[0] == "stay_on_the_line"
    assert call.silent().last == RequestCallback("support", "en", ())


def test_after_a_no_a_key_still_asks() -> None:
    """A no holds against silence, not against a key: Amina changes her mind, and is asked everything."""
    call = Call(small_pack(*MAY_WE)).press("12")
    while call.at[1] != "door":
        call.press("*")
    assert call.press("1").said[0] == "may_we"
    wishes = (("safe_when", "soon"), ("say_who", "no"))
    assert call.press("112").last == RequestCallback("support", "en", wishes)


def test_questions_left_unanswered_are_named() -> None:
    """What Amina was asked and didn't answer is handed on, so that an answer of yesterday doesn't hold for it."""
    call = Call(small_pack(*MAY_WE)).press("11").press("2")
    assert call.silent(2).last == RequestCallback("support", "en", (("safe_when", "late"),), "", ("say_who",))
