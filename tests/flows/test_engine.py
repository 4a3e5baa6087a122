"""The designed answers of the engine, one situation each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import AskKeys, Connect, EndCall, FindServices, Record, RequestCallback, Visited
from flows.engine import begin, next_turn, step
from flows.inputs import (
    CallbackAnswered,
    DialEnded,
    Digits,
    Facts,
    Heard,
    HungUp,
    Input,
    Recorded,
    ServicesFound,
    Silence,
    Started,
)
from flows.model import (
    AskLanguage,
    Branch,
    Callback,
    Choice,
    End,
    Enter,
    Flow,
    GlobalKey,
    Menu,
    Node,
    Option,
    Pack,
    Play,
    Rate,
    Return,
    Services,
    VoiceMessage,
)
from flows.model import Connect as ConnectNode
from flows.prompts import INVALID_KEY, LAST_RESORT, THIS_LANGUAGE
from flows.session import MOST_BYTES, Session, UnknownSessionVersion, UnreadableSession

KEYS = {
    "0": GlobalKey("0", "crisis", "for_help"),
    "9": GlobalKey("9", "again", "to_hear_again"),
    "*": GlobalKey("*", "back"),
}


def pack(*nodes: Node, languages: tuple[str, ...] = ("en",), others: tuple[Flow, ...] = ()) -> Pack:
    """A pack whose calls start at the first of these nodes; silence leads to the offer, and 0 to the crisis path."""
    rest: list[Node] = [
        Branch("offer", "number", (("yes", "offered"),), "goodbye"),
        Menu("offered", ("stay_on_the_line",), (Option("2", "to_say_no", "goodbye"),), "quiet", tries=1),
        Callback("quiet", "support", "goodbye", "goodbye"),
        ConnectNode("crisis", "crisis", "goodbye", "nobody"),
        Play("nobody", ("nobody_free", "$emergency_number"), "main", barge_in=False),
        Menu("main", ("main_menu",), (Option("1", "to_talk", "quiet"), Option("2", "to_stay", "main"))),
        End("goodbye", ("goodbye",)),
    ]
    named = {node.id: node for node in [*rest, *nodes]}
    start = nodes[0].id if nodes else "main"
    first = Flow("first", languages, start, named, KEYS, "offer")
    return Pack("small", "first", {"first": first, **{flow.id: flow for flow in others}})


class Call:
    """Amina's call."""

    def __init__(self, pack: Pack, facts: Facts | None = None) -> None:
        self.pack, self.facts = pack, facts or Facts()
        self.session = begin(pack)
        self.give(Started())

    def give(self, *given: Input) -> Call:
        for each in given:
            self.taken = step(self.pack, self.session, each, self.facts)
            self.session = next_turn(self.taken.session)
        return self

    def press(self, keys: str) -> Call:
        return self.give(*(Digits(key, Heard(2, 0.2)) for key in keys))

    def silent(self, times: int = 1) -> Call:
        return self.give(*[Silence(Heard(10, 1))] * times)

    @property
    def last(self) -> object:
        return self.taken.last

    @property
    def at(self) -> tuple[str, str]:
        return self.session.flow, self.session.node

    @property
    def said(self) -> list[str]:
        assert isinstance(self.last, AskKeys | Record | EndCall)
        return [said.prompt for said in self.last.said]

    @property
    def languages(self) -> list[str]:
        assert isinstance(self.last, AskKeys | Record | EndCall)
        return list(dict.fromkeys(said.language for said in self.last.said))

    @property
    def visits(self) -> list[Visited]:
        return [effect for effect in self.taken.effects if isinstance(effect, Visited)]


def test_silence_is_asked_again_and_then_offered_a_call() -> None:
    """Somebody who presses nothing hears the menu three times, then the offer, and a call is noted without a key."""
    call = Call(pack()).silent(2)
    assert call.at == ("first", "main")
    assert call.silent().at == ("first", "offered")
    assert call.silent().last == RequestCallback("support", "en", ())


def test_each_repetition_names_one_more_key() -> None:
    """The keys that hold everywhere are announced one at a time, and only to somebody who said nothing."""
    call = Call(pack())
    assert "for_help" not in call.said
    assert call.silent().said[-2:] == ["for_help", "press_0"]
    assert call.silent().said[-2:] == ["to_hear_again", "press_9"]


