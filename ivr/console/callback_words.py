"""What a helper has to know before ringing a caller, in words: whom, when, what is safe to say, and what was tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from ivr.callbacks.listing import UnderWay, Waiting
from ivr.callbacks.machine import Missed, State
from ivr.callbacks.matching import GenderWish
from ivr.callbacks.rows import OTHERS_SAFE, gender_of, may_say_who
from ivr.callbacks.windows import Span
from ivr.console.languages import gettext
from ivr.console.times import zone_of
from ivr.console.words import language_name, need_in_words

_MISSED: dict[str, Any] = {
    Missed.NO_ANSWER: _l("nobody picked up"),
    Missed.BUSY: _l("the line was busy"),
    Missed.NO_KEY: _l("somebody picked up, and pressed no key"),
    Missed.NOT_NOW: _l("the caller couldn't talk just then"),
    Missed.HELPER_GONE: _l("the helper's phone was put down first"),
    Missed.NO_WORD: _l("the telephone network never said what became of it"),
    Missed.REFUSED_BY_PROVIDER: _l("the telephone network didn't put it through"),
}

_WISHES: dict[GenderWish, Any] = {
    "woman": _l("Wants to talk with a woman."),
    "man": _l("Wants to talk with a man."),
}

_DOING: dict[str, Any] = {
    State.OFFERED: _l("The helper's phone rings"),
    State.DIALLING: _l("The caller is being rung"),
    State.TALKING: _l("Talking"),
    "": _l("Keying the outcome"),
}


def missed_in_words(missed: str) -> str:
    """Why an attempt failed, to be said after a colon."""
    return str(_MISSED.get(missed, ""))


def doing_in_words(attempt: UnderWay) -> str:
    """What happens in an attempt, as a supervisor reads it."""
    return str(_DOING[attempt.state if attempt.state in _DOING else ""])


def language_of(code: str | None) -> str:
    """The language in which a caller is to be spoken to."""
    return language_name(code) if code else gettext("No language chosen")


def card(waiting: Waiting, now: float) -> dict[str, Any]:
    """Everything of a callback that a helper reads. Never a number: the listing has none."""
    return {
        "id": waiting.id,
        "need": need_in_words(waiting.need),
        "crisis": waiting.crisis,
        "language": language_of(waiting.language),
        "asked_at": waiting.asked_at,
        "safe": _window(waiting.safe, waiting.time_zone),
        "there": _clock(now, waiting.time_zone),
        "notes": safety_notes(waiting.wishes),
        "tried": waiting.tried,
        "missed": missed_in_words(waiting.missed) if waiting.tried else "",
        "test": waiting.test,
    }


def safety_notes(wishes: Mapping[str, str]) -> list[str]:
    """What keeps the caller safe. Where nothing was keyed, the safe answer counts."""
    notes = [_who_we_are(wishes), _others(wishes)]
    wish = gender_of(wishes)
    return [*notes, str(_WISHES[wish])] if wish else notes


def _who_we_are(wishes: Mapping[str, str]) -> str:
    if may_say_who(wishes):
        return gettext("You may say who we are, once you are sure that it is the caller.")
    return gettext("Don't say who we are. Ask first whether the caller can talk.")


def _others(wishes: Mapping[str, str]) -> str:
    if wishes.get(OTHERS_SAFE) == "answer_yes":
        return gettext("If somebody else answers: that is safe. Say that you will ring again, and not why.")
    return gettext(
        "If somebody else answers: it isn't safe. Say that you have the wrong number, and hang up."
    )


def _window(span: Span, zone: str) -> str:
    return f"{_clock(span.opens, zone)}–{_clock(span.closes, zone)}"


def _clock(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(zone_of(zone)).strftime("%H:%M")
