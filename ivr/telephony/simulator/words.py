"""The words between a telephone and the interpreter: what happens to a call, and what is to be done. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Outcome = Literal["completed", "busy", "no-answer", "failed", "canceled"]
"""How a call, or a dialled party's leg, ended; the provider's own words."""

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a caller should never meet. `code` is stable, `text` is for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Opening:
    """One leg of a call. Numbers as sent: E.164, or "anonymous". Addresses are public ones.

    `rung` is a phone that the hotline has rung and that has just been picked up; otherwise the phone rings the hotline.
    `joins` is a leg whose reply is only a whisper: at its end the two parties are connected.
    """

    sid: str
    account: str
    from_number: str
    to_number: str
    voice_url: str
    fallback_url: str = ""
    status_url: str = ""
    rung: bool = False
    joins: bool = False
    parent: str = ""
    """The call that dialled this leg; "" for every other."""

    def params(self, status: str) -> Params:
        """What every webhook of this leg carries."""
        direction = "outbound-dial" if self.joins else "outbound-api" if self.rung else "inbound"
        always = (
            ("CallSid", self.sid),
            ("AccountSid", self.account),
            ("From", self.from_number),
            ("To", self.to_number),
            ("CallStatus", status),
            ("ApiVersion", "2010-04-01"),
            ("Direction", direction),
        )
        return (*always, ("ParentCallSid", self.parent)) if self.parent else always


# What happens


@dataclass(frozen=True, slots=True)
class Begin:
    """The call is placed, or the phone picked up."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The webhook has answered request `fetch`; `body` is what could be read of at most 64 kB + 1."""

    fetch: int
    status: int
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Request `fetch` got no answer within the provider's patience."""

    fetch: int


@dataclass(frozen=True, slots=True)
class ClipEnded:
    """Clip `play` was heard to its end."""

    play: int


@dataclass(frozen=True, slots=True)
class ClipBroken:
    """Clip `play` can't be had."""

    play: int


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """One of 0–9, * and #."""

    key: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The moment that `due` named has come."""


@dataclass(frozen=True, slots=True)
class RecordingKept:
    """The recording is over. `seconds` 0: nothing was heard, or there is no microphone."""

    sid: str
    url: str
    seconds: int


@dataclass(frozen=True, slots=True)
class PartyAnswered:
    """A dialled party is connected to the caller."""


@dataclass(frozen=True, slots=True)
class PartyEnded:
    """No dialled party is, or is any longer, connected."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The phone in front of us is put down."""


@dataclass(frozen=True, slots=True)
class SentElsewhere:
    """The hotline wants this call to go on with another reply."""

    url: str


@dataclass(frozen=True, slots=True)
class EndedByHotline:
    """The hotline ends the call from outside the call."""


Event = (
    Begin
    | Replied
    | Unreachable
    | ClipEnded
    | ClipBroken
    | KeyPressed
    | TimePassed
    | RecordingKept
    | PartyAnswered
    | PartyEnded
    | CallerHungUp
    | SentElsewhere
    | EndedByHotline
)

# What is to be done


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask for a reply."""

    fetch: int
    method: str
    url: str
    params: Params
    tries: str = ""
    """What stood after # in the address: how often the provider is to try. Neither sent nor signed."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the hotline; its answer is not read."""

    url: str
    params: Params


@dataclass(frozen=True, slots=True)
class Answered:
    """The hotline has picked up: from here on the call costs."""


@dataclass(frozen=True, slots=True)
class PlayClip:
    """Play a clip; say so when it has ended."""

    play: int
    url: str


@dataclass(frozen=True, slots=True)
class Speak:
    """The machine voice says a text."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StopSound:
    """Nothing is to be heard any more."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Keys count from now on. `clips` are the sounds that go with it."""

    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The last word is said; keys still count for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class NothingKeyed:
    """The wait is over and no key was pressed."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Beep, and record until `silence` seconds of silence, or until told to stop."""

    silence: float
    most_seconds: float
    beep: bool


@dataclass(frozen=True, slots=True)
class StopRecording:
    """Stop, and keep what there is."""


class Party(NamedTuple):
    """Somebody to be rung. `whisper` and `status_url` are absolute addresses, or ""."""

    number: str
    whisper: str = ""
    status_url: str = ""
    status_events: tuple[str, ...] = ()
    """What is to be told there: initiated, ringing, answered, completed."""


@dataclass(frozen=True, slots=True)
class StartDialling:
    """Ring the parties."""

    parties: tuple[Party, ...]
    caller_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StopDialling:
    """Ring nobody any more, and put down the connected party."""


@dataclass(frozen=True, slots=True)
class Join:
    """The whisper is over: connect this leg to the call that dialled it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A caller met something they should not."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over. `seconds` is what the provider would charge for."""

    outcome: Outcome
    seconds: int


Action = (
    Fetch
    | Notify
    | Answered
    | PlayClip
    | Speak
    | StopSound
    | Listening
    | Waiting
    | NothingKeyed
    | StartRecording
    | StopRecording
    | StartDialling
    | StopDialling
    | Join
    | Trouble
    | Ended
)
