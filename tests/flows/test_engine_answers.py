"""What silence, wrong keys and nonsense lead to, and where every call comes to an end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import AskKeys, Connect, RequestCallback
from flows.inputs import (
    CallbackAnswered,
    DialEnded,
    Digits,
    Facts,
)
from flows.model import (
    Branch,
    Callback,
    Choice,
    Enter,
    Flow,
    Menu,
    Option,
    Play,
    Rate,
    Return,
    Services,
)
from flows.model import Connect as ConnectNode
from flows.prompts import INVALID_KEY, LAST_RESORT
from tests.flows.driving import Call
from tests.flows.small_packs import small_pack


def test_silence_is_asked_again_and_then_offered_a_call() -> None:
    """Somebody who presses nothing hears the menu three times, then the offer, and a call is noted without a key."""
    call = Call(small_pack()).silent(2)
    assert call.at == ("first", "main")
    assert call.silent().at == ("first", "offered")
    assert call.silent().last == RequestCallback("support", "en", ())


def test_each_repetition_names_one_more_key() -> None:
    """The keys that hold everywhere are announced one at a time, and only to somebody who said nothing."""
    call = Call(small_pack())
    assert "for_help" not in call.said
    assert call.silent().said[-2:] == ["for_help", "press_0"]
    assert call.silent().said[-2:] == ["to_hear_again", "press_9"]


def test_a_key_that_a_menu_names_itself_is_not_announced_again() -> None:
    """A screen that already says how to reach a person doesn't end with the same words once more."""
    call = Call(small_pack(Menu("hello", ("hi", "for_help", "press_0"), (Option("1", "to_stay", "main"),))))
    assert call.silent().said[-2:] == ["to_hear_again", "press_9"]
    assert call.said.count("for_help") == 1


def test_wrong_keys_are_told_so_and_lead_on() -> None:
    """A key without meaning is gently told so; the third in a row leads where silence leads."""
    call = Call(small_pack()).press("7")
    assert call.said[0] == INVALID_KEY
    assert call.at == ("first", "main")
    assert call.press("77").at == ("first", "offered")


def test_a_second_wrong_key_names_a_key_that_helps() -> None:
    """Somebody who presses wrong keys is told once more how to reach a person."""
    call = Call(small_pack()).press("7")
    assert "press_0" not in call.said
    assert call.press("7").said[-2:] == ["for_help", "press_0"]


def test_a_no_is_not_asked_for_again() -> None:
    """Who says no to the offer isn't offered it again when she falls silent later; it goes where her no led."""
    offer = Menu("offered", ("stay_on_the_line",), (Option("2", "to_say_no", "main"),), "quiet", tries=1)
    call = Call(small_pack(Menu("main", ("main_menu",), (Option("1", "to_talk", "quiet"),)), offer))
    call.silent(3).press("2").silent(3)
    assert call.at == ("first", "main")
    assert isinstance(call.press("1").last, RequestCallback), "asking for a call with a key still works"


def test_an_offer_that_leads_back_to_itself_is_made_again() -> None:
    """An offer may have a key to hear it again: the call isn't lost because that key isn't a yes."""
    offer = Menu(
        "offered", ("stay_on_the_line",), (Option("1", "to_hear_it_again", "offered"),), "quiet", tries=1
    )
    call = Call(small_pack(offer)).press("11")
    assert call.at == ("first", "offered")
    assert [visit.left_by for visit in call.visits] == ["key"]


def test_a_no_that_finds_nothing_comes_back_to_the_offer() -> None:
    """Instead of a call Amina asks for services, and there are none: the offer is made again, and the call goes on."""
    offer = Menu("offered", ("stay",), (Option("2", "to_find_help", "look"),), "quiet", tries=1)
    call = Call(small_pack(offer, Services("look", "health", "goodbye", "offered"))).press("2")
    call.nobody_helps()
    assert call.at == ("first", "offered")


def test_agreeing_with_a_key_is_no_no() -> None:
    """An offer may also have a key for yes: pressing it isn't taken for a no."""
    yes = Option("1", "to_talk", "quiet")
    call = Call(
        small_pack(Menu("ask", ("stay",), (yes, Option("2", "to_say_no", "goodbye")), "quiet", tries=1))
    )
    assert call.press("1").session.said_no == ""
    assert isinstance(call.last, RequestCallback)


def test_choosing_what_to_listen_to_is_no_no() -> None:
    """A main menu whose silence asks for a call: pressing 2 to listen says nothing about calls, and every later menu
    is heard."""
    ways = (Option("1", "to_talk", "quiet"), Option("2", "to_listen", "next"), Option("3", "to_stay", "main"))
    more = Menu(
        "next", ("next_menu",), (Option("2", "to_go_on", "main"), Option("3", "to_stay", "next")), "quiet"
    )
    call = Call(small_pack(Menu("main", ("main_menu",), ways, "quiet"), more)).press("2")
    assert call.session.said_no == ""
    assert call.at == ("first", "next")
    assert call.press("2").at == ("first", "main")
    assert isinstance(call.silent(3).last, RequestCallback)


def test_a_flow_that_asks_by_silence_everywhere_takes_no_key_for_a_no() -> None:
    """Where silence leads straight to a call in every menu, no menu is an offer, and no key declines it."""
    straight = replace(small_pack().flows["first"], silence="quiet")
    pack = small_pack()
    call = Call(replace(pack, flows={**pack.flows, "first": straight})).press("2")
    assert call.session.said_no == ""


