"""Which language a caller hears, and how a call goes into other flows and back."""

from __future__ import annotations

from dataclasses import replace

from flows.effects import Connect, RequestCallback
from flows.engine import begin
from flows.inputs import (
    DialEnded,
)
from flows.model import (
    AskLanguage,
    Branch,
    End,
    Menu,
    Option,
)
from flows.prompts import THIS_LANGUAGE
from tests.flows.driving import Call
from tests.flows.small_packs import nested, small_pack

FOUR = ("en", "fr", "ar", "sw")
ASK = AskLanguage("language", "main")


def test_each_language_names_itself() -> None:
    """The language menu is said by each language in its own voice, most common first."""
    call = Call(small_pack(ASK, languages=FOUR))
    assert call.languages == list(FOUR)
    assert call.said[:2] == [THIS_LANGUAGE, "press_1"]


def test_after_the_choice_only_that_language_is_said() -> None:
    """Amina chooses Swahili, and hears nothing else from then on."""
    call = Call(small_pack(ASK, languages=FOUR)).press("4")
    assert call.languages == ["sw"]
    assert call.silent(3).languages == ["sw"]


def test_with_one_language_nobody_has_to_choose() -> None:
    """A hotline with one language has it from the beginning, so that a callback is matched to it."""
    assert begin(small_pack()).language == "en"
    assert begin(small_pack(languages=FOUR)).language is None


def test_without_a_choice_every_language_is_said_and_only_once() -> None:
    """Somebody who chose nothing hears each screen in each language; it takes long, so it isn't repeated."""
    offer = Menu("two", ("stay_on_the_line",), (Option("2", "to_say_no", "goodbye"),), "quiet", tries=3)
    call = Call(small_pack(replace(ASK, silence="two"), offer, languages=FOUR)).silent(3)
    assert call.languages == list(FOUR)
    assert call.silent().last == RequestCallback("support", None, ())


def test_a_wrong_key_without_a_language_asks_for_the_language() -> None:
    """Whoever presses keys can choose a language: a late "3" during the offer brings the choice back."""
    call = Call(small_pack(ASK, languages=FOUR)).silent(3)
    assert call.at == ("first", "offered")
    call.press("3")
    assert call.said[0] == THIS_LANGUAGE
    assert call.press("3").said[0] == "stay_on_the_line"
    assert call.languages == ["ar"]
    assert call.at == ("first", "offered")


def test_the_language_asked_in_between_can_be_left_unanswered() -> None:
    """After a wrong key and then silence, the offer is said again whole, before silence is taken as a wish."""
    call = Call(small_pack(ASK, languages=FOUR)).silent(3).press("7").silent()
    assert call.languages == list(FOUR)
    assert call.said[0] == "stay_on_the_line"
    assert isinstance(call.silent().last, RequestCallback)


def test_the_keys_of_a_question_mean_nothing_while_the_language_is_asked() -> None:
    """While the languages are named, 2 is French; it doesn't say no to an offer that isn't being said."""
    call = Call(small_pack(ASK, languages=FOUR)).silent(3).press("72")
    assert call.session.language == "fr"
    assert call.at == ("first", "offered")


def test_zero_before_a_language_helps_first_and_asks_later() -> None:
    """With 0 as the first key, help is rung and the emergency number said in every language; only then is it asked."""
    call = Call(small_pack(ASK, languages=FOUR)).press("0")
    assert call.last == Connect("crisis", 30)
    call.give(DialEnded(talked=False))
    assert call.said[0] == "nobody_free"
    assert call.languages == list(FOUR)
    assert call.silent().said[0] == THIS_LANGUAGE
    assert call.press("4").said[0] == "main_menu"
    assert call.languages == ["sw"]


def test_a_branch_on_the_language_goes_otherwise_without_one() -> None:
    """A flow can say less to somebody who has chosen no language."""
    brief = Branch("which", "language", (("en", "goodbye"),), "brief")
    made = small_pack(replace(ASK, silence="which"), brief, End("brief", ("brief",)), languages=FOUR)
    call = Call(made).silent(3)
    assert call.over
    assert set(call.said) == {"brief"}


def test_a_flow_is_entered_and_left() -> None:
    """Amina goes through a second flow and comes back to the first."""
    call = Call(nested()).press("1")
    assert call.at == ("inner", "ask")
    assert call.press("1").silent().at == ("first", "main")
    assert call.session.stack == ()


def test_back_leads_out_of_an_entered_flow() -> None:
    """The key that goes back crosses from one flow to the other, and the way in works again afterwards."""
    call = Call(nested()).press("11*").press("*")
    assert call.at == ("first", "door")
    assert call.session.stack == ()
    assert call.press("112").silent().at == ("first", "main")


def test_back_never_leads_into_a_flow_that_was_left() -> None:
    """From the first flow, going back passes over what was heard inside the other: there would be no way out of it."""
    call = Call(nested()).press("11").silent().press("*")
    assert call.at == ("first", "door")


def test_the_first_flows_keys_hold_inside_other_flows() -> None:
    """A flow that names only some keys has the others from the flow where calls start, and says them too."""
    call = Call(nested()).press("1").silent()
    assert call.said[-2:] == ["for_help", "press_0"]
    assert call.silent().said[-2:] == ["once_more", "press_9"]
    assert call.press("0").last == Connect("crisis", 30)
    assert call.session.stack == ()


def test_going_back_after_zero_inside_another_flow() -> None:
    """0 by mistake inside another flow: * leads back to the menu from which that flow was entered."""
    call = Call(nested()).press("110").give(DialEnded(talked=False)).press("*")
    assert call.at == ("first", "door")


def test_silence_inside_another_flow_takes_the_first_flows_path() -> None:
    """A flow without a path of its own for silence uses the one that the whole hotline has."""
    call = Call(nested()).press("1").silent(3)
    assert call.at == ("first", "offered")
    assert call.session.stack == ()


def test_back_where_there_is_nothing_says_the_screen_again() -> None:
    """The first key of a call may be *: the menu is simply said again."""
    call = Call(small_pack()).press("***")
    assert call.at == ("first", "main")
    assert call.said[0] == "main_menu"


def test_back_does_not_stay_on_the_spot() -> None:
    """An option that leads to its own menu isn't a step that * would have to undo."""
    call = Call(nested()).press("2222*")
    assert call.at == ("first", "door")
