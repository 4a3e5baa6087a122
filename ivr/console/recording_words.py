"""What the recording room says of prompts, takes and their reports, in words and signs: never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from ivr.console.languages import gettext, language
from ivr.console.words import in_a_row, language_name


@dataclass(frozen=True, slots=True)
class State:
    """A state as it is shown: its sign, its word, and what it means for whoever works on it."""

    sign: str
    word: Any
    meaning: Any


STATES: Mapping[str, State] = {
    "missing": State("–", _l("Missing"), _l("Nobody has recorded it yet.")),
    "demo": State(
        "≈", _l("Demo voice"), _l("Only the demo voice says it. It isn't heard outside a demonstration.")
    ),
    "received": State(
        "…", _l("Being prepared"), _l("It has arrived, and is being made into a clip for the telephone.")
    ),
    "to_review": State("?", _l("To review"), _l("A second person who speaks the language has to hear it.")),
    "again": State("↺", _l("Again"), _l("Whoever heard it asks for another take.")),
    "outdated": State("!", _l("Outdated"), _l("The script has changed since it was recorded.")),
    "approved": State("✓", _l("Approved"), _l("It can go on air.")),
}
"""How a prompt stands in a language, from nothing to done."""

TAKE_STATES: Mapping[str, State] = {
    "at_provider": State("…", _l("Being fetched"), _l("It was recorded by phone, and is being fetched.")),
    "matching": State("…", _l("Not matched"), _l("Nobody has said yet which prompt it says.")),
    "received": STATES["received"],
    "at_work": STATES["received"],
    "to_review": STATES["to_review"],
    "approved": State("✓", _l("Approved"), _l("Somebody who speaks the language has heard and approved it.")),
    "again": STATES["again"],
    "refused": State("×", _l("Unusable"), _l("No clip could be made of it.")),
    "withdrawn": State("×", _l("Withdrawn"), _l("It isn't used any more.")),
}

SOURCES: Mapping[str, Any] = {
    "browser": _l("in the browser"),
    "phone": _l("by phone"),
    "file": _l("as a file"),
}
"""How a take came in."""


def progress_in_words(code: str, counts: Mapping[str, int], clinical: int = 0) -> str:
    """`Swahili: 41 of 63 approved; 12 to record, 10 to review`. `clinical` as in `left_in_words`."""
    total = sum(counts.values())
    values = {"language": language_name(code), "done": counts.get("approved", 0), "total": total}
    left = [words for _, words in left_in_words(counts, clinical)]
    if values["done"] == total:
        done = gettext("%(language)s: all %(total)s approved", **values)
    else:
        done = gettext("%(language)s: %(done)s of %(total)s approved", **values)
    if not left:
        return done
    return ("؛ " if language() == "ar" else "; ").join((done, in_a_row(left)))


def left_in_words(counts: Mapping[str, int], clinical: int = 0) -> list[tuple[str, str]]:
    """What is still to be done in a language, as (state, words). `clinical`: scripts that a supervisor has to read."""
    said = (
        ("missing", counts.get("missing", 0), _l("%(count)s to record")),
        ("demo", counts.get("demo", 0), _l("%(count)s in the demo voice, to record")),
        ("again", counts.get("again", 0), _l("%(count)s to record again")),
        ("outdated", counts.get("outdated", 0), _l("%(count)s to record anew, because the script changed")),
        ("received", counts.get("received", 0), _l("%(count)s being prepared")),
        ("to_review", counts.get("to_review", 0), _l("%(count)s to review")),
        ("clinical", clinical, _l("%(count)s for a supervisor to read")),
    )
    return [(state, str(words) % {"count": count}) for state, count, words in said if count]