def test_wrong_keys_are_told_so_and_lead_on() -> None:
    """A key without meaning is gently told so; the third in a row leads where silence leads."""
    call = Call(pack()).press("7")
    assert call.said[0] == INVALID_KEY
    assert call.at == ("first", "main")
    assert call.press("77").at == ("first", "offered")


def test_a_second_wrong_key_names_a_key_that_helps() -> None:
    """Somebody who presses wrong keys is told once more how to reach a person."""
    call = Call(pack()).press("7")
    assert "press_0" not in call.said
    assert call.press("7").said[-2:] == ["for_help", "press_0"]


def test_a_no_is_not_asked_for_again() -> None:
    """Who says no to the offer isn't offered it again when she falls silent later; it goes where her no led."""
    offer = Menu("offered", ("stay_on_the_line",), (Option("2", "to_say_no", "main"),), "quiet", tries=1)
    call = Call(pack(Menu("main", ("main_menu",), (Option("1", "to_talk", "quiet"),)), offer))
    call.silent(3).press("2").silent(3)
    assert call.at == ("first", "main")
    assert isinstance(call.press("1").last, RequestCallback), "asking for a call with a key still works"


def test_agreeing_with_a_key_is_no_no() -> None:
    """An offer may also have a key for yes: pressing it isn't taken for a no."""
    yes = Option("1", "to_talk", "quiet")
    call = Call(pack(Menu("ask", ("stay",), (yes, Option("2", "to_say_no", "goodbye")), "quiet", tries=1)))
    assert call.press("1").session.said_no == ""
    assert isinstance(call.last, RequestCallback)


def test_a_call_is_asked_for_once() -> None:
    """Amina asks for a call, goes back and asks again: it is one call that is noted, and she hears so again."""
    noted = Play("noted", ("noted",), "main")
    call = Call(pack(Callback("quiet", "support", "noted", "goodbye"), noted)).give(CallbackAnswered("noted"))
    assert call.at == ("first", "noted")
    assert call.silent().press("1").at == ("first", "noted")
    refused = Call(pack(Callback("quiet", "support", "noted", "main"), noted))
    assert refused.give(CallbackAnswered("unavailable")).press("1").last == RequestCallback(
        "support", "en", ()
    )


def test_three_wrong_keys_have_to_be_in_a_row() -> None:
    """Somebody who presses wrong keys now and then isn't taken for somebody who can't use the menu."""
    call = Call(pack()).press("77").silent().press("77")
    assert call.at == ("first", "main")


def test_wrong_keys_never_agree_to_a_call() -> None:
    """Somebody who presses keys at the offer may be trying to say no: no call is noted, however many they press."""
    call = Call(pack()).silent(3).press("5555555")
    assert call.at == ("first", "offered")
    assert call.said[0] == INVALID_KEY
    assert call.press("2").at == ("first", "goodbye")


def test_wrong_keys_at_the_offer_come_to_an_end() -> None:
    """A stuck key at the offer ends in the last words and the emergency number, with no call noted."""
    call = Call(pack()).silent(3).press("5" * 9)
    assert call.said[:2] == [LAST_RESORT, "digit_1"]
    assert call.session.asked == ()


def test_wrong_keys_at_an_offer_behind_other_nodes_never_agree_either() -> None:
    """It is the same when the call would be noted behind a branch, or in another flow."""
    asks = Flow(
        "asks", ("en",), "ask", {"ask": Callback("ask", "support", "out", "out"), "out": Return("out")}, {}
    )
    start = Menu("start", ("stay",), (Option("2", "to_say_no", "goodbye"),), "by_hours", tries=1)
    by_hours = Branch("by_hours", "open", (("yes", "go_in"),), "goodbye")
    made = pack(start, by_hours, Enter("go_in", "asks", "goodbye"), others=(asks,))
    assert Call(made).press("555").at == ("first", "start")
    assert Call(made, Facts(open=False)).press("555").at == ("first", "goodbye")
    assert isinstance(Call(made).silent().last, RequestCallback)


def test_an_unanswered_question_on_the_way_to_a_call_is_left_open() -> None:
    """Somebody who asked for a call, and presses wrong keys at a question about it, still gets the call."""
    question = Rate("safe", ("is_it_safe",), (Choice("1", "yes"),), "safe", "quiet", "quiet")
    assert isinstance(Call(pack(question)).press("777").last, RequestCallback)


