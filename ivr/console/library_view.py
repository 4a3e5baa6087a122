"""What the library's first page shows of a matrix: how far each language is, and the prompts that were asked for. Pure
but for the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ivr.console.languages import gettext
from ivr.console.pictures import stacked
from ivr.console.recording_words import STATES, left_in_words, progress_in_words
from ivr.console.words import language_name
from ivr.recording.matrix import Cell, Progress
from ivr.recording.scripts import Key

A_PAGE = 40
"""Prompts on a page: with four languages it stays well below 100 kB."""
IN_A_BAR = ("approved", "to_review", "received", "again", "outdated")
"""The filled pieces of a bar; what isn't recorded stays empty."""
CLINICAL = "clinical"
WANTED_STATES = (*STATES, CLINICAL)

Cells = Mapping[Key, Cell]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown: language, state, voice, place in the call, first row; empty for all of them."""

    language: str = ""
    state: str = ""
    voice: str = ""
    place: str = ""
    start: int = 0


def wanted_of(args: Mapping[str, str], languages: Iterable[str]) -> Wanted:
    """What an address asks for; what it can't mean is left out."""
    language, state = args.get("language", ""), args.get("state", "")
    start = args.get("start", "")
    return Wanted(
        language=language if language in set(languages) else "",
        state=state if state in WANTED_STATES else "",
        voice=args.get("voice", "").replace("\0", "")[:200],
        place=args.get("place", "").replace("\0", "")[:200],
        start=int(start) if start.isdecimal() and len(start) < 5 else 0,
    )


def language_card(progress: Progress, address: Callable[[str], str], review: str = "") -> dict[str, Any]:
    """How far a language is. `address` leads to the prompts in a state; `review` to what is to be reviewed."""
    counts = counts_of(progress)
    left = [
        {"words": words, "address": review if kind == "to_review" and review else address(kind)}
        for kind, words in left_in_words(counts, progress.clinical_reviews_wanted)
    ]
    return {
        "code": progress.language,
        "name": language_name(progress.language),
        "sentence": progress_in_words(progress.language, counts, progress.clinical_reviews_wanted),
        "done": gettext("%(done)s of %(total)s approved", done=counts["approved"], total=progress.total),
        "pieces": stacked(counts, IN_A_BAR, progress.total),
        "left": left,
    }


def counts_of(progress: Progress) -> dict[str, int]:
    """How many prompts are in each state."""
    return {state.value: count for state, count in progress.by_state.items()}


def rows_of(
    cells: Cells,
    wanted: Wanted,
    numbers: Mapping[str, int],
    places: Mapping[str, Sequence[str]],
    address: Callable[[str, str], str],
) -> list[dict[str, Any]]:
    """A row for each prompt that is wanted, in the order of the sheet, with a cell for each language."""
    languages = shown_languages(cells, wanted)
    prompts = [
        prompt
        for prompt in dict.fromkeys(prompt for prompt, _ in cells)
        if (not wanted.place or wanted.place in places.get(prompt, ()))
        and any(_is_wanted(cells[prompt, code], wanted) for code in languages if (prompt, code) in cells)
    ]
    return [
        {
            "prompt": prompt,
            "number": numbers.get(prompt),
            "cells": [_cell(cells.get((prompt, code)), code, address) for code in languages],
        }
        for prompt in prompts
    ]


def shown_languages(cells: Cells, wanted: Wanted) -> list[str]:
    """The languages that have a column."""
    there = dict.fromkeys(code for _, code in cells)
    return [wanted.language] if wanted.language else list(there)


def _is_wanted(cell: Cell, wanted: Wanted) -> bool:
    if wanted.voice and voice_of(cell) != wanted.voice:
        return False
    if wanted.state == CLINICAL:
        return cell.needs_clinical
    return not wanted.state or cell.state == wanted.state


def voice_of(cell: Cell) -> str:
    """Who says a prompt, or has recorded it last; "" while nobody has."""
    if cell.take is not None:
        return cell.take.voice
    return cell.clip.voice if cell.clip is not None and cell.clip.state == "approved" else ""


def _cell(cell: Cell | None, code: str, address: Callable[[str, str], str]) -> dict[str, Any]:
    if cell is None:
        return {"name": language_name(code), "kind": ""}
    return {
        "name": language_name(code),
        "kind": cell.state.value,
        "address": address(cell.prompt, code),
        "voice": voice_of(cell),
    }


def a_page_of(rows: Sequence[Any], wanted: Wanted) -> tuple[Sequence[Any], Wanted | None, Wanted | None]:
    """The rows of this page, and what to ask for to see those before and after."""
    start = wanted.start if wanted.start < len(rows) else 0
    before = replace(wanted, start=max(0, start - A_PAGE)) if start else None
    after = replace(wanted, start=start + A_PAGE) if start + A_PAGE < len(rows) else None
    return rows[start : start + A_PAGE], before, after


def counted(rows: Sequence[Any], wanted: Wanted) -> str:
    """Which of how many prompts are shown."""
    start = wanted.start if wanted.start < len(rows) else 0
    last = min(len(rows), start + A_PAGE)
    return gettext("Prompts %(first)s to %(last)s of %(total)s", first=start + 1, last=last, total=len(rows))
