"""Where a call is. A small JSON document (at most 2 kB), rewritten every turn."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

SESSION_VERSION = 1
MOST_BYTES = 2048
MOST_HISTORY = 6
MOST_STACK = 3
MOST_NOTES = 12
MOST_ASKED = 4

Place = tuple[str, str]
"""(flow, node)"""


@dataclass(frozen=True, slots=True)
class Session:
    """`turn` counts the replies given. `tries` and `invalid` are of the node the caller is at."""

    flow: str
    node: str
    turn: int = 0
    language: str | None = None
    tries: int = 0
    invalid: int = 0
    silences: int = 0
    stack: tuple[Place, ...] = ()
    history: tuple[Place, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    """The needs for which a callback is already noted in this call."""
    over: bool = False

    def to_json(self) -> str:
        document: dict[str, Any] = {"v": SESSION_VERSION, "f": self.flow, "n": self.node, "t": self.turn}
        if self.language is not None:
            document["l"] = self.language
        if self.tries:
            document["r"] = self.tries
        if self.invalid:
            document["i"] = self.invalid
        if self.silences:
            document["s"] = self.silences
        if self.stack:
            document["k"] = self.stack
        if self.history:
            document["h"] = self.history
        if self.notes:
            document["m"] = self.notes
        if self.asked:
            document["a"] = self.asked
        if self.over:
            document["o"] = 1
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Session:
        document = json.loads(text)
        if document["v"] != SESSION_VERSION:
            raise UnknownSessionVersion(document["v"])
        return cls(
            flow=document["f"],
            node=document["n"],
            turn=document["t"],
            language=document.get("l"),
            tries=document.get("r", 0),
            invalid=document.get("i", 0),
            silences=document.get("s", 0),
            stack=tuple((f, n) for f, n in document.get("k", ())),
            history=tuple((f, n) for f, n in document.get("h", ())),
            notes=document.get("m", {}),
            asked=tuple(document.get("a", ())),
            over=bool(document.get("o", 0)),
        )


class UnknownSessionVersion(ValueError):
    """A session was written by a newer Warmline than the one that reads it. Permanent for this call."""