def test_twelve_silences_end_the_call_with_the_emergency_number() -> None:
    """A flow that goes round in a circle ends after twelve silences, with warm words and the emergency number."""
    call = Call(pack(Play("a", ("music",), "b"), Play("b", ("music",), "a"))).silent(11)
    assert isinstance(call.last, AskKeys)
    assert call.silent().said == [LAST_RESORT, "digit_1", "digit_1", "digit_2"]


def test_ringing_in_vain_counts_as_silence() -> None:
    """Helpers who don't answer can't be rung for ever in one call."""
    ring = ConnectNode("ring", "crisis", "goodbye", "ring")
    call = Call(pack(ring)).give(*[DialEnded(talked=False)] * 11)
    assert call.last == Connect("crisis", 30)
    assert call.give(DialEnded(talked=False)).said[0] == LAST_RESORT


def test_nobody_to_ring_does_not_go_round_for_ever() -> None:
    """A circle that needs no caller is left within one turn, even across answers from inside."""
    made = pack(Services("look", "health", "look", "wish"), Callback("wish", "support", "look", "look"))
    session = begin(made)
    taken = step(made, session, Started(), Facts())
    for _ in range(60):
        if isinstance(taken.last, EndCall):
            break
        inside = (
            ServicesFound(()) if isinstance(taken.last, FindServices) else CallbackAnswered("unavailable")
        )
        taken = step(made, taken.session, inside, Facts())
    assert isinstance(taken.last, EndCall)


def test_a_call_ends_after_two_hundred_turns() -> None:
    """Somebody who only ever presses 9 ends in the last words after two hundred turns."""
    call = Call(pack()).press("9" * 198)
    assert isinstance(call.last, AskKeys)
    assert call.press("99").said[0] == LAST_RESORT


@pytest.mark.parametrize("keys", ["0", "00", "0000000000"])
def test_zero_rings_for_help_at_once(keys: str) -> None:
    """Amina may hit 0 again and again in her fear: it is understood."""
    assert Call(pack()).give(Digits(keys)).last == Connect("crisis", 30)


@pytest.mark.parametrize("keys", ["", "12", "w", "１", "²", "0" * 9999 + "1", "\x00", "1 "])
def test_nonsense_from_the_network_is_a_wrong_key(keys: str) -> None:
    """Whatever Mallory sends as keys is answered like any wrong key."""
    assert Call(pack()).give(Digits(keys)).said[0] == INVALID_KEY


def test_zero_works_after_words_that_cannot_be_cut_short() -> None:
    """After the emergency number, which no key cuts short, 0 still leads to a person."""
    call = Call(pack()).press("0").silent()
    assert call.said[0] == "nobody_free"
    assert call.press("0").last == Connect("crisis", 30)


# Languages

FOUR = ("en", "fr", "ar", "sw")
ASK = AskLanguage("language", "main")


def test_each_language_names_itself() -> None:
    """The language menu is said by each language in its own voice, most common first."""
    call = Call(pack(ASK, languages=FOUR))
    assert call.languages == list(FOUR)
    assert call.said[:2] == [THIS_LANGUAGE, "press_1"]


def test_after_the_choice_only_that_language_is_said() -> None:
    """Amina chooses Swahili, and hears nothing else from then on."""
    call = Call(pack(ASK, languages=FOUR)).press("4")
    assert call.languages == ["sw"]
    assert call.silent(3).languages == ["sw"]


def test_with_one_language_nobody_has_to_choose() -> None:
    """A hotline with one language has it from the beginning, so that a callback is matched to it."""
    assert begin(pack()).language == "en"
    assert begin(pack(languages=FOUR)).language is None


def test_without_a_choice_every_language_is_said_and_only_once() -> None:
    """Somebody who chose nothing hears each screen in each language; it takes long, so it isn't repeated."""
    offer = Menu("two", ("stay_on_the_line",), (Option("2", "to_say_no", "goodbye"),), "quiet", tries=3)
    call = Call(pack(replace(ASK, silence="two"), offer, languages=FOUR)).silent(3)
    assert call.languages == list(FOUR)
    assert call.silent().last == RequestCallback("support", None, ())


