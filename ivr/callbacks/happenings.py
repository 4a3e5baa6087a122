"""What can happen to a callback, and what is to be done about it: the words in which the state machine is spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Missed(StrEnum):
    """Why an attempt to reach the caller has failed."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    NO_KEY = "no_key"
    NOT_NOW = "not_now"
    HELPER_GONE = "helper_gone"
    NO_WORD = "no_word"
    REFUSED_BY_PROVIDER = "refused_by_provider"


# ── What happens


@dataclass(frozen=True, slots=True)
class Taken:
    """A helper takes the callback, or is the next to be rung."""

    helper: str
    attempt: str


@dataclass(frozen=True, slots=True)
class HelperAccepted:
    """The helper has pressed 1."""

    attempt: str


@dataclass(frozen=True, slots=True)
class HelperLegOver:
    """The helper's leg has ended: not answered, not taken, hung up, or dead."""

    attempt: str


@dataclass(frozen=True, slots=True)
class HelperNotRung:
    """The provider can't ring even the helper: for so many seconds others come first, who may wait on another line."""

    attempt: str
    pause: float


@dataclass(frozen=True, slots=True)
class CallerPickedUp:
    """Somebody, or something, has picked up the caller's phone."""

    attempt: str


@dataclass(frozen=True, slots=True)
class CallerAccepted:
    """The caller has pressed the key after the neutral greeting, and is put through."""

    attempt: str


@dataclass(frozen=True, slots=True)
class CallerLegOver:
    """The caller's leg has ended."""

    attempt: str
    missed: Missed = Missed.NO_ANSWER


@dataclass(frozen=True, slots=True)
class PutBack:
    """The helper gives the callback back before the caller has answered."""

    attempt: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The caller doesn't want the call any more."""


@dataclass(frozen=True, slots=True)
class NumberGone:
    """The number has been shredded: nobody can be called any more."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened. Asked by the sweep when `until` is over."""


Happening = (
    Taken
    | HelperAccepted
    | HelperLegOver
    | HelperNotRung
    | CallerPickedUp
    | CallerAccepted
    | CallerLegOver
    | PutBack
    | Withdrawn
    | NumberGone
    | TimePassed
)


# ── What is to be done


@dataclass(frozen=True, slots=True)
class RingHelper:
    """Ring the helper of this attempt."""

    attempt: str


@dataclass(frozen=True, slots=True)
class RingCaller:
    """Ring the caller; the helper is on the line."""

    attempt: str


@dataclass(frozen=True, slots=True)
class EndLegs:
    """Hang up whatever legs this attempt has."""

    attempt: str


@dataclass(frozen=True, slots=True)
class AskOutcome:
    """The helper owes an outcome: a task stays open until it is there."""

    helper: str


@dataclass(frozen=True, slots=True)
class CloseCase:
    """The number is shredded, and the outcome log gets its row."""


Deed = RingHelper | RingCaller | EndLegs | AskOutcome | CloseCase
