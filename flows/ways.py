"""Where a node leads: the ways that are written in it, as the checker follows them and the picture draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flows.model import (
    AskLanguage,
    Branch,
    Callback,
    Connect,
    Enter,
    Flow,
    Menu,
    Node,
    Pack,
    Play,
    Rate,
    Services,
    VoiceMessage,
    Withdraw,
)
from flows.prompts import KEYS_FOR_LANGUAGES

By = Literal["key", "on", "silence", "case", "else", "talked"]
"""A key pressed; simply going on; nothing pressed; a case of a branch; when it can't be done; after a talk."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a node. `keys` may be several that lead to the same place; `word` is the case it stands for."""

    by: By
    to: str
    field: tuple[str, ...]
    """Which field of the node says so, such as ("options", "1")."""
    keys: tuple[str, ...] = ()
    word: str = ""
    says: str | None = None


def ways(node: Node, languages: int = 0) -> tuple[Way, ...]:
    """The ways that a node itself names. `languages` is how many can be chosen at an AskLanguage."""
    match node:
        case AskLanguage(then=then):
            own: tuple[Way, ...] = (Way("key", then, ("then",), tuple(KEYS_FOR_LANGUAGES[:languages])),)
        case Menu(options=options):
            own = tuple(Way("key", o.go, ("options", o.key, "go"), (o.key,), says=o.say) for o in options)
        case Rate(choices=choices, then=then):
            own = (Way("key", then, ("then",), tuple(choice.key for choice in choices)),)
        case Play(then=then) | VoiceMessage(then=then) | Enter(then=then):
            own = (Way("on", then, ("then",)),)
        case Callback(then=then, unavailable=unavailable):
            own = (Way("on", then, ("then",)), Way("else", unavailable, ("unavailable",), word="unavailable"))
        case Withdraw(then=then, otherwise=otherwise):
            own = (Way("on", then, ("then",)), Way("else", otherwise, ("otherwise",), word="not possible"))
        case Services(then=then, none=none):
            own = (Way("on", then, ("then",)), Way("else", none, ("none",), word="none"))
        case Connect(then=then, otherwise=otherwise):
            own = (
                Way("talked", then, ("then",), word="talked"),
                Way("else", otherwise, ("otherwise",), word="nobody"),
            )
        case Branch(cases=cases, otherwise=otherwise):
            own = (
                *(Way("case", to, ("cases", case), word=case) for case, to in cases),
                Way("case", otherwise, ("otherwise",), word="otherwise"),
            )
        case _:
            own = ()
    silence = getattr(node, "silence", None)
    return own if silence is None else (*own, Way("silence", silence, ("silence",)))


def waits_for_caller(node: Node) -> bool:
    """Whether the call stops here until the caller does something, or lets something pass."""
    return isinstance(node, AskLanguage | Menu | Rate | Play | VoiceMessage | Services)


def has_silence_path(node: Node) -> bool:
    """Whether keying nothing here leads along a `silence` path, of its own or of the flow."""
    return isinstance(node, AskLanguage | Menu | Rate)


def keys_of(node: Node, languages: int) -> tuple[str, ...]:
    """The keys to which a node itself gives a meaning."""
    own = tuple(key for way in ways(node, languages) for key in way.keys)
    return (*own, "#") if isinstance(node, Play | Services) else own


def silence_of(pack: Pack, flow: Flow, node: Node) -> tuple[Flow, str] | None:
    """Where the silence path of a node leads, and in which flow: its own, its flow's, or the entry flow's."""
    own = getattr(node, "silence", None) or flow.silence
    if own is not None:
        return flow, own
    entry = pack.flows[pack.entry]
    return None if entry.silence is None else (entry, entry.silence)
