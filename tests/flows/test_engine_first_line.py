"""The hotline that ships, walked through in every way that a caller can take."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import pytest

from flows.effects import (
    AskKeys,
    Connect,
    EndCall,
    FindCallback,
    FindServices,
    RequestCallback,
    Said,
    Visited,
    WithdrawCallback,
)
from flows.engine import Step, begin, next_turn, step
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
    DialEnded,
    Digits,
    Facts,
    Heard,
    Input,
    NobodyToConnect,
    NumberFact,
    ServicesFound,
    Silence,
    Started,
)
from flows.lengths import estimated_seconds
from flows.load import load_pack
from flows.model import Branch, Pack
from flows.session import CAME_BY_CALLING, Session
from flows.ways import ways
from tests.flows.driving import Call

PRESSED = "01239*#"
LONGEST_WITHOUT_A_KEY = 200
LONGEST_WITH_A_LANGUAGE = 180
CLIP_LEAD_SECONDS = 0.4


@dataclass(frozen=True)
class Walked:
    """Every screen that can be reached: the session there, and the step that showed it."""

    pack: Pack
    facts: Facts
    steps: dict[str, Step]

    @property
    def nodes(self) -> set[str]:
        found = {taken.session.node for taken in self.steps.values()}
        for taken in self.steps.values():
            found |= {effect.node for effect in taken.effects if isinstance(effect, Visited)}
        return found


def possible(taken: Step) -> Iterator[Input]:
    """What can come of a step."""
    match taken.last:
        case RequestCallback():
            yield CallbackAnswered("noted")
            yield CallbackAnswered("unavailable")
        case FindCallback():
            yield CallbackFound("none")
            yield CallbackFound("unavailable")
            yield CallbackFound("waiting", "wait_some_days")
        case WithdrawCallback():
            yield CallbackWithdrawn(done=True)
            yield CallbackWithdrawn(done=False)
        case FindServices():
            yield ServicesFound(())
            yield ServicesFound((("goodbye",),))
        case Connect():
            yield NobodyToConnect()
            yield DialEnded(talked=True)
        case AskKeys():
            yield Silence(Heard(10, 1))
            yield from (Digits(key, Heard(2, 0.2)) for key in PRESSED)
        case _:
            return


def same_place(session: Session) -> str:
    """What tells two places of a call apart; where it was before, what was done there, and how often it was silent,
    don't."""
    alike = replace(session, turn=0, silences=0, passed=0, invalid=0, history=(), notes={})
    return replace(alike, steps=CAME_BY_CALLING).to_json()


def walk_through(pack: Pack, facts: Facts) -> Walked:
    first = step(pack, begin(pack), Started(), facts)
    steps = {same_place(first.session): first}
    waiting = deque([first])
    while waiting:
        taken = waiting.popleft()
        for given in possible(taken):
            following = step(pack, replace(taken.session, turn=0, silences=0), given, facts)
            place = same_place(following.session) + type(following.last).__name__
            if place not in steps:
                steps[place] = following
                waiting.append(following)
    return Walked(pack, facts, steps)


@pytest.fixture(scope="module")
def first_line() -> Pack:
    pack = load_pack(Path(__file__).parents[2] / "flows" / "packs" / "first_line").pack
    assert pack is not None
    return pack


@pytest.fixture(scope="module")
def walked(first_line: Pack) -> list[Walked]:
    return [walk_through(first_line, Facts(number=shown)) for shown in get_args(NumberFact)]


def test_every_node_can_be_reached(first_line: Pack, walked: list[Walked]) -> None:
    """Nothing was recorded in vain: some caller comes to each node of the hotline."""
    nodes = first_line.flows["first_line"].nodes
    reached = set().union(*(each.nodes for each in walked))
    passed = {name for name, node in nodes.items() if isinstance(node, Branch)}
    assert set(nodes) - passed <= reached
    for name in passed:
        resting = {way.to for way in ways(nodes[name])} - passed
        assert resting <= reached


