"""Values of rows as a backup tells them, held to what their columns can have. An archive whose sums are right may still
have been made by Mallory, and a row that no page can show stops every page that shows rows.
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode
from datetime import date
from typing import Any, get_args

from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, String

from audio.shelf import APPROVED, WITHDRAWN
from audio.tables import clips, takes
from audio.take_rows import Source
from audio.take_states import TakeState

LARGEST_INTEGER = 2**31 - 1

_SHA = re.compile(r"(?:[0-9a-f]{64})?")
_WORDS = {
    takes.c.state: frozenset(TakeState),
    takes.c.source: frozenset(get_args(Source)),
    clips.c.state: frozenset({APPROVED, WITHDRAWN, "demo"}),
}
"""Columns that have one of a few words."""


def value_of(column: Column[Any], told: Any) -> Any:
    """What stands in the column. Raises ValueError or TypeError for what can't."""
    if told is None:
        if not column.nullable:
            raise ValueError(f"{column.name} is missing")
        return None
    kind = column.type
    if isinstance(kind, LargeBinary):
        return b64decode(told, validate=True)
    if isinstance(kind, Date):
        return date.fromisoformat(told)
    if isinstance(kind, Boolean):
        return _of_kind(told, bool)
    if isinstance(kind, Integer):
        return _integer(told)
    if isinstance(kind, Float):
        return _float(told)
    if isinstance(kind, String):
        return _text(column, told)
    raise TypeError(f"{column.name} is of a kind that no backup holds")


def _of_kind(told: Any, kind: type) -> Any:
    if type(told) is not kind:
        raise TypeError(f"{type(told).__name__} isn't {kind.__name__}")
    return told


def _integer(told: Any) -> int:
    number: int = _of_kind(told, int)
    if abs(number) > LARGEST_INTEGER:
        raise ValueError("a number too large")
    return number


def _float(told: Any) -> float:
    number = float(_of_kind(told, int) if isinstance(told, int) else _of_kind(told, float))
    if not math.isfinite(number):
        raise ValueError("no number")
    return number


def _text(column: Column[Any], told: Any) -> str:
    words: str = _of_kind(told, str)
    longest = column.type.length  # type: ignore[attr-defined]
    if "\0" in words or (longest is not None and len(words) > longest):
        raise ValueError(f"{column.name} is too long")
    if column.name.endswith("sha") and not _SHA.fullmatch(words):
        raise ValueError(f"{column.name} names no sound")
    if column in _WORDS and words not in _WORDS[column]:
        raise ValueError(f"{column.name} can't be {words[:40]}")
    if column is takes.c.report and not isinstance(json.loads(words), dict):
        raise ValueError("no report")
    return words
