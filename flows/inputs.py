"""What can happen to a call, as the engine is told of it. No clock, no form fields, no numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from flows.house import WAIT_UNKNOWN


class Heard(NamedTuple):
    """How much of the last screen was listened to: seconds, and the share of its length (0 to 1)."""

    seconds: float = 0.0
    share: float = 0.0


NOTHING_HEARD = Heard()


@dataclass(frozen=True, slots=True)
class Started:
    """The call has been answered."""


@dataclass(frozen=True, slots=True)
class Digits:
    """The caller pressed something. `keys` is whatever the network sent, not yet known to make sense."""

    keys: str
    heard: Heard = NOTHING_HEARD


@dataclass(frozen=True, slots=True)
class Silence:
    """Everything was played, and no key was pressed in the time after it."""

    heard: Heard = NOTHING_HEARD


@dataclass(frozen=True, slots=True)
class Recorded:
    """The caller's message has ended. `keys` is what ended it, if the network says so."""

    seconds: float
    heard: Heard = NOTHING_HEARD
    keys: str = ""


@dataclass(frozen=True, slots=True)
class DialEnded:
    """A connection has ended, or never came about. `talked` is true when two people were connected."""

    talked: bool
    heard: Heard = NOTHING_HEARD


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over."""

    heard: Heard = NOTHING_HEARD


CallbackAnswer = Literal["noted", "already_noted", "unavailable"]


@dataclass(frozen=True, slots=True)
class CallbackAnswered:
    """What became of a RequestCallback, and what the inside calls it while the call lasts."""

    answer: CallbackAnswer
    reference: str = ""
    waiting: str = ""
    """How long the call may take to come: one of `flows.house.WAITING_TIMES`, or "" where nothing is known."""


Earlier = Literal["waiting", "none", "unavailable"]
"""Whether a callback is noted for the caller's phone; "unavailable" when there is none, and none can be noted now."""


@dataclass(frozen=True, slots=True)
class CallbackFound:
    """Whether a callback is noted for the caller's phone, and if so, how long it may take to come."""

    found: Earlier
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class CallbackWithdrawn:
    """Whether the callback is taken back; not `done` when there was none, or a helper is about to call."""

    done: bool


@dataclass(frozen=True, slots=True)
class ServicesFound:
    """The services for a FindServices, best first: each is the prompts that say it."""

    services: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class NobodyToConnect:
    """Nobody can be rung for a Connect."""


FromCaller = Started | Digits | Silence | Recorded | DialEnded | HungUp
FromInside = CallbackAnswered | CallbackFound | CallbackWithdrawn | ServicesFound | NobodyToConnect
Input = FromCaller | FromInside


NumberFact = Literal["yes", "no", "unavailable"]
"""Whether the caller's phone shows a number; "unavailable" when it does, and it can't be called back now."""


class Facts(NamedTuple):
    """What the engine may know of the world in this turn."""

    open: bool = True
    number: NumberFact = "yes"
    emergency_number: str = "112"
    waiting_time: str = WAIT_UNKNOWN
    """What `$waiting_time` becomes. The engine knows it from the answers to what it asked."""
