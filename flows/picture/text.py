"""How wide a text will be, without any font at hand, and where to break it."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iljtfrI.,;:'’‘|!()[]{}“”\"`")
_WIDE = frozenset("mwMW@%—…")


def width(text: str, size: float) -> float:
    """Roughly the width in units of the drawing, on the safe side for common sans-serif fonts."""
    return sum(_em(character) for character in text) * size


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.92
    if character == " ":
        return 0.3
    if character.isascii():
        return 0.7 if character.isupper() else 0.58
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn"):
        return 0.0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.05
    return 0.52 if unicodedata.bidirectional(character) in ("AL", "R") else 0.66


def wrapped(text: str, size: float, room: float, most_lines: int) -> list[str]:
    """The text in lines no wider than `room`; what doesn't fit into `most_lines` is cut, and ends in “…”."""
    lines: list[str] = []
    line = ""
    words = text.split()
    for position, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if not line or width(longer, size) <= room:
            line = longer
            continue
        lines.append(fitted(line, size, room))
        if len(lines) == most_lines:
            lines[-1] = fitted(" ".join([line, *words[position:]]), size, room)
            return lines
        line = word
    return [*lines, fitted(line, size, room)] if line else lines


def fitted(text: str, size: float, room: float) -> str:
    """One line, cut at the end where it is too wide."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip(" ,.;…") + "…"
