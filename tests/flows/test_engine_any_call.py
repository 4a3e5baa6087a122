"""Whatever a caller presses, in any order, in any flow that the checker accepts: the call goes well."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from flows.check import check
from flows.effects import (
    AskKeys,
    Connect,
    FindCallback,
    FindServices,
    Record,
    RequestCallback,
    WithdrawCallback,
)
from flows.engine import MOST_SILENCES, MOST_TURNS
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
    DialEnded,
    Digits,
    Earlier,
    Facts,
    Heard,
    HungUp,
    Input,
    Recorded,
    ServicesFound,
    Silence,
)
from flows.model import Pack
from flows.problems import any_error
from flows.screens import WAIT_SECONDS
from tests.flows.driving import Call, hang_up
from tests.flows.generated import restless_packs, right_packs
from tests.flows.generated_inputs import any_inputs, facts, garbage_keys, heard, keys, spoken_services, waits

MOST_WAITING = MOST_SILENCES * WAIT_SECONDS

drawn_calls = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


class AnyCall(RuleBasedStateMachine):
    """Amina calls a hotline that nobody has seen before, and does whatever she does."""

    call: Call

    @initialize(pack=right_packs(), facts=facts)
    def begins(self, pack: Pack, facts: Facts) -> None:
        self.call = Call(pack, facts)

    def asked(self, *kinds: type) -> bool:
        return isinstance(self.call.last, kinds)

    @precondition(lambda self: self.asked(AskKeys))
    @rule(key=keys, heard=heard)
    def presses_a_key(self, key: str, heard: Heard) -> None:
        self.call.give(Digits(key, heard))

    @precondition(lambda self: self.asked(AskKeys))
    @rule(digits=garbage_keys, heard=heard)
    def presses_nonsense(self, digits: str, heard: Heard) -> None:
        self.call.give(Digits(digits, heard))

    @precondition(lambda self: self.asked(AskKeys, Record))
    @rule(heard=heard)
    def stays_silent(self, heard: Heard) -> None:
        self.call.give(Silence(heard))

    @precondition(lambda self: self.asked(Record))
    @rule(seconds=st.floats(0, 60), ended_with=st.sampled_from(["", "#", "0", "*"]))
    def speaks(self, seconds: float, ended_with: str) -> None:
        self.call.give(Recorded(seconds, Heard(), ended_with))

    @precondition(lambda self: self.asked(RequestCallback))
    @rule(answer=st.sampled_from(["noted", "already_noted", "unavailable"]))
    def is_answered_about_a_callback(self, answer: Any) -> None:
        self.call.give(CallbackAnswered(answer))

    @precondition(lambda self: self.asked(FindCallback))
    @rule(found=st.sampled_from(get_args(Earlier)), waiting=waits)
    def is_told_of_an_earlier_wish(self, found: Any, waiting: str) -> None:
        self.call.give(CallbackFound(found, waiting))

    @precondition(lambda self: self.asked(WithdrawCallback))
    @rule(done=st.booleans())
    def takes_a_wish_back(self, done: bool) -> None:
        self.call.give(CallbackWithdrawn(done))

    @precondition(lambda self: self.asked(FindServices))
    @rule(services=spoken_services)
    def is_told_of_services(self, services: tuple[tuple[str, ...], ...]) -> None:
        self.call.give(ServicesFound(services))

    @precondition(lambda self: self.asked(Connect))
    @rule(talked=st.booleans())
    def is_connected(self, talked: bool) -> None:
        self.call.give(DialEnded(talked))

    @rule(stray=any_inputs)
    def meets_a_stray_webhook(self, stray: Input) -> None:
        self.call.give(stray)

    @invariant()
    def silence_comes_to_an_end(self) -> None:
        for nobody_answers in (False, True):
            turns, seconds = self.call.copy().stay_silent(nobody_answers)
            assert turns <= MOST_SILENCES
            assert seconds <= MOST_WAITING

    @invariant()
    def help_is_one_key_away(self) -> None:
        if self.asked(AskKeys):
            self.call.copy().call_for_help()

    @invariant()
    def hanging_up_is_always_possible(self) -> None:
        hang_up(self.call.copy())


AnyCall.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


class TestAnyCall(AnyCall.TestCase):
    """Any order of anything, one step at a time."""

    def runTest(self) -> None:
        """Whatever Amina does in whatever hotline, she is never left in silence and 0 leads her to a person."""
        super().runTest()


@drawn_calls
@given(pack=right_packs())
def test_generated_packs_are_right(pack: Pack) -> None:
    """The hotlines that these tests make up are ones that the checker would let a programme publish."""
    assert not any_error(check(pack)), [p.message for p in check(pack) if p.severity == "error"]


@drawn_calls
@given(pack=right_packs(), facts=facts, inputs=st.lists(any_inputs, min_size=10, max_size=60))
def test_any_inputs_in_any_order(pack: Pack, facts: Facts, inputs: list[Input]) -> None:
    """Webhooks that make no sense where they arrive never break a call."""
    call = Call(pack, facts)
    for given_now in inputs:
        call.give(given_now)


@drawn_calls
@given(pack=restless_packs(), facts=facts, inputs=st.lists(any_inputs, max_size=8))
def test_no_pack_is_an_endless_silence(pack: Pack, facts: Facts, inputs: list[Input]) -> None:
    """Even in a hotline that was drawn as a circle, silence ends, and with the emergency number."""
    call = Call(pack, facts, checked=False)
    for given_now in inputs:
        call.give(given_now)
    for nobody_answers in (False, True):
        turns, seconds = call.copy().stay_silent(nobody_answers)
        assert turns <= MOST_SILENCES
        assert seconds <= MOST_WAITING


@settings(max_examples=60, deadline=None, derandomize=True)
@given(pack=restless_packs(), facts=facts, presses=st.lists(st.sampled_from("9*12345678"), min_size=12))
def test_calls_do_not_go_on_for_ever(pack: Pack, facts: Facts, presses: list[str]) -> None:
    """A child who plays with the keys for an hour occupies the line for a bounded number of turns."""
    call = Call(pack, facts, checked=False)
    for turn in range(2 * MOST_TURNS):
        if call.over:
            break
        call.nobody_helps()
        call.give(Digits(presses[turn % len(presses)]))
    assert call.over
    assert call.session.turn <= MOST_TURNS + 1


@settings(drawn_calls, max_examples=30)
@given(pack=right_packs(), facts=facts, data=st.data())
def test_after_the_end_nothing_is_said(pack: Pack, facts: Facts, data: st.DataObject) -> None:
    """Once a call is over, late webhooks say and keep nothing."""
    call = Call(pack, facts)
    call.give(HungUp())
    call.give(data.draw(any_inputs | st.just(HungUp())))
    assert len(call.taken.effects) == 1
