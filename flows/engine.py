"""The engine: (pack, session, input, facts) → (session, effects). Pure, and every loop in it is bounded.

A step ends with one effect that is answered from inside (one of `Inside`, or Connect) or that goes to the caller.
`Visited` and `Noted` before it say what is to be kept.

`answers.py` knows what an input means, `arrivals.py` what a node does, `walk.py` where the call is meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from flows import screens
from flows.answers import take
from flows.arrivals import arrive
from flows.effects import Effect, Ending, Inside, Noted, Over, Visited
from flows.inputs import Facts, FromInside, HungUp, Input
from flows.model import Pack
from flows.session import Session
from flows.walk import COMPLETED_SHARE, MOST_SILENCES, MOST_STEPS, MOST_TURNS, Lost, Walk
from flows.way import CameBy

__all__ = [
    "COMPLETED_SHARE",
    "MOST_SILENCES",
    "MOST_STEPS",
    "MOST_TURNS",
    "Step",
    "begin",
    "next_turn",
    "step",
]

_FROM_INSIDE = get_args(FromInside)


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one input."""

    session: Session
    effects: tuple[Effect, ...]

    @property
    def last(self) -> Inside | Ending:
        """The effect that decides what happens next."""
        last = self.effects[-1]
        assert not isinstance(last, Visited | Noted)  # noqa: S101 - each path of the engine ends with another
        return last


def begin(pack: Pack, came_by: CameBy = "call") -> Session:
    """The session of a call that has just come in. Where there is only one language, nobody needs to choose it."""
    languages = pack.languages
    language = languages[0] if len(languages) == 1 else None
    return Session(pack.entry, pack.flows[pack.entry].start, language=language, steps=(came_by,))


def next_turn(session: Session) -> Session:
    """The session as it waits for the answer to a reply."""
    return session.at_turn(session.turn + 1)


def step(pack: Pack, session: Session, given: Input, facts: Facts) -> Step:
    """Applies one input. Any input is possible at any node; none raises, and none leaves the caller in silence."""
    walk = Walk(pack, session, facts)
    try:
        last = _last(walk, given)
    except Lost:
        last = screens.last_resort(walk.languages, facts)
        walk.over = True
    return Step(walk.session_after(last), (*walk.effects, last))


def _last(walk: Walk, given: Input) -> Inside | Ending:
    if walk.over:
        return Over()
    if isinstance(given, HungUp):
        walk.leave("hung_up", given.heard)
        walk.over = True
        return Over()
    if walk.before.turn >= MOST_TURNS:
        raise Lost
    if not isinstance(given, _FROM_INSIDE):
        walk.passed = 0
    return take(walk, given) or arrive(walk)
