"""Drives the engine as a house would, and looks at every step: this is where each promise is held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from flows.effects import (
    AskKeys,
    Connect,
    EndCall,
    Ending,
    FindCallback,
    FindServices,
    Inside,
    Noted,
    Over,
    Record,
    RequestCallback,
    Visited,
    WithdrawCallback,
)
from flows.engine import MOST_SILENCES, MOST_TURNS, Step, begin, next_turn, step
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
    DialEnded,
    Digits,
    Facts,
    Heard,
    HungUp,
    Input,
    NobodyToConnect,
    ServicesFound,
    Silence,
    Started,
)
from flows.model import Pack
from flows.prompts import LAST_RESORT
from flows.session import MOST_BYTES, Session

INSIDE = get_args(Inside)
MOST_KEPT_A_STEP = 51
"""One for each node that can be passed, and one for the node that the caller leaves."""


@dataclass(slots=True)
class Call:
    """A call under test. Every step goes through JSON, is taken twice, and is looked at."""

    pack: Pack
    facts: Facts = field(default_factory=Facts)
    checked: bool = True
    """Whether the checker has no complaint of the pack: then only the engine's bounds end in the last resort."""
    session: Session = field(init=False)
    taken: Step = field(init=False)

    def __post_init__(self) -> None:
        self.session = begin(self.pack)
        self.give(Started())

    def copy(self) -> Call:
        other = object.__new__(Call)
        other.pack, other.facts, other.checked = self.pack, self.facts, self.checked
        other.session, other.taken = self.session, self.taken
        return other

    @property
    def last(self) -> Inside | Ending:
        return self.taken.last

    @property
    def over(self) -> bool:
        return isinstance(self.last, EndCall | Over)

    @property
    def at(self) -> tuple[str, str]:
        """The flow and the node."""
        return self.session.flow, self.session.node

    @property
    def said(self) -> list[str]:
        """The prompts of the screen."""
        assert isinstance(self.last, AskKeys | Record | EndCall)
        return [said.prompt for said in self.last.said]

    @property
    def languages(self) -> list[str]:
        """The languages of the screen, in their order."""
        assert isinstance(self.last, AskKeys | Record | EndCall)
        return list(dict.fromkeys(said.language for said in self.last.said))

    @property
    def visits(self) -> list[Visited]:
        return [effect for effect in self.taken.effects if isinstance(effect, Visited)]

    def press(self, keys: str) -> Call:
        """Each key on a screen of its own."""
        return self.give(*(Digits(key, Heard(2, 0.2)) for key in keys))

    def silent(self, times: int = 1) -> Call:
        return self.give(*[Silence(Heard(10, 1))] * times)

    def give(self, *given: Input) -> Call:
        for each in given:
            self._take(each)
        return self

    def _take(self, given: Input) -> None:
        if isinstance(given, NobodyToConnect) and isinstance(self.last, Connect):
            # That nobody can be rung is found out inside the house, within the turn.
            self.session = self.taken.session
        stored = self.session.to_json()
        assert len(stored.encode()) <= MOST_BYTES, stored
        read = Session.from_json(stored)
        assert read == self.session
        self.taken = step(self.pack, read, given, self.facts)
        assert self.taken == step(self.pack, self.session, given, self.facts), "the same input, the same step"
        look_at(self.pack, self.taken)
        if self.checked and ends_in_last_resort(self.taken):
            after = self.taken.session
            assert after.silences >= MOST_SILENCES or after.turn >= MOST_TURNS, "the call got lost"
        inside = isinstance(self.last, INSIDE)
        self.session = self.taken.session if inside else next_turn(self.taken.session)

    def nothing_noted(self) -> Call:
        """Answers that no call is noted for this phone, where that is asked."""
        for _ in range(MOST_KEPT_A_STEP):
            if not isinstance(self.last, FindCallback):
                break
            self.give(CallbackFound("none"))
        return self

    def nobody_helps(self) -> None:
        """Answers from inside, as on a night when no part of the house can do anything."""
        for _ in range(MOST_KEPT_A_STEP):
            match self.last:
                case RequestCallback():
                    self.give(CallbackAnswered("unavailable"))
                case FindCallback():
                    self.give(CallbackFound("none"))
                case WithdrawCallback():
                    self.give(CallbackWithdrawn(done=False))
                case FindServices():
                    self.give(ServicesFound(()))
                case Connect():
                    self.give(NobodyToConnect())
                case _:
                    return
        raise AssertionError("the call runs in a circle without the caller")

    def stay_silent(self, nobody_answers: bool) -> tuple[int, int]:
        """Presses nothing until the call ends. The number of turns, and the seconds that were waited after words.

        Where the call would ring somebody, either nobody can be rung or nobody answers."""
        seconds = 0
        for turns in range(MOST_SILENCES + 1):
            while isinstance(self.last, (*INSIDE, Connect)):
                if nobody_answers and isinstance(self.last, Connect):
                    break
                self.nobody_helps()
            match self.last:
                case EndCall() | Over():
                    return turns, seconds
                case AskKeys(wait_seconds=wait):
                    seconds += wait
                    self.give(Silence(Heard(10, 1)))
                case Record():
                    self.give(Silence(Heard(10, 1)))
                case Connect():
                    self.give(DialEnded(talked=False))
        raise AssertionError("somebody who presses nothing never comes to an end")

    def call_for_help(self) -> None:
        """Presses 0 until it leads to a person; a callback that is noted already leads on from there."""
        asked = self.session.asked
        last = self.give(Digits("0")).nothing_noted().last
        person = isinstance(last, Connect | RequestCallback)
        passed = any(visit.left_by == "passed" for visit in self.visits)
        assert person or (asked and passed) or ends_in_last_resort(self.taken), last


def ends_in_last_resort(taken: Step) -> bool:
    """Whether the call ends in the words for calls that can't go on."""
    last = taken.last
    return isinstance(last, EndCall) and any(said.prompt == LAST_RESORT for said in last.said)


def look_at(pack: Pack, taken: Step) -> None:
    """One ending effect, last; before it only what is to be kept; nothing said that is empty or in no language."""
    *kept, last = taken.effects
    assert all(isinstance(effect, Visited | Noted) for effect in kept)
    assert len(kept) <= MOST_KEPT_A_STEP
    assert not isinstance(last, Visited | Noted)
    assert isinstance(last, EndCall | Over) == taken.session.over
    if isinstance(last, AskKeys | Record | EndCall):
        assert last.said or isinstance(last, Record), "a caller would hear nothing"
        for said in last.said:
            assert said.language in pack.languages
            assert (said.prompt, said.language) in pack.scripts or said.prompt.startswith("service_")
    if isinstance(last, AskKeys):
        assert 1 <= last.wait_seconds <= 10
    language = taken.session.language
    assert language is None or language in pack.languages
    if language is not None and isinstance(last, Record | EndCall):
        assert {said.language for said in last.said} <= {language}, "a language the caller didn't choose"


def hang_up(call: Call) -> None:
    assert isinstance(call.give(HungUp(Heard(3, 0.5))).last, Over)
