"""What became of files that were sent, in words: what arrived, what waits for a person, and what wasn't taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import lazy_gettext as _l

from ivr.console.languages import gettext
from ivr.console.report_words import REFUSALS
from ivr.console.words import isolated, language_name
from ivr.recording.incoming import Received

Kind = Literal["matched", "open", "refused"]

NOT_TAKEN: Mapping[str, Any] = {
    "squeezed": _l(
        "This file is packed in a way that recordings aren't. Send it by itself, not in a zip file."
    ),
    "nested": _l("This is a zip file inside a zip file, which isn't opened. Send it by itself."),
    "locked": _l("This file is locked with a password. Send it by itself, without one."),
    "damaged": _l(
        "This file was damaged on its way. Make the zip file again, or send the recordings by themselves."
    ),
    "too_many_files": _l("There are too many files in this zip file: at most 500. Send it in parts."),
    "too_much_inside": _l("There is too much in this zip file. Send it in parts."),
    "sent_before": _l(
        "Something else was sent under the same mark. Load the page again and send it once more."
    ),
}
"""Codes of `archives.py` and `incoming.py`, beside those of recordings themselves."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file."""

    name: str
    kind: Kind
    sentence: str


def result_of(received: Received) -> Result:
    """One file, in words."""
    take = received.take
    if take is None:
        words = NOT_TAKEN.get(received.refusal) or REFUSALS.get(received.refusal) or NOT_TAKEN["damaged"]
        return Result(received.name, "refused", str(words))
    if not take.prompt:
        return Result(received.name, "open", gettext("It has arrived. Say below which prompt it is."))
    matched = gettext(
        "It has arrived as %(prompt)s, %(language)s.",
        prompt=isolated(take.prompt),
        language=language_name(take.language),
    )
    return Result(received.name, "matched", matched)
