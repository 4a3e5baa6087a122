"""Quotation marks that are left open, end too early, or are curly: what word processors do to them."""

from __future__ import annotations

import re

CURLY = "“”„‟«»‘’‚"
CURLY_MESSAGE = "There are curly quotation marks here, which mean nothing in this file."
CURLY_HINT = (
    'Write straight ones, as in "9". Some editors bend them while you type; that can be switched off there.'
)

_FIELD = re.compile(r"""\s*(- )?["']?[\w*#]+["']?\s*:(\s|$)""")
_CURLY_OPENED = re.compile(rf"(^\s*|[:{{\[,]\s+|[{{\[])[{CURLY}]")


def left_open(lines: list[str], last: int) -> int | None:
    """The first line, up to `last`, in which a quotation mark is opened and not closed though something new follows.
    Lines count from 0. A text that goes on in the next line is nothing to complain of."""
    for number, line in enumerate(lines[: last + 1]):
        rest = _unclosed(line)
        if rest is None:
            continue
        following = next((after for after in lines[number + 1 :] if after.strip()), "")
        if rest.rstrip().endswith(("}", "]")) or not following or _FIELD.match(following):
            return number
    return None


def ends_early(line: str) -> bool:
    """Whether a quoted text is followed by more of it, as after the apostrophe in 'it's'."""
    position = 0
    while (opened := _opening(line, position)) is not None:
        closed = _closing(line, opened)
        if closed is None:
            return False
        if line[closed + 1 : closed + 2].isalnum():
            return True
        position = closed + 1
    return False


def curly(line: str) -> bool:
    """Whether a curly quotation mark stands where a text or a name begins."""
    return _CURLY_OPENED.search(line) is not None


def _unclosed(line: str) -> str | None:
    """What follows a quotation mark that is opened in this line and not closed in it."""
    position = 0
    while (opened := _opening(line, position)) is not None:
        closed = _closing(line, opened)
        if closed is None:
            return line[opened + 1 :]
        position = closed + 1
    return None


def _opening(line: str, start: int) -> int | None:
    """Where the next quotation mark stands that begins a text: at the start, or after a sign that parts things."""
    for position in range(start, len(line)):
        before = line[:position].rstrip()
        if line[position] == "#" and (position == 0 or line[position - 1] == " "):
            return None
        if line[position] in "\"'" and (not before or before[-1] in ":{[,-"):
            return position
    return None


def _closing(line: str, opened: int) -> int | None:
    mark, position = line[opened], opened + 1
    while position < len(line):
        if mark == '"' and line[position] == "\\":
            position += 2
        elif line[position] != mark:
            position += 1
        elif mark == "'" and line[position + 1 : position + 2] == "'":
            position += 2
        else:
            return position
    return None
