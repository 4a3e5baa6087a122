"""The people of the telephone network: what they do when their phone rings, on every screen, and in a talk.

A `Person` has one phone. Everything they do is asked of three methods, which a test may override to give them a memory:

    class Joseph(Person):
        def is_rung(self, ring): return PicksUp(after=3) if self.awake else NEVER
        def hears(self, heard): return press("1") if "take_it" in heard.prompts else SILENT
        def is_joined(self, leg, other): return None          # stays until the other hangs up

The methods run with the network's lock held: they may look at anything and must not wait. Seconds are the network's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
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


PICKS_UP = PicksUp()
AREAS = (203, 205, 206, 207, 208, 209, 210, 212, 213, 214)


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


def speak(seconds: int, then: str = "") -> Move:
    """Talks for so many seconds after the tone, and then presses a key, or is silent."""
    return Move("voice", keys=then, seconds=seconds)


def speak_and_hang_up(seconds: int) -> Move:
    """Talks, and puts the phone down."""
    return Move("hang_up", seconds=seconds, after=float(seconds))


def hang_up(after: float | None = None) -> Move:
    """Puts the phone down."""
    return Move("hang_up", after=after)


def by_prompt(keys: Mapping[str, str], after: float | None = None) -> Hears:
    """Presses what belongs to the first prompt of a screen that is known, and nothing on other screens."""

    def hears(heard: Heard) -> Move:
        known = next((keys[prompt] for prompt in heard.prompts if prompt in keys), "")
        return press(known, after) if known else SILENT

    return hears


def fictional_numbers(count: int) -> list[str]:
    """At most a thousand numbers that belong to nobody, that a hotline may ring in the United States."""
    return [f"+1{AREAS[place // 100]}55501{place % 100:02}" for place in range(count)]


class Person:
    """Somebody with a phone. `does` is what they do on the screens of each leg: a function of what they hear, or words
    as in `read_moves`: "1,~,2@0.5,end" presses 1, is silent, presses 2 after half a second, hangs up; then silence.

    `reaction` to a ring; several for one ring after the other, the last of which holds on. `talks` is after how many
    seconds of a talk they hang up; None leaves that to the other.
    """

    def __init__(
        self,
        number: str,
        does: str | Hears = "",
        reaction: Reaction | Sequence[Reaction] = PICKS_UP,
        talks: float | None = None,
    ) -> None:
        self.number = number
        self.reactions = [reaction] if isinstance(reaction, str | PicksUp) else list(reaction)
        self.talks = talks
        self._moves = read_moves(does) if isinstance(does, str) else ()
        self._decides = None if isinstance(does, str) else does

    def is_rung(self, ring: LegRecord) -> Reaction:
        """The phone rings. Not asked while the phone is in use: then it is busy."""
        return self.reactions.pop(0) if len(self.reactions) > 1 else self.reactions[0]

    def hears(self, heard: Heard) -> Move:
        """What is done on a screen."""
        if self._decides is not None:
            return self._decides(heard)
        return self._moves[heard.screen] if heard.screen < len(self._moves) else SILENT

    def is_joined(self, leg: LegRecord, other: LegRecord) -> float | None:
        """Two people are connected: after how many seconds this one hangs up, or None."""
        return self.talks


@dataclass(frozen=True)
class Chances:
    """How likely people do what; the rest is picking up and doing what they meant to."""

    busy: float = 0.05
    never: float = 0.15
    dead: float = 0.03
    hangs_up: float = 0.05
    """Picks up and puts the phone down within three seconds."""
    says_nothing: float = 0.05
    """Somebody or something picks up, and presses no key."""


class MoodyPerson(Person):
    """Somebody who is different at every ring, as `random` has it: the same again for the same seed."""

    def __init__(
        self,
        number: str,
        does: str | Hears,
        random: Random,
        chances: Chances | None = None,
        talks: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(number, does)
        self._random = random
        self._chances = chances or Chances()
        self._talks = talks
        self._silent = False

    def is_rung(self, ring: LegRecord) -> Reaction:
        """Anything may happen."""
        chances, drawn = self._chances, self._random.random()
        after = self._random.uniform(1, 15)
        self._silent = False
        for chance, reaction in (
            (chances.busy, BUSY),
            (chances.never, NEVER),
            (chances.dead, DEAD),
            (chances.hangs_up, PicksUp(after, self._random.uniform(0, 3))),
        ):
            drawn -= chance
            if drawn < 0:
                return reaction
        self._silent = drawn < chances.says_nothing
        return PicksUp(after)

    def hears(self, heard: Heard) -> Move:
        """What they meant to do, unless they say nothing."""
        return SILENT if self._silent else super().hears(heard)

    def is_joined(self, leg: LegRecord, other: LegRecord) -> float | None:
        """A talk of some length."""
        return None if self._talks is None else self._random.uniform(*self._talks)


__all__ = [
    "BUSY",
    "DEAD",
    "NEVER",
    "PICKS_UP",
    "SILENT",
    "Chances",
    "Heard",
    "Hears",
    "MoodyPerson",
    "Move",
    "Person",
    "PicksUp",
    "Reaction",
    "by_prompt",
    "fictional_numbers",
    "hang_up",
    "press",
    "speak",
    "speak_and_hang_up",
]
