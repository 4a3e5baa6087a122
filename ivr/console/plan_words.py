"""What supervisors do to the shifts of helpers, in words: for the helper's notice, and for the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from ivr.console.languages import gettext, language
from ivr.console.roster_words import day_in_words, shift_day, shift_hours
from ivr.console.times import zone_name
from ivr.console.words import isolated
from ivr.people.planning import ADDED, LEFT_OUT, MOVED, REMOVED, TAKEN_BACK, read_details
from ivr.people.refusals import ProfileUnusable

Details = Mapping[str, str]

_TO_THE_HELPER: dict[str, Callable[[str, str], str]] = {
    ADDED: lambda name, when: gettext("%(name)s asks you for a shift: %(when)s.", name=name, when=when),
    MOVED: lambda name, when: gettext("%(name)s has moved a shift of yours: %(when)s.", name=name, when=when),
    LEFT_OUT: lambda name, when: gettext(
        "%(name)s has left out a shift of yours: %(when)s.", name=name, when=when
    ),
    TAKEN_BACK: lambda name, when: gettext(
        "%(name)s asks you to come after all: %(when)s.", name=name, when=when
    ),
    REMOVED: lambda name, when: gettext(
        "%(name)s has taken a shift of yours off the roster: %(when)s.", name=name, when=when
    ),
}
_IN_THE_LOG: dict[str, Callable[[str], str]] = {
    ADDED: lambda when: gettext("Added: %(when)s.", when=when),
    MOVED: lambda when: gettext("Moved: %(when)s.", when=when),
    LEFT_OUT: lambda when: gettext("Left out: %(when)s.", when=when),
    TAKEN_BACK: lambda when: gettext("Taken back: %(when)s.", when=when),
    REMOVED: lambda when: gettext("Removed: %(when)s.", when=when),
}


def told_to_the_helper(details: Details, name: str) -> str:
    """What a supervisor has done, and that one may refuse it."""
    said = _TO_THE_HELPER.get(details.get("what", ""))
    if said is None:
        return gettext("%(name)s has changed a shift of yours.", name=name)
    if details["what"] == REMOVED:
        return said(name, _when(details))
    fine = gettext("You can refuse, and nobody minds.")
    return f"{said(name, _when(details))} {fine}"


def told_to_the_supervisor(details: Details, name: str) -> str:
    """That a helper can't, without a reason."""
    return gettext(
        "%(name)s can't take this shift: %(when)s. Look for somebody else.", name=name, when=_when(details)
    )


def shift_set_in_words(details: Details) -> str:
    """What was done, for the audit log."""
    said = _IN_THE_LOG.get(details.get("what", ""))
    return said(_when(details)) if said is not None else ""


def _when(details: Details) -> str:
    """Which day, which hours, and by the clock of which place."""
    try:
        shift = read_details(details)
    except (KeyError, ValueError, ProfileUnusable):
        return "?"
    day = day_in_words(date.fromisoformat(details["on"])) if "on" in details else shift_day(shift)
    return f"{day} {isolated(shift_hours(shift))} ({zone_name(shift.time_zone, language())})"
