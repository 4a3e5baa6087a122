"""Old words beside new ones, with what differs marked in both. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

Pieces = list[tuple[str, bool]]
"""Pieces of a text, in order; True where the other text says something else."""

_WORD = re.compile(r"\s+|\S+")


def side_by_side(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces. Where there is no old text, nothing is marked: all of it is new."""
    if not before:
        return [], [(after, False)]
    old, new = _WORD.findall(before), _WORD.findall(after)
    left: Pieces = []
    right: Pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for pieces, words in ((left, old[a:b]), (right, new[c:d])):
            if words:
                pieces.append(("".join(words), kind != "equal"))
    return left, right