def test_zero_rings_for_help_from_every_screen(first_line: Pack, walked: list[Walked]) -> None:
    """On every screen, in every state of a call, 0 rings for urgent help."""
    screens = 0
    for each in walked:
        for taken in each.steps.values():
            if isinstance(taken.last, AskKeys):
                screens += 1
                helped = step(first_line, replace(taken.session, turn=0), Digits("0"), each.facts)
                assert helped.last == Connect("crisis", 30)
    assert screens > 200


def test_no_way_ends_in_the_last_resort(walked: list[Walked]) -> None:
    """Every way through the hotline ends in a goodbye; the words for lost calls are never needed."""
    ends = [taken for each in walked for taken in each.steps.values() if isinstance(taken.last, EndCall)]
    assert ends
    assert {taken.session.node for taken in ends} == {"goodbye", "brief_goodbye"}


def seconds_said(pack: Pack, said: tuple[Said, ...]) -> float:
    return sum(
        estimated_seconds(pack.scripts[part.prompt, part.language].text, part.language) + CLIP_LEAD_SECONDS
        for part in said
    )


def seconds_without_a_key(pack: Pack, pressed: str, facts: Facts, answer: CallbackAnswered) -> float:
    """How long a call takes in which these keys are pressed at once, and nothing afterwards."""
    call = Call(pack, facts)
    total = 0.0
    while not call.over:
        match call.last:
            case RequestCallback():
                call.give(answer)
            case FindCallback():
                call.give(CallbackFound("none"))
            case Connect():
                call.give(NobodyToConnect())
            case AskKeys() if pressed:
                call.press(pressed[0])
                pressed = pressed[1:]
            case AskKeys(said=said, wait_seconds=wait):
                total += seconds_said(pack, said) + wait
                call.silent()
            case _:
                raise AssertionError(call.last)
    assert isinstance(call.last, EndCall)
    return total + seconds_said(pack, call.last.said)


@pytest.mark.parametrize("number", get_args(NumberFact))
def test_a_call_without_any_key_takes_about_three_minutes(first_line: Pack, number: NumberFact) -> None:
    """Somebody who can't press a key hears all that matters in each language, and isn't kept for long."""
    took = seconds_without_a_key(first_line, "", Facts(number=number), CallbackAnswered("noted"))
    assert 60 < took <= LONGEST_WITHOUT_A_KEY


@pytest.mark.parametrize("language", "1234")
def test_a_call_with_only_a_language_takes_three_minutes_at_most(first_line: Pack, language: str) -> None:
    """The same once a language is chosen, however long its words are."""
    took = seconds_without_a_key(first_line, language, Facts(), CallbackAnswered("noted"))
    assert 60 < took <= LONGEST_WITH_A_LANGUAGE


def test_without_a_language_the_emergency_number_comes_soon(first_line: Pack) -> None:
    """Somebody who presses 0 first has heard the emergency number in each language within 45 seconds of words."""
    call = Call(first_line).press("0").give(NobodyToConnect(), NobodyToConnect())
    assert isinstance(call.last, AskKeys)
    assert {said.language for said in call.last.said if said.prompt == "digit_1"} == set(first_line.languages)
    assert seconds_said(first_line, call.last.said) <= 45


def test_a_no_holds_until_the_call_ends(first_line: Pack) -> None:
    """Amina says no to a call, listens, and falls silent: no call is noted, and the offer isn't made again."""
    call = Call(first_line)
    for given in [Digits("1"), *[Silence()] * 3, Digits("2"), Silence(), Digits("2"), *[Silence()] * 6]:
        call.give(given).nothing_noted()
        assert not isinstance(call.last, RequestCallback)
    assert isinstance(call.last, EndCall)
    assert call.session.node == "goodbye"


def test_a_step_changes_nothing_of_the_session_it_was_given(first_line: Pack) -> None:
    """The session before a step stays as it was, so that the same webhook can be answered again from it."""
    session = begin(first_line)
    for key in "1121*901":
        before = session.to_json()
        taken = step(first_line, session, Digits(key), Facts())
        assert session.to_json() == before
        session = next_turn(taken.session)
        assert taken.session.turn == session.turn - 1