def test_a_wrong_key_without_a_language_asks_for_the_language() -> None:
    """Whoever presses keys can choose a language: a late "3" during the offer brings the choice back."""
    call = Call(pack(ASK, languages=FOUR)).silent(3)
    assert call.at == ("first", "offered")
    call.press("3")
    assert call.said[0] == THIS_LANGUAGE
    assert call.press("3").said[0] == "stay_on_the_line"
    assert call.languages == ["ar"]
    assert call.at == ("first", "offered")


def test_the_language_asked_in_between_can_be_left_unanswered() -> None:
    """After a wrong key and then silence, the offer is said again whole, before silence is taken as a wish."""
    call = Call(pack(ASK, languages=FOUR)).silent(3).press("7").silent()
    assert call.languages == list(FOUR)
    assert call.said[0] == "stay_on_the_line"
    assert isinstance(call.silent().last, RequestCallback)


def test_the_keys_of_a_question_mean_nothing_while_the_language_is_asked() -> None:
    """While the languages are named, 2 is French; it doesn't say no to an offer that isn't being said."""
    call = Call(pack(ASK, languages=FOUR)).silent(3).press("72")
    assert call.session.language == "fr"
    assert call.at == ("first", "offered")


def test_zero_before_a_language_helps_first_and_asks_later() -> None:
    """With 0 as the first key, help is rung and the emergency number said in every language; only then is it asked."""
    call = Call(pack(ASK, languages=FOUR)).press("0")
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
    made = pack(replace(ASK, silence="which"), brief, End("brief", ("brief",)), languages=FOUR)
    assert call_end(Call(made).silent(3)) == "brief"


def call_end(call: Call) -> str:
    assert isinstance(call.last, EndCall)
    return call.last.said[0].prompt


# Flows inside flows

INNER = Flow(
    "inner",
    ("en",),
    "ask",
    {
        "ask": Menu(
            "ask", ("inner_menu",), (Option("1", "to_go_on", "tell"), Option("2", "to_leave", "out"))
        ),
        "tell": Play("tell", ("story",), "out"),
        "out": Return("out"),
    },
    {"9": GlobalKey("9", "again", "once_more")},
)
DOOR = Menu("door", ("door",), (Option("1", "to_go_in", "go_in"), Option("2", "to_talk", "main")))


def nested() -> Pack:
    return pack(DOOR, Enter("go_in", "inner", "main"), others=(INNER,))


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
    call = Call(pack()).press("***")
    assert call.at == ("first", "main")
    assert call.said[0] == "main_menu"


def test_back_does_not_stay_on_the_spot() -> None:
    """An option that leads to its own menu isn't a step that * would have to undo."""
    call = Call(nested()).press("2222*")
    assert call.at == ("first", "door")


# Listening, recording, services


def test_a_wrong_key_at_the_end_of_a_piece_goes_on() -> None:
    """In the last quarter of a piece a wrong key goes on; before that the piece starts again."""
    made = pack(Play("piece", ("breathing",), "main", "completion"))
    late = Call(made).give(Digits("5", Heard(80, 0.8)))
    assert late.at == ("first", "main")
    early = Call(made).give(Digits("5", Heard(20, 0.2)))
    assert early.at == ("first", "piece")
    assert early.visits == [Visited("first", "piece", "en", "invalid", None, 20, False)]


def test_completion_is_three_quarters_heard() -> None:
    """A piece counts as heard from three quarters on, or when it was played to the end."""
    made = pack(Play("piece", ("breathing",), "main", "completion"))
    assert Call(made).give(Digits("#", Heard(75, 0.75))).visits[0].completed is True
    assert Call(made).give(HungUp(Heard(74, 0.74))).visits[0].completed is False
    assert Call(made).silent().visits[0].completed is True


def test_zero_ends_a_message_and_leads_to_a_person() -> None:
    """Joseph would see the message kept, and Amina who ends it with 0 is connected."""
    made = pack(VoiceMessage("tell", ("tell_us",), "goodbye"))
    call = Call(made).give(Recorded(12, Heard(12, 0.1), "0"))
    assert call.last == Connect("crisis", 30)
    assert call.visits[0].left_by == "recorded"
    assert Call(made).give(Recorded(12, Heard(12, 0.1), "9")).at == ("first", "goodbye")


def test_services_without_words_are_no_services() -> None:
    """A listing with nothing to say never becomes a silence: the flow goes on as if none was found."""
    made = pack(Services("look", "health", "goodbye", "main"))
    assert Call(made).give(ServicesFound(((), ()))).at == ("first", "main")
    assert Call(made).give(ServicesFound((("clinic",),) * 5)).said == ["clinic"] * 3


