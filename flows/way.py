"""The way of a call in a few coded steps: how she came in, what she did, and where she asks.

It is kept for long, in a log without names, so it holds no time, no count, and nothing twice.
"""

from __future__ import annotations

from typing import Literal

from flows.model import Connect, Node, Play, Services, VoiceMessage

CameBy = Literal["call", "missed_call"]
"""She rang, or let it ring once and was rung back."""

SILENT = "silent"
"""Nothing was pressed where a choice was offered, and no key has been pressed since."""

MOST_STEPS = 6
MOST_LETTERS = 80
BETWEEN = ">"

Steps = tuple[str, ...]
"""How she came in, and at most four steps of what she did, each once, the latest last."""


def with_step(steps: Steps, step: str) -> Steps:
    """One step more; what she did before and does again counts where she did it last."""
    return _short_enough(steps[0], [one for one in steps[1:] if one != step][-(MOST_STEPS - 3) :], step)


def without_step(steps: Steps, step: str) -> Steps:
    """As if she hadn't done this. How she came in stays."""
    return (steps[0], *[one for one in steps[1:] if one != step]) if step in steps else steps


def is_deed(node: Node, left_by: str, completed: bool | None) -> bool:
    """Whether a node that was left like this is something that the caller did: listened to an exercise, heard services,
    left a message, tried to reach somebody at once."""
    match node:
        case Play():
            return completed is True
        case Services():
            return left_by in ("key", "played")
        case VoiceMessage():
            return left_by == "recorded"
        case Connect(to=to):
            return to == "crisis" and left_by in ("connected", "unconnected")
        case _:
            return False


def code_of(flow: str, node: str, entry: str) -> str:
    """A place: a node of the first flow by its name alone."""
    return node if flow == entry else f"{flow}.{node}"


def summary(steps: Steps, here: str) -> str:
    """The way to where she asks now, at most 80 characters; where there is no room, what is longest ago goes."""
    return BETWEEN.join(_short_enough(steps[0], [one for one in steps[1:] if one != here], here))


def _short_enough(came: str, did: list[str], last: str) -> Steps:
    while did and len(BETWEEN.join([came, *did, last])) > MOST_LETTERS:
        del did[0]
    return (came, *did, last)
