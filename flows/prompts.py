"""Which prompts a pack needs, beyond those its flows name.

"For X" and "press N" are separate clips, so a menu can be rearranged without recording anything again.
"""

from __future__ import annotations

from flows.house import needed_by_house, written_at_will
from flows.model import (
    STANDING_FOR,
    AskLanguage,
    End,
    Flow,
    Menu,
    Node,
    Pack,
    Play,
    Rate,
    VoiceMessage,
)

KEY_NAMES = {**{str(n): str(n) for n in range(10)}, "*": "star", "#": "hash"}

THIS_LANGUAGE = "this_language"
"""Each language names itself, and no more, for four have to be heard: "English,", "Kiswahili,"."""

INVALID_KEY = "invalid_key"
LAST_RESORT = "last_resort"
"""Said when a call has gone on for ever or a flow can't go on: warm, and with the emergency number after it."""

DIGITS = tuple(f"digit_{n}" for n in range(10))

ALWAYS_NEEDED = (THIS_LANGUAGE, INVALID_KEY, LAST_RESORT, *DIGITS)


def press(key: str) -> str:
    """The prompt that says "press N"."""
    return f"press_{KEY_NAMES[key]}"


def named_by(node: Node) -> tuple[str, ...]:
    """The prompts a node names itself, in the order a caller may hear them."""
    match node:
        case Menu(prompts=prompts, options=options):
            return (*prompts, *(part for o in options for part in (o.say, press(o.key))))
        case Rate(prompts=prompts, choices=choices):
            return (*prompts, *(part for c in choices for part in (c.say, press(c.key))))
        case Play(prompts=prompts) | VoiceMessage(prompts=prompts) | End(prompts=prompts):
            return prompts
        case _:
            return ()


def needed_by(flow: Flow) -> tuple[str, ...]:
    """Every prompt that a flow may say, each once, in a stable order."""
    found: dict[str, None] = dict.fromkeys(ALWAYS_NEEDED)
    for key in flow.keys.values():
        if key.say is not None:
            found.update(dict.fromkeys((key.say, press(key.key))))
    for node in flow.nodes.values():
        found.update(dict.fromkeys(named_by(node)))
        if isinstance(node, AskLanguage):
            found.update(dict.fromkeys(press(KEYS_FOR_LANGUAGES[n]) for n in range(len(flow.languages))))
    for name in (*STANDING_FOR, ""):  # "" of a node that could be read only in part
        found.pop(name, None)
    return tuple(found)


KEYS_FOR_LANGUAGES = "12345678"
"""Languages are chosen with 1, 2, 3 … in the order the flow lists them: most common first."""


def needed_by_flows(pack: Pack) -> tuple[str, ...]:
    """Every prompt that any flow of a pack may say, each once."""
    found: dict[str, None] = {}
    for flow in pack.flows.values():
        found.update(dict.fromkeys(needed_by(flow)))
    return tuple(found)


def needed_by_pack(pack: Pack) -> tuple[str, ...]:
    """Everything that may be said with a pack, each once: by its flows, and by the line itself."""
    return tuple(dict.fromkeys((*needed_by_flows(pack), *needed_by_house(pack))))


def only_of_house(pack: Pack) -> frozenset[str]:
    """What only the line itself may say."""
    return (frozenset(needed_by_house(pack)) | written_at_will(pack)) - frozenset(needed_by_flows(pack))
