"""What a caller keyed about being called, in the reader's language: whoever rings has to keep to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from ivr.console.languages import gettext

_WHEN: dict[str, Any] = {
    "as_soon_as_possible": _l("As soon as possible"),
    "in_the_morning": _l("In the morning"),
    "in_the_evening": _l("In the evening"),
}


class Keyed(NamedTuple):
    """One answer."""

    asked: str
    answered: str


def wishes_in_words(wishes: Mapping[str, str]) -> list[Keyed]:
    """The answers, the safe one where a caller gave none."""
    return [
        Keyed(gettext("When it is safe to ring"), _when(wishes.get("safe_when", ""))),
        Keyed(gettext("May we say who we are"), _yes_or_no(wishes.get("say_who", ""))),
        Keyed(gettext("Safe if somebody else answers"), _yes_or_no(wishes.get("others_safe", ""))),
    ]


def _when(answer: str) -> str:
    return str(_WHEN.get(answer) or answer.replace("_", " ") or gettext("Not said"))


def _yes_or_no(answer: str) -> str:
    if answer == "answer_yes":
        return gettext("Yes")
    return gettext("No") if answer else gettext("No: the caller didn't say")