def test_a_call_is_asked_for_once() -> None:
    """Amina asks for a call, goes back and asks again: it is one call that is noted, and she hears so again."""
    noted = Play("noted", ("noted",), "main")
    call = Call(small_pack(Callback("quiet", "support", "noted", "goodbye"), noted)).give(
        CallbackAnswered("noted")
    )
    assert call.at == ("first", "noted")
    assert call.silent().press("1").at == ("first", "noted")
    refused = Call(small_pack(Callback("quiet", "support", "noted", "main"), noted))
    assert refused.give(CallbackAnswered("unavailable")).press("1").last == RequestCallback(
        "support", "en", ()
    )


def test_three_wrong_keys_have_to_be_in_a_row() -> None:
    """Somebody who presses wrong keys now and then isn't taken for somebody who can't use the menu."""
    call = Call(small_pack()).press("77").silent().press("77")
    assert call.at == ("first", "main")


def test_wrong_keys_never_agree_to_a_call() -> None:
    """Somebody who presses keys at the offer may be trying to say no: no call is noted, however many they press."""
    call = Call(small_pack()).silent(3).press("5555555")
    assert call.at == ("first", "offered")
    assert call.said[0] == INVALID_KEY
    assert call.press("2").at == ("first", "goodbye")


def test_wrong_keys_at_the_offer_come_to_an_end() -> None:
    """A stuck key at the offer ends in the last words and the emergency number, with no call noted."""
    call = Call(small_pack()).silent(3).press("5" * 9)
    assert call.said[:2] == [LAST_RESORT, "digit_1"]
    assert call.session.asked == ()


def test_wrong_keys_at_an_offer_behind_other_nodes_never_agree_either() -> None:
    """It is the same when the call would be noted behind a branch, or in another flow."""
    asks = Flow(
        "asks", ("en",), "ask", {"ask": Callback("ask", "support", "out", "out"), "out": Return("out")}, {}
    )
    start = Menu("start", ("stay",), (Option("2", "to_say_no", "goodbye"),), "by_hours", tries=1)
    by_hours = Branch("by_hours", "open", (("yes", "go_in"),), "goodbye")
    made = small_pack(start, by_hours, Enter("go_in", "asks", "goodbye"), others=(asks,))
    assert Call(made).press("555").at == ("first", "start")
    assert Call(made, Facts(open=False)).press("555").at == ("first", "goodbye")
    assert isinstance(Call(made).silent().last, RequestCallback)


def test_an_unanswered_question_on_the_way_to_a_call_is_left_open() -> None:
    """Somebody who asked for a call, and presses wrong keys at a question about it, still gets the call."""
    question = Rate("safe", ("is_it_safe",), (Choice("1", "yes"),), "safe", "quiet", "quiet")
    assert isinstance(Call(small_pack(question)).press("777").last, RequestCallback)


def test_twelve_silences_end_the_call_with_the_emergency_number() -> None:
    """A flow that goes round in a circle ends after twelve silences, with warm words and the emergency number."""
    call = Call(small_pack(Play("a", ("music",), "b"), Play("b", ("music",), "a"))).silent(11)
    assert isinstance(call.last, AskKeys)
    assert call.silent().said == [LAST_RESORT, "digit_1", "digit_1", "digit_2"]


def test_ringing_in_vain_counts_as_silence() -> None:
    """Helpers who don't answer can't be rung for ever in one call."""
    ring = ConnectNode("ring", "crisis", "goodbye", "ring")
    call = Call(small_pack(ring)).give(*[DialEnded(talked=False)] * 11)
    assert call.last == Connect("crisis", 30)
    assert call.give(DialEnded(talked=False)).said[0] == LAST_RESORT


def test_nobody_to_ring_does_not_go_round_for_ever() -> None:
    """A circle that needs no caller is left within one turn, even across answers from inside."""
    circle = small_pack(
        Services("look", "health", "look", "wish"), Callback("wish", "support", "look", "look")
    )
    call = Call(circle, checked=False)
    call.nobody_helps()
    assert call.said[0] == LAST_RESORT


def test_a_call_ends_after_two_hundred_turns() -> None:
    """Somebody who only ever presses 9 ends in the last words after two hundred turns."""
    call = Call(small_pack()).press("9" * 198)
    assert isinstance(call.last, AskKeys)
    assert call.press("99").said[0] == LAST_RESORT


@pytest.mark.parametrize("keys", ["0", "00", "0000000000"])
def test_zero_rings_for_help_at_once(keys: str) -> None:
    """Amina may hit 0 again and again in her fear: it is understood."""
    assert Call(small_pack()).give(Digits(keys)).last == Connect("crisis", 30)


@pytest.mark.parametrize("keys", ["", "12", "w", "１", "²", "0" * 9999 + "1", "\x00", "1 "])
def test_nonsense_from_the_network_is_a_wrong_key(keys: str) -> None:
    """Whatever Mallory sends as keys is answered like any wrong key."""
    assert Call(small_pack()).give(Digits(keys)).said[0] == INVALID_KEY


def test_zero_works_after_words_that_cannot_be_cut_short() -> None:
    """After the emergency number, which no key cuts short, 0 still leads to a person."""
    call = Call(small_pack()).press("0").silent()
    assert call.said[0] == "nobody_free"
    assert call.press("0").last == Connect("crisis", 30)
