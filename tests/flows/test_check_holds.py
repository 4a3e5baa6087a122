"""What the checker promises is what the engine does: a call it has no complaint about doesn't get lost."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings

from flows.check import check
from flows.checks.walk import walk
from flows.effects import Connect, EndCall, FindCallback, FindServices, RequestCallback, WithdrawCallback
from flows.engine import Step, begin, step
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
    Facts,
    Input,
    NobodyToConnect,
    ServicesFound,
    Silence,
    Started,
)
from flows.model import Pack
from flows.prompts import LAST_RESORT
from tests.flows.generated import broken_packs, restless_packs

ABOUT_THE_WAY = (
    "no such node",
    "There is no flow",
    "there is nothing to return to",
    "round and round",
    "presses nothing",
    "more than 3 flows",
    "no way leads to a goodbye",
    "No call ever comes to an end",
)


def answer(taken: Step) -> Input:
    """What a silent caller, and an installation where nobody is free, would say."""
    match taken.last:
        case FindServices():
            return ServicesFound(())
        case RequestCallback():
            return CallbackAnswered("noted")
        case FindCallback():
            return CallbackFound("none")
        case WithdrawCallback():
            return CallbackWithdrawn(done=False)
        case Connect():
            return NobodyToConnect()
        case _:
            return Silence()


def silent_call(pack: Pack, answers: int) -> Iterator[Step]:
    """A call in which nothing is ever pressed: as far as its end, or as it still goes round after so many answers."""
    taken = step(pack, begin(pack), Started(), Facts())
    yield taken
    for _ in range(answers):
        if taken.session.over:
            return
        taken = step(pack, taken.session, answer(taken), Facts())
        yield taken


@settings(max_examples=200, deadline=None)
@given(broken_packs() | restless_packs())
def test_silent_call_ends_well_unless_somebody_was_warned(pack: Pack) -> None:
    """If a caller who presses nothing goes round, or ends with the emergency words, the checker has said why."""
    *_, taken = silent_call(pack, 200)
    last = taken.last
    if not isinstance(last, EndCall) or any(said.prompt == LAST_RESORT for said in last.said):
        found = [problem.message for problem in check(pack)]
        assert any(words in message for message in found for words in ABOUT_THE_WAY), found


@settings(max_examples=100, deadline=None)
@given(broken_packs() | restless_packs())
def test_silent_call_stays_on_ways_the_checker_knows(pack: Pack) -> None:
    """Every place to which a silent call comes is one that the checker has followed."""
    known = walk(pack).places()
    for taken in silent_call(pack, 60):
        place = (taken.session.flow, taken.session.node)
        exists = place[0] in pack.flows and place[1] in pack.flows[place[0]].nodes
        assert place in known or not exists
