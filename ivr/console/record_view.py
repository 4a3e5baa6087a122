"""What the recording page shows of the scripts of a language: the words, how they are meant, and what stands around
them in a call."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from flows.model import Pack
from ivr.console.languages import gettext, ngettext
from ivr.console.recording_words import STATES
from ivr.recording.due import around
from ivr.recording.matrix import TO_RECORD, Cell
from ivr.recording.scripts import Key

SHORTEST_LIMIT, LONGEST_LIMIT = 20, 300
ROOM_FOR_PAUSES = 2.5
"""Whoever records slowly, breathes and begins a sentence again needs no more than this, times the length aimed at."""


class Line(TypedDict):
    """One script as the page reads it. `longest` is in seconds; `before` and `after` are prompts; `due`: it
    has to be recorded."""

    prompt: str
    number: str
    text: str
    direction: str
    aim: str
    before: str
    after: str
    words: str
    sign: str
    fingerprint: str
    longest: int
    due: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """The scripts that "previous" and "next" lead to; None where there is none."""

    previous: Line | None
    next: Line | None


def longest_seconds(aim: float) -> int:
    """When a recording stops by itself: a recorder that was left running helps nobody."""
    return max(SHORTEST_LIMIT, min(LONGEST_LIMIT, math.ceil(aim * ROOM_FOR_PAUSES)))


def lines_of(
    pack: Pack, cells: Mapping[Key, Cell], language: str, numbers: Mapping[str, int]
) -> dict[str, Line]:
    """Every script of a language of a pack, by prompt, in the order of the sheet."""
    return {
        prompt: _line(pack, cell, numbers.get(prompt))
        for (prompt, code), cell in cells.items()
        if code == language
    }


def _line(pack: Pack, cell: Cell, number: int | None) -> Line:
    script = pack.scripts[cell.prompt, cell.language]
    there = around(pack, cell.prompt)
    state = STATES[cell.state.value]
    return Line(
        prompt=cell.prompt,
        number="" if number is None else str(number),
        text=script.text,
        direction=script.direction,
        aim=_aim(script.aim_seconds),
        before=there.before if (there.before, cell.language) in pack.scripts else "",
        after=there.after if (there.after, cell.language) in pack.scripts else "",
        words=str(state.word),
        sign=state.sign,
        fingerprint=cell.fingerprint,
        longest=longest_seconds(script.aim_seconds),
        due=cell.state in TO_RECORD,
    )


def _aim(seconds: float) -> str:
    if not seconds:
        return ""
    count = max(1, round(seconds))
    return ngettext("about %(num)s second", "about %(num)s seconds", count)


def steps(lines: Sequence[Line], prompt: str) -> Steps:
    """From one script to the one before it, and to the next that has to be recorded, beginning anew after the last."""
    at = next((place for place, line in enumerate(lines) if line["prompt"] == prompt), 0)
    following = [*lines[at + 1 :], *lines[:at]]
    after = next((line for line in following if line["due"]), None) or next(iter(lines[at + 1 :]), None)
    return Steps(lines[at - 1] if at else None, after)


def progress_words(lines: Sequence[Line]) -> str:
    """How many scripts still have to be recorded."""
    left = sum(line["due"] for line in lines)
    if not left:
        return gettext("All %(total)s scripts of this language are recorded.", total=len(lines))
    return gettext("%(left)s of %(total)s scripts are still to be recorded.", left=left, total=len(lines))
