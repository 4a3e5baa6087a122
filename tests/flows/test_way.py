"""The way of a call in a few coded steps: what stays of it in the log of outcomes, and what doesn't."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.effects import Connect, RequestCallback
from flows.engine import begin, next_turn, step
from flows.inputs import CallbackAnswered, DialEnded, Digits, Facts, Heard, ServicesFound, Silence, Started
from flows.model import Callback, Choice, End, Enter, Flow, Menu, Option, Pack, Play, Rate, Return, Services
from flows.way import SILENT, summary, with_step
from tests.flows.driving import Call
from tests.flows.small_packs import small_pack

STEP = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?\Z")
IDS = st.from_regex(r"[a-z][a-z0-9]{0,31}", fullmatch=True)
PLACES = IDS | st.builds("{}.{}".format, IDS, IDS)
OPTIONS = (
    Option("1", "to_talk", "safe"),
    Option("2", "to_listen", "listen"),
    Option("3", "to_go_in", "go_in"),
)


def pack() -> Pack:
    """To talk, to listen, or to go into a flow with an exercise of its own."""
    nodes = {"sleep": Play("sleep", ("sleep",), "out", "completion"), "out": Return("out")}
    return small_pack(
        Menu("main", ("main_menu",), OPTIONS),
        Rate("safe", ("when",), (Choice("1", "now"),), "safe_when", "ask", "ask", tries=1),
        Callback("ask", "support", "main", "goodbye", ("safe_when",)),
        Play("listen", ("breathing",), "near", "completion"),
        Services("near", "health", "main", "main"),
        Enter("go_in", "nights", "main"),
        End("goodbye", ("goodbye",)),
        others=(Flow("nights", ("en",), "sleep", nodes, {}),),
    )


def at_the_menu() -> Call:
    """Amina has rung, and hears the menu."""
    return Call(pack())


def way(call: Call) -> str:
    assert isinstance(call.last, RequestCallback | Connect)
    return call.last.way


LISTENED = Silence(Heard(60, 1))
"""A piece was heard to its end."""
PUT_DOWN = Digits("#", Heard(3, 0.05))
"""She went on after a few words of it."""


def test_who_just_asks_has_a_short_way() -> None:
    """Amina rings and asks for a call."""
    assert way(at_the_menu().press("11")) == "call>ask"


def test_what_was_listened_to_and_heard_stands_in_its_order() -> None:
    """Amina listens to an exercise, hears services, goes through another flow, and then asks."""
    call = at_the_menu().press("2").give(LISTENED, ServicesFound((("goodbye",),))).press("#")
    call.press("3").give(LISTENED).press("11")
    assert way(call) == "call>listen>near>nights.sleep>ask"


def test_what_was_put_down_at_once_was_not_listened_to() -> None:
    """Amina hears a few words of the exercise, and no services are listed: neither was anything that she did."""
    assert way(at_the_menu().press("2").give(PUT_DOWN, ServicesFound(())).press("11")) == "call>ask"


def test_nothing_is_counted() -> None:
    """Amina listens to the same exercise again and again: how often isn't told."""
    call = at_the_menu()
    for _ in range(3):
        call.press("2").give(LISTENED, ServicesFound(()))
    assert way(call.press("11")) == "call>listen>ask"


def test_where_nothing_was_pressed_silence_asks() -> None:
    """Amina presses nothing, and a call is noted: her silence is named. An unanswered question alone isn't silence."""
    assert way(at_the_menu().silent(4)) == "call>silent>quiet"
    assert way(at_the_menu().silent(3).press("0")) == "call>crisis"
    assert way(at_the_menu().press("1").silent()) == "call>ask"


def test_help_in_vain_is_part_of_the_way() -> None:
    """Amina presses 0, nobody has the call, and she asks for one."""
    call = at_the_menu().press("0")
    assert way(call) == "call>crisis"
    call.give(DialEnded(talked=False)).press("#").press("11")
    assert way(call) == "call>crisis>ask"


def test_whoever_was_rung_back_came_by_a_missed_call() -> None:
    """Amina let it ring once and was rung back: that is how she came in."""
    made = pack()
    taken = step(made, begin(made, "missed_call"), Started(), Facts())
    for key in "11":
        taken = step(made, next_turn(taken.session), Digits(key, Heard(2, 0.2)), Facts())
    assert isinstance(taken.last, RequestCallback)
    assert taken.last.way == "missed_call>ask"


def test_asking_again_in_the_same_call_names_the_place_once() -> None:
    """Amina asks, goes back, and asks again."""
    assert way(at_the_menu().press("11").give(CallbackAnswered("noted", "it")).press("11")) == "call>ask"


@pytest.mark.parametrize("came", ["call", "missed_call"])
@given(done=st.lists(PLACES | st.just(SILENT), max_size=12), here=PLACES)
def test_a_way_is_short_whatever_was_done(came: str, done: list[str], here: str) -> None:
    """Whatever is done in whichever order: at most six steps in eighty letters, codes only, none twice, in order, the
    way in first and the place of asking last."""
    steps: tuple[str, ...] = (came,)
    for one in done:
        steps = with_step(steps, one)
    told = summary(steps, here)
    assert len(told) <= 80
    parts = told.split(">")
    assert len(parts) <= 6
    assert all(STEP.match(part) for part in parts)
    assert len(set(parts[1:])) == len(parts[1:])
    assert (parts[0], parts[-1]) == (came, here)
    latest = list(dict.fromkeys(reversed([one for one in done if one != here])))
    assert parts[1:-1] == latest[: len(parts) - 2][::-1]
