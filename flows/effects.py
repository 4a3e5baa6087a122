"""What the engine wants done. A turn's effects are some `Visited` and `Noted`, then exactly one of `Ending`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

LeftBy = Literal[
    "key", "silence", "played", "invalid", "recorded", "connected", "unconnected", "hung_up", "passed"
]


CLOCK = "$clock"
"""The wish that names the time zone whose clock counts for a callback. No answer can be noted under such a name."""


class Said(NamedTuple):
    """One clip to be heard: a prompt in a language."""

    prompt: str
    language: str


class Visited(NamedTuple):
    """The caller has left a node: the row from which drop-off is counted."""

    flow: str
    node: str
    language: str | None
    left_by: LeftBy
    key: str | None = None
    seconds: int = 0
    completed: bool | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A coded answer, such as how the caller feels after an exercise."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AskKeys:
    """Play, listening for one key all the while (`barge_in`) or only afterwards; then wait, then Silence."""

    said: tuple[Said, ...]
    wait_seconds: int
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """Play, beep, and record what the caller says until a key, a pause or `max_seconds`."""

    said: tuple[Said, ...]
    max_seconds: int


@dataclass(frozen=True, slots=True)
class FindServices:
    """Answered within the turn by ServicesFound."""

    need: str
    area: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class RequestCallback:
    """Answered within the turn by CallbackAnswered."""

    need: str
    language: str | None
    wishes: tuple[tuple[str, str], ...]
    corrects: str = ""
    """What the inside called the request of this call that this one takes the place of, or ""."""
    unanswered: tuple[str, ...] = ()
    """What was asked for it, and not answered: an answer from an earlier call doesn't hold any more."""
    way: str = field(default="", compare=False)
    """How the caller came here, in a few coded steps (`flows.way`). What is asked for is the same, whatever the way."""


@dataclass(frozen=True, slots=True)
class FindCallback:
    """Whether a callback is noted for the caller's phone already; answered within the turn by CallbackFound."""


@dataclass(frozen=True, slots=True)
class WithdrawCallback:
    """Takes back what is noted for the caller's phone; answered within the turn by CallbackWithdrawn."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Ring somebody for the caller; answered by NobodyToConnect within the turn, or by DialEnded later."""

    to: str
    seconds: int
    clock: str = ""
    """The time zone that the caller has named in this call, or "": for the callback that may follow."""
    way: str = field(default="", compare=False)
    """As in RequestCallback."""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Play, then hang up."""

    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """The call is already over: nothing can be said any more."""


Inside = FindServices | RequestCallback | FindCallback | WithdrawCallback
Ending = AskKeys | Record | Connect | EndCall | Over
Effect = Visited | Noted | Inside | Ending
