"""Why a helper puts a callback back, and who reads it: a list, so that nothing of a caller is ever typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ivr.callbacks.put_back import HELPS_THE_NEXT, GivenBack, Reason
from ivr.console.callback_words import language_of
from ivr.console.frame import go
from ivr.console.words import in_a_row, need_in_words

REASONS: dict[Reason, Any] = {
    Reason.WANTS_A_WOMAN: _l("The caller would rather talk with a woman"),
    Reason.WANTS_A_MAN: _l("The caller would rather talk with a man"),
    Reason.BAD_TIME: _l("It is a bad time for the caller"),
    Reason.OTHER_LANGUAGE: _l("The caller needs another language"),
    Reason.SOMEBODY_ELSE: _l("Somebody else can help this caller better"),
    Reason.NOT_ALONE: _l("I can't talk undisturbed just now"),
    Reason.PHONE: _l("My phone doesn't work"),
    Reason.TOO_MUCH: _l("It is too much for me right now"),
    Reason.MISTAKE: _l("I took it by mistake"),
}
"""Codes, and what whoever presses says by them."""

_TO_THE_NEXT: dict[Reason, Any] = {
    Reason.WANTS_A_WOMAN: _l("A helper before you says: the caller would rather talk with a woman."),
    Reason.WANTS_A_MAN: _l("A helper before you says: the caller would rather talk with a man."),
    Reason.BAD_TIME: _l("A helper before you says: it was a bad time for the caller."),
    Reason.OTHER_LANGUAGE: _l("A helper before you says: the caller needs another language."),
    Reason.SOMEBODY_ELSE: _l("A helper before you says: somebody else can help this caller better."),
}

_TO_SUPERVISORS: dict[Reason, Any] = {
    Reason.WANTS_A_WOMAN: _l("would rather talk with a woman"),
    Reason.WANTS_A_MAN: _l("would rather talk with a man"),
    Reason.BAD_TIME: _l("a bad time for the caller"),
    Reason.OTHER_LANGUAGE: _l("needs another language"),
    Reason.SOMEBODY_ELSE: _l("somebody else can help better"),
    Reason.NOT_ALONE: _l("a helper couldn't talk undisturbed"),
    Reason.PHONE: _l("a helper's phone didn't work"),
    Reason.TOO_MUCH: _l("it was too much for a helper just then"),
    Reason.MISTAKE: _l("taken by mistake"),
}

_NEXT = {
    Reason.PHONE: "console.number",
    Reason.TOO_MUCH: "console.mine",
    Reason.NOT_ALONE: "console.mine",
}


def choices() -> tuple[dict[Reason, Any], dict[Reason, Any]]:
    """What can be pressed: what is about the caller, and what is about oneself."""
    of_the_caller = {code: words for code, words in REASONS.items() if code in HELPS_THE_NEXT}
    return of_the_caller, {code: words for code, words in REASONS.items() if code not in HELPS_THE_NEXT}


def what_comes_next(reason: Reason | None) -> Response:
    """The page that helps: one's own number, one's own calls with the break, or the queue."""
    return go(_NEXT.get(reason, "console.queue") if reason is not None else "console.queue")


def said_to_the_next(said: Iterable[Reason]) -> list[str]:
    """What helps whoever takes it next, the latest last."""
    return [str(_TO_THE_NEXT[reason]) for reason in said]


def given_back_in_words(one: GivenBack) -> dict[str, Any]:
    """What a supervisor reads of it: how often, and why; never by whom."""
    return {
        "id": one.id,
        "need": need_in_words(one.need),
        "language": language_of(one.wanted.language),
        "asked_at": one.asked_at,
        "times": ngettext("Put back %(num)s time", "Put back %(num)s times", one.times),
        "reasons": in_a_row(str(_TO_SUPERVISORS[reason]) for reason in one.reasons),
    }
