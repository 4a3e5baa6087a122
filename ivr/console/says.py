"""What a page says about what has just been done, on the page that follows; and the way to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import session

_KEPT = "says"
MOST = 3


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that puts things back as they were."""

    address: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """`kind` is "done", or empty for what is merely said."""

    text: str
    kind: str
    undo: Undo | None


def say(text: Any, kind: str = "done", undo: Undo | None = None) -> None:
    """Says this at the top of the next page."""
    kept = {"text": str(text), "kind": kind}
    if undo:
        kept |= {"address": undo.address, "fields": [list(field) for field in undo.fields]}  # type: ignore[dict-item]
    session[_KEPT] = [*session.get(_KEPT, []), kept][-MOST:]


def said() -> list[Said]:
    """What is to be said now; it is said once."""
    return [_said(kept) for kept in session.pop(_KEPT, [])]


def _said(kept: dict[str, Any]) -> Said:
    undo = (
        Undo(kept["address"], [(name, value) for name, value in kept["fields"]])
        if "address" in kept
        else None
    )
    return Said(kept["text"], kept["kind"], undo)