def test_a_line_without_an_emergency_number_says_112() -> None:
    """A line whose emergency number was never filled in still says a number: the one of mobile networks."""
    call = Call(pack(End("goodbye", ("$emergency_number",))), Facts(emergency_number=""))
    assert call.said == ["digit_1", "digit_1", "digit_2"]


# Sessions


def test_an_ended_call_says_and_keeps_nothing_more() -> None:
    """The word that a call is over, coming after its goodbye, isn't counted as hanging up."""
    call = Call(pack(End("bye", ("goodbye",)))).give(HungUp())
    assert call.visits == []


@pytest.mark.parametrize(
    "lost",
    [
        {"flow": "gone"},
        {"node": "gone"},
        {"flow": "inner", "node": "out"},
        {"flow": "inner", "node": "tell", "stack": (("gone", "gone"),)},
        {"flow": "inner", "node": "tell", "stack": (("first", "gone"),)},
    ],
)
def test_an_old_session_ends_in_the_last_words(lost: dict[str, object]) -> None:
    """A session whose place no longer exists ends with warm words and the emergency number, not with an error."""
    session = replace(begin(nested()), **lost)  # type: ignore[arg-type]
    taken = step(nested(), session, Silence(), Facts())
    assert isinstance(taken.last, EndCall)
    assert taken.last.said[0].prompt == LAST_RESORT
    assert isinstance(step(nested(), session, HungUp(), Facts()).effects[0], Visited)


def test_places_that_are_gone_are_passed_over_on_the_way_back() -> None:
    """An old session's way back leads to the last place that still exists."""
    session = replace(
        begin(nested()), node="main", history=(("first", "door"), ("gone", "x"), ("first", "gone"))
    )
    taken = step(nested(), session, Digits("*"), Facts())
    assert (taken.session.flow, taken.session.node) == ("first", "door")


def test_a_language_that_is_gone_is_not_said() -> None:
    """An old session in a language that the hotline no longer has is said in the languages that there are."""
    taken = step(pack(), replace(begin(pack()), language="xx"), Digits("9"), Facts())
    assert isinstance(taken.last, AskKeys)
    assert {said.language for said in taken.last.said} == {"en"}


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", "{}", '{"v":1}', '{"v":1,"f":"a","n":"b","t":0,"h":[1]}']
)
def test_what_is_no_session_is_refused_in_one_way(text: str) -> None:
    """Whatever stands in the database instead of a session is one kind of error, which the house can answer."""
    with pytest.raises(UnreadableSession):
        Session.from_json(text)


def test_a_session_of_a_newer_warmline_is_refused() -> None:
    """A newer session isn't guessed at."""
    with pytest.raises(UnknownSessionVersion):
        Session.from_json('{"v":2,"f":"a","n":"b","t":0}')


def test_the_largest_session_stays_within_two_kilobytes() -> None:
    """With every name as long as it may be and everything remembered that can be, a session still fits."""
    name = "x" * 32
    place = (name, name)
    largest = Session(
        name, name, 199, "zh-hant-hk", True, True, "2", 3, 2, 11, 50, (place,) * 3, (place,) * 6,
        {f"{n:02}".ljust(32, "y"): name for n in range(12)}, (place,) * 3, True,
    )  # fmt: skip
    text = largest.to_json()
    assert 1500 < len(text.encode()) <= MOST_BYTES
    assert Session.from_json(text) == largest


def test_a_call_remembers_six_places() -> None:
    """However long Amina goes on, only the last six places can be gone back to."""
    call = Call(nested()).press("22" * 10)
    assert len(call.session.history) == 6


def test_a_call_remembers_at_most_twelve_answers() -> None:
    """Whatever a flow asks, a session can't grow without bound; a newer answer to the same question replaces it."""
    questions = [
        Rate(f"ask_{n}", ("how",), (Choice("1", "yes"), Choice("2", "no")), f"note_{n}", f"ask_{n + 1}")
        for n in range(14)
    ]
    call = Call(pack(*questions, End("ask_14", ("goodbye",)))).press("1" * 14)
    assert len(call.session.notes) == 12
    again = Call(pack(*questions, End("ask_14", ("goodbye",)))).press("1*2")
    assert again.session.notes == {"note_0": "no"}
