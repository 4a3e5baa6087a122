"""What a flow is, as plain frozen objects that the engine can walk quickly.

A flow is a menu tree that programme staff write in YAML. `load.py` turns text into these objects and reports every
mistake; nothing here can be wrong once it exists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SPEC_VERSION = 1

KEYS = "0123456789*#"

EMERGENCY_NUMBER = "$emergency_number"
"""A prompt that stands for the emergency number of the line, read out digit by digit."""

WAITING_TIME = "$waiting_time"
"""A prompt that stands for how long the call may take to come that was asked for: a sentence of its own."""

STANDING_FOR = (EMERGENCY_NUMBER, WAITING_TIME)
"""What may stand where a prompt may, and isn't recorded under that name."""

Measure = Literal["completion"]
BranchOn = Literal["open", "language", "number", "callback"]

AGAIN = "again"
BACK = "back"


@dataclass(frozen=True, slots=True)
class Option:
    """One key of a menu: the prompt that names it ("To listen"), and the node it leads to."""

    key: str
    say: str
    go: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question: the prompt that names it, which is also the value that is noted."""

    key: str
    say: str


@dataclass(frozen=True, slots=True)
class GlobalKey:
    """A key that means the same in every node: `go` is a node, `again` or `back`; `say` announces it."""

    key: str
    go: str
    say: str | None = None


@dataclass(frozen=True, slots=True)
class AskLanguage:
    """Each language names itself and its key; the rest of the call is in the language chosen."""

    id: str
    then: str
    silence: str | None = None
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Menu:
    """An introduction, then "For X, press N" for each option. Spoken `tries` times, then `silence`."""

    id: str
    prompts: tuple[str, ...]
    options: tuple[Option, ...]
    silence: str | None = None
    tries: int = 3
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Play:
    """Something to listen to. `measure: completion` notes whether at least 75 % of it was heard."""

    id: str
    prompts: tuple[str, ...]
    then: str
    measure: Measure | None = None
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Rate:
    """A question whose answer is noted under a name, and kept for the rest of the call."""

    id: str
    prompts: tuple[str, ...]
    choices: tuple[Choice, ...]
    note: str
    then: str
    silence: str | None = None
    tries: int = 2


@dataclass(frozen=True, slots=True)
class Callback:
    """Asks for a callback, with the noted answers named in `wishes`. `unavailable`: when none can be offered.

    `clocks` are answers to one of these questions, each with the time zone by whose clock it is safe to call then.
    """

    id: str
    need: str
    then: str
    unavailable: str
    wishes: tuple[str, ...] = ()
    clocks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Takes back the callback that is noted for this phone; `otherwise` when there is none, or it is too late."""

    id: str
    then: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Services:
    """Reads out at most three whitelisted services for a need; `area` names a noted answer."""

    id: str
    need: str
    then: str
    none: str
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Connect:
    """Connects the caller with somebody now (`crisis`, `emergency`); `otherwise` when nobody can be reached."""

    id: str
    to: str
    then: str
    otherwise: str
    seconds: int = 30


@dataclass(frozen=True, slots=True)
class VoiceMessage:
    """Records the caller after a beep, at most `seconds` long."""

    id: str
    prompts: tuple[str, ...]
    then: str
    silence: str | None = None
    seconds: int = 120


@dataclass(frozen=True, slots=True)
class Branch:
    """Goes on without asking: by open hours, by language, by whether the caller's phone shows a number, or by whether
    a callback is noted for it already."""

    id: str
    on: BranchOn
    cases: tuple[tuple[str, str], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Enter:
    """Goes through another flow and comes back."""

    id: str
    flow: str
    then: str


@dataclass(frozen=True, slots=True)
class Return:
    """Goes back to the flow that entered this one."""

    id: str


@dataclass(frozen=True, slots=True)
class End:
    """Says goodbye and ends the call. Never silent: a caller who meets a bare hang-up thinks it is her fault."""

    id: str
    prompts: tuple[str, ...]


Node = (
    AskLanguage
    | Menu
    | Play
    | Rate
    | Callback
    | Withdraw
    | Services
    | Connect
    | VoiceMessage
    | Branch
    | Enter
    | Return
    | End
)


@dataclass(frozen=True, slots=True)
class Flow:
    """One menu tree. `silence` is the zero-press path of every node that doesn't name its own."""

    id: str
    languages: tuple[str, ...]
    start: str
    nodes: dict[str, Node]
    keys: dict[str, GlobalKey]
    silence: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Who has looked at a script in which role, and when. Empty dates mean: nobody yet."""

    state: str
    clinical: str = ""
    native_speaker: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """The text of a prompt in one language, to be read aloud by a person."""

    prompt: str
    language: str
    text: str
    direction: str
    aim_seconds: float
    therapeutic: bool
    source: str
    licence: str
    review: Review


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of flows with their scripts. Calls start in the flow `entry`."""

    id: str
    entry: str
    flows: dict[str, Flow]
    scripts: dict[tuple[str, str], Script] = field(default_factory=dict)
    """By (prompt, language)."""

    @property
    def languages(self) -> tuple[str, ...]:
        return self.flows[self.entry].languages
