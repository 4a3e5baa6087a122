"""What the page of one's own shifts and the page of a helper's have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, request
from sqlalchemy import Connection

from ivr.console.frame import my_zone, now, parts
from ivr.console.languages import gettext
from ivr.console.roster_forms import ShiftForm
from ivr.console.roster_words import shift_clock, shift_day, shift_hours, time_in_words
from ivr.console.times import zone_of
from ivr.people.refusals import NoSuchShift, ShiftIsOver, TooManyShifts
from ivr.people.roster import OnShift, Shift, ShiftImpossible
from ivr.people.shifts import Roster
from ivr.store.engine import reading

DAYS = 14


def coming_of(roster: Roster) -> list[dict[str, Any]]:
    """What takes place, and what was left out, the next first."""
    left_out = {(one.shift, one.on) for one in roster.left_out}
    every = sorted([*roster.times, *roster.left_out], key=lambda one: one.begins)
    return [_coming(one, (one.shift, one.on) in left_out) for one in every if one.ends > now()]


def _coming(one: OnShift, left_out: bool) -> dict[str, Any]:
    return {
        "shift": one.shift,
        "on": one.on.isoformat(),
        "time": time_in_words(one.begins, one.ends, zone_of(my_zone())),
        "begins": one.begins,
        "is_now": one.begins <= now() and not left_out,
        "left_out": left_out,
    }


def kept_in_words(one: Shift) -> dict[str, Any]:
    """A shift, by the clock by which it goes."""
    return {
        "id": one.id,
        "day": shift_day(one),
        "hours": shift_hours(one),
        "clock": shift_clock(one, my_zone()),
    }


def shift_of(person_id: str, shift_id: str) -> Shift:
    """A shift of this person; ends the request where there is none."""
    try:
        with reading(parts().database) as connection:
            return parts().people.shifts.shift(connection, person_id, shift_id)
    except NoSuchShift:
        abort(404)


def on_one_day(deed: Callable[[Connection, date], None]) -> None:
    """Does it for the date that was sent; ends the request where that is none, or there is no such shift."""
    try:
        day = date.fromisoformat(request.form.get("on", ""))
        with parts().database.begin() as connection:
            deed(connection, day)
    except (NoSuchShift, ValueError):
        abort(404)


def kept_by(form: ShiftForm, keep: Callable[[Connection], Shift]) -> Shift | None:
    """The shift that was kept; None where it can't be, which the form then says."""
    try:
        with parts().database.begin() as connection:
            return keep(connection)
    except ShiftImpossible:
        form.refuse(form.ends, gettext("A shift lasts 12 hours at most, and can't end when it begins."))
    except ShiftIsOver:
        form.refuse(form.day, gettext("That time is over already. Choose another day, or a later time."))
    except TooManyShifts:
        form.refuse(None, gettext("These are as many shifts as anybody can keep. Remove one first."))
    except NoSuchShift:
        abort(404)
    return None
