"""What is heard, found and recorded, and what a session remembers of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import AskKeys, Connect, EndCall, Visited
from flows.engine import begin, step
from flows.inputs import (
    Digits,
    Facts,
    Heard,
    HungUp,
    Recorded,
    ServicesFound,
    Silence,
)
from flows.model import (
    Choice,
    End,
    Play,
    Rate,
    Services,
    VoiceMessage,
)
from flows.prompts import LAST_RESORT
from flows.session import MOST_BYTES, Session, UnknownSessionVersion, UnreadableSession
from tests.flows.driving import Call
from tests.flows.small_packs import nested, small_pack


def test_a_wrong_key_at_the_end_of_a_piece_goes_on() -> None:
    """In the last quarter of a piece a wrong key goes on; before that the piece starts again."""
    made = small_pack(Play("piece", ("breathing",), "main", "completion"))
    late = Call(made).give(Digits("5", Heard(80, 0.8)))
    assert late.at == ("first", "main")
    early = Call(made).give(Digits("5", Heard(20, 0.2)))
    assert early.at == ("first", "piece")
    assert early.visits == [Visited("first", "piece", "en", "invalid", None, 20, False)]


def test_completion_is_three_quarters_heard() -> None:
    """A piece counts as heard from three quarters on, or when it was played to the end."""
    made = small_pack(Play("piece", ("breathing",), "main", "completion"))
    assert Call(made).give(Digits("#", Heard(75, 0.75))).visits[0].completed is True
    assert Call(made).give(HungUp(Heard(74, 0.74))).visits[0].completed is False
    assert Call(made).silent().visits[0].completed is True


def test_zero_ends_a_message_and_leads_to_a_person() -> None:
    """Joseph would see the message kept, and Amina who ends it with 0 is connected."""
    made = small_pack(VoiceMessage("tell", ("tell_us",), "goodbye"))
    call = Call(made).give(Recorded(12, Heard(12, 0.1), "0"))
    assert call.last == Connect("crisis", 30)
    assert call.visits[0].left_by == "recorded"
    assert Call(made).give(Recorded(12, Heard(12, 0.1), "9")).at == ("first", "goodbye")


def test_services_without_words_are_no_services() -> None:
    """A listing with nothing to say never becomes a silence: the flow goes on as if none was found."""
    made = small_pack(Services("look", "health", "goodbye", "main"))
    assert Call(made).give(ServicesFound(((), ()))).at == ("first", "main")
    assert Call(made).give(ServicesFound((("service_clinic",),) * 5)).said == ["service_clinic"] * 3


def test_a_line_without_an_emergency_number_says_112() -> None:
    """A line whose emergency number was never filled in still says a number: the one of mobile networks."""
    call = Call(small_pack(End("goodbye", ("$emergency_number",))), Facts(emergency_number=""))
    assert call.said == ["digit_1", "digit_1", "digit_2"]


def test_an_ended_call_says_and_keeps_nothing_more() -> None:
    """The word that a call is over, coming after its goodbye, isn't counted as hanging up."""
    call = Call(small_pack(End("bye", ("goodbye",)))).give(HungUp())
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
    taken = step(small_pack(), replace(begin(small_pack()), language="xx"), Digits("9"), Facts())
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
        {f"{n:02}".ljust(32, "y"): name for n in range(12)}, (place,) * 3, True, "wait_within_two_hours",
        ("missed_call", f"{name}.{name}"),
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
    call = Call(small_pack(*questions, End("ask_14", ("goodbye",)))).press("1" * 14)
    assert len(call.session.notes) == 12
    again = Call(small_pack(*questions, End("ask_14", ("goodbye",)))).press("1*2")
    assert again.session.notes == {"note_0": "no"}
