"""The people of the telephone network: what they do when their phone rings, on every screen, and in a talk.

A `Person` has one phone. Everything they do is asked of three methods, which a test may override to give them a memory:

    class Joseph(Person):
        def is_rung(self, ring): return PicksUp(after=3) if self.awake else NEVER
        def hears(self, heard): return press("1") if "take_it" in heard.prompts else SILENT
        def is_joined(self, leg, other): return None          # stays until the other hangs up

The methods run with the network's lock held: they may look at anything and must not wait. Seconds are the network's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ivr.telephony.simulator.hands import SILENT, Move, read_moves

if TYPE_CHECKING:
    from tests.network.ledger import LegRecord


@dataclass(frozen=True, slots=True)
class PicksUp:
    """Answers, and puts the phone down again after so many seconds, whatever happens (None: doesn't)."""

    after: float = 4.0
    hangs_up_after: float | None = None


NotAnswered = Literal["busy", "never", "dead"]
Reaction = PicksUp | NotAnswered
BUSY: NotAnswered = "busy"
NEVER: NotAnswered = "never"
DEAD: NotAnswered = "dead"
"""Switched off or out of reach: the network says at once that the call failed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One screen: something that takes keys, or records a voice."""

    leg: LegRecord
    url: str
    """The address that gave this screen."""
    clips: tuple[str, ...]
    """The addresses of all clips since the reply began, those that come before the keys count included."""
    said: tuple[tuple[str, str], ...]
    """The same clips as (prompt, language), as far as the network was told which is which."""
    screen: int
    """How many screens this leg has had before."""
    records: bool = False

    @property
    def prompts(self) -> tuple[str, ...]:
        """What is said, without the languages."""
        return tuple(prompt for prompt, _ in self.said)


Hears = Callable[[Heard], Move]


def press(keys: str, after: float | None = None) -> Move:
    """Presses keys: so many seconds into the screen, or once its last word is said (None)."""
    return Move("keys", keys=keys, after=after)


def hang_up(after: float | None = None) -> Move:
    """Puts the phone down."""
    return Move("hang_up", after=after)


class Person:
    """Somebody with a phone. `does` is what they do on the screens of each leg: a function of what they hear, or words
    as in `read_moves`: "1,~,2@0.5,end" presses 1, is silent, presses 2 after half a second, hangs up; then silence.

    `talks` is after how many seconds of a talk they hang up; None leaves that to the other.
    """

    def __init__(
        self,
        number: str,
        does: str | Hears = "",
        reaction: Reaction | None = None,
        talks: float | None = None,
    ) -> None:
        self.number = number
        self.reaction: Reaction = PicksUp() if reaction is None else reaction
        self.talks = talks
        self._moves = read_moves(does) if isinstance(does, str) else ()
        self._decides = None if isinstance(does, str) else does

    def is_rung(self, ring: LegRecord) -> Reaction:
        """The phone rings. Not asked while the phone is in use: then it is busy."""
        return self.reaction

    def hears(self, heard: Heard) -> Move:
        """What is done on a screen."""
        if self._decides is not None:
            return self._decides(heard)
        return self._moves[heard.screen] if heard.screen < len(self._moves) else SILENT

    def is_joined(self, leg: LegRecord, other: LegRecord) -> float | None:
        """Two people are connected: after how many seconds this one hangs up, or None."""
        return self.talks


__all__ = [
    "BUSY",
    "DEAD",
    "NEVER",
    "SILENT",
    "Heard",
    "Hears",
    "Move",
    "Person",
    "PicksUp",
    "Reaction",
    "hang_up",
    "press",
]
