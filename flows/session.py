"""Where a call is. A small JSON document (at most 2 kB), rewritten every turn."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flows.way import Steps

SESSION_VERSION = 1
MOST_BYTES = 2048
MOST_HISTORY = 6
MOST_STACK = 3
MOST_NOTES = 12
MOST_ASKED = 3
WITHDRAWN = "withdrawn"

CAME_BY_CALLING: Steps = ("call",)

Place = tuple[str, str]
"""(flow, node)"""

_write = json.JSONEncoder(separators=(",", ":")).encode
_read = json.JSONDecoder().decode


@dataclass(slots=True)
class Session:
    """`turn` counts the replies given. `tries` and `invalid` are of the node the caller is at.

    Nothing changes a session; a test holds it. It isn't frozen, because making a frozen one costs as much as a step.
    """

    flow: str
    node: str
    turn: int = 0
    language: str | None = None
    can_press: bool = False
    """The caller has pressed a key before choosing a language, and is asked for it before the next question."""
    asking: bool = False
    """The language menu is what was said last, though the call is at another node."""
    said_no: str = ""
    """How a call was declined that silence would have asked for: with a key, or WITHDRAWN. It holds until the call
    ends, or the caller asks for one."""
    tries: int = 0
    invalid: int = 0
    silences: int = 0
    passed: int = 0
    """Nodes passed since the caller was last heard."""
    stack: tuple[Place, ...] = ()
    history: tuple[Place, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    asked: tuple[tuple[str, str], ...] = ()
    """The needs for which a callback is already noted in this call, each with what the inside calls it."""
    over: bool = False
    waiting: str = ""
    """How long a call may take to come, as it was said when it was asked for or asked after; "" before that."""
    steps: Steps = CAME_BY_CALLING
    """What the caller has done so far (`flows.way`)."""

    def at_turn(self, turn: int) -> Session:
        """The same session at another turn. Written out, because `replace` takes four times as long."""
        return Session(
            self.flow,
            self.node,
            turn,
            self.language,
            self.can_press,
            self.asking,
            self.said_no,
            self.tries,
            self.invalid,
            self.silences,
            self.passed,
            self.stack,
            self.history,
            self.notes,
            self.asked,
            self.over,
            self.waiting,
            self.steps,
        )

    def to_json(self) -> str:
        """The document; what has its usual value is left out."""
        document: dict[str, Any] = {"v": SESSION_VERSION, "f": self.flow, "n": self.node, "t": self.turn}
        if self.language is not None:
            document["l"] = self.language
        if self.history:
            document["h"] = self.history
        if self.notes:
            document["m"] = self.notes
        if self.stack:
            document["k"] = self.stack
        if self.asked:
            document["a"] = self.asked
        if self.over:
            document["o"] = 1
        if self.tries or self.invalid or self.silences or self.passed:
            document["c"] = (self.tries, self.invalid, self.silences, self.passed)
        if self.can_press or self.asking:
            document["q"] = 2 if self.asking else 1
        if self.said_no:
            document["x"] = self.said_no
        if self.waiting:
            document["w"] = self.waiting
        if self.steps != CAME_BY_CALLING:
            document["d"] = self.steps
        return _write(document)

    @classmethod
    def from_json(cls, text: str) -> Session:
        """Raises UnreadableSession when the text is no session, UnknownSessionVersion when it is a newer one."""
        try:
            document = _read(text)
            if document["v"] != SESSION_VERSION:
                raise UnknownSessionVersion(document["v"])
            tries, invalid, silences, passed = document.get("c", (0, 0, 0, 0))
            asked = document.get("q", 0)
            return cls(
                flow=document["f"],
                node=document["n"],
                turn=document["t"],
                language=document.get("l"),
                can_press=asked > 0,
                asking=asked > 1,
                said_no=document.get("x", ""),
                tries=tries,
                invalid=invalid,
                silences=silences,
                passed=passed,
                stack=_places(document.get("k", ())),
                history=_places(document.get("h", ())),
                notes=document.get("m", {}),
                asked=_places(document.get("a", ())),
                over="o" in document,
                waiting=document.get("w", ""),
                steps=tuple(document.get("d", CAME_BY_CALLING)),
            )
        except UnreadableSession:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableSession("this is no session") from error


def _places(pairs: Iterable[list[str]]) -> tuple[Place, ...]:
    return tuple([(flow, node) for flow, node in pairs])


class UnreadableSession(ValueError):
    """A stored session can't be understood. Permanent for this call."""


class UnknownSessionVersion(UnreadableSession):
    """A session was written by a newer Warmline than the one that reads it. Permanent for this call."""
