"""How a helper stands, in words: to the helper, and to supervisors."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from ivr.console.languages import gettext
from ivr.people.wellbeing import Standing, Verdict

_SHORT: dict[Standing, Any] = {
    Standing.FREE: _l("Free"),
    Standing.OFF: _l("Not on call"),
    Standing.BUSY: _l("In a call"),
    Standing.WRAP_UP: _l("Resting after a call"),
    Standing.PAUSED: _l("On a break"),
    Standing.NEEDS_A_BREAK: _l("Resting after hard calls"),
    Standing.DONE_FOR_TODAY: _l("Done for today"),
    Standing.DEBRIEF_FIRST: _l("Debriefing first"),
}


def standing_in_short(verdict: Verdict) -> str:
    """What a supervisor reads of a helper."""
    return str(_SHORT[verdict.standing])


def standing_in_words(verdict: Verdict) -> str:
    """What a helper reads of themself: how they stand, why, and what comes next."""
    return _SENTENCES[verdict.standing]()


_SENTENCES = {
    Standing.FREE: lambda: gettext("You are on call, and free."),
    Standing.OFF: lambda: gettext("You aren't on call now: nobody is offered to you."),
    Standing.BUSY: lambda: gettext("You are in a call."),
    Standing.WRAP_UP: lambda: gettext("You have just had a call. Take some minutes for yourself."),
    Standing.PAUSED: lambda: gettext("You are on a break: nobody is offered to you."),
    Standing.NEEDS_A_BREAK: lambda: gettext("You have done several hard calls in a row. Take a real break."),
    Standing.DONE_FOR_TODAY: lambda: gettext("Your shift is long enough for today. Thank you; rest now."),
    Standing.DEBRIEF_FIRST: lambda: gettext(
        "You had a call in which a life was at risk. Somebody talks with you before the next one."
    ),
}
