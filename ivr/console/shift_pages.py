"""A helper's own shifts, and how they stand now: on call or not, resting or not, rung or not."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from ivr.console.frame import go, my_zone, now, page, parts
from ivr.console.languages import gettext
from ivr.console.roster_forms import ShiftForm, as_chosen, first_offer
from ivr.console.roster_words import (
    on_call_in_words,
    own_standing_in_words,
    rules_in_words,
    shift_clock,
    shift_day,
    shift_hours,
    time_in_words,
)
from ivr.console.says import Undo, say
from ivr.console.signed_in import me
from ivr.console.times import zone_of
from ivr.people.refusals import NoSuchShift, ShiftIsOver, TooManyShifts
from ivr.people.roster import OnShift, Shift, ShiftImpossible
from ivr.store.engine import reading

DAYS = 14


def add_shifts(console: Blueprint) -> None:
    """Adds the views."""
    both = ["GET", "POST"]
    console.add_url_rule("/shifts", "shifts", shifts, methods=["GET"])
    console.add_url_rule("/on-call", "my_state", my_state, methods=["POST"])
    console.add_url_rule("/shifts/add", "add_shift", add_shift, methods=both)
    console.add_url_rule("/shifts/<shift_id>", "shift", shift, methods=both)
    console.add_url_rule("/shifts/<shift_id>/remove", "remove_shift", remove_shift, methods=["POST"])
    console.add_url_rule("/shifts/<shift_id>/leave-out", "leave_out", leave_out, methods=["POST"])
    console.add_url_rule("/shifts/<shift_id>/take-back", "take_back", take_back, methods=["POST"])


def shifts() -> Response:
    """How one stands, what comes next, and one's own shifts."""
    person, zone = me(), zone_of(my_zone())
    service = parts().people.shifts
    with reading(parts().database) as connection:
        helper = parts().people.helpers.helper(connection, person.id, now())
        kept = service.of_person(connection, person.id, now())
        coming = service.roster(connection, now(), DAYS, [person.id])
    left_out = {(one.shift, one.on) for one in coming.left_out}
    care = parts().people.helpers.care
    standing, until = own_standing_in_words(helper.verdict, care, zone)
    every = sorted([*coming.times, *coming.left_out], key=lambda one: one.begins)
    return page(
        "shifts.html",
        person=person,
        helper=helper,
        standing=standing,
        until=until,
        on_call=on_call_in_words(helper.state, helper.stretch, now(), zone),
        resting=helper.state.paused or now() < helper.state.break_until,
        rules=rules_in_words(care),
        coming=[_coming(one, (one.shift, one.on) in left_out) for one in every if one.ends > now()],
        kept=[_kept(one) for one in kept],
    )


def _coming(one: OnShift, left_out: bool) -> dict[str, Any]:
    return {
        "shift": one.shift,
        "on": one.on.isoformat(),
        "time": time_in_words(one.begins, one.ends, zone_of(my_zone())),
        "begins": one.begins,
        "is_now": one.begins <= now() and not left_out,
        "left_out": left_out,
    }


def _kept(one: Shift) -> dict[str, Any]:
    return {
        "id": one.id,
        "day": shift_day(one),
        "hours": shift_hours(one),
        "clock": shift_clock(one, my_zone()),
    }


def my_state() -> Response:
    """On or off call, a pause, being rung: one press each."""
    helpers, person_id = parts().people.helpers, me().id
    deeds = {
        "on": lambda connection: helpers.come_on(connection, person_id, now()),
        "off": lambda connection: helpers.choose(connection, person_id, "off", now()),
        "pause": lambda connection: helpers.pause(connection, person_id),
        "back": lambda connection: helpers.unpause(connection, person_id),
        "ring": lambda connection: helpers.want_rung(connection, person_id, True),
        "silent": lambda connection: helpers.want_rung(connection, person_id, False),
    }
    deed = deeds.get(request.form.get("deed", ""))
    if deed is not None:
        with parts().database.begin() as connection:
            deed(connection)
    return go("console.shifts")


def add_shift() -> Response:
    """A new shift of one's own."""
    form = ShiftForm(data=first_offer(now(), my_zone()))
    form.offer(now(), None, my_zone())
    if form.validate_on_submit() and (made := _done(form, None)):
        say(_kept_words(made))
        return go("console.shifts")
    return page("shift.html", form=form, kept=None)


def shift(shift_id: str) -> Response:
    """Another time for a shift."""
    kept = _mine(shift_id)
    form = ShiftForm(data=as_chosen(kept))
    form.offer(now(), kept, my_zone())
    if form.validate_on_submit() and (made := _done(form, kept)):
        say(_kept_words(made))
        return go("console.shifts")
    return page("shift.html", form=form, kept=_kept(kept))


def _done(form: ShiftForm, kept: Shift | None) -> Shift | None:
    service, person_id = parts().people.shifts, me().id
    try:
        with parts().database.begin() as connection:
            if kept is None:
                return service.add(connection, person_id, form.when(), now())
            return service.change(connection, person_id, kept.id, form.when(), now())
    except ShiftImpossible:
        form.refuse(form.ends, gettext("A shift lasts 12 hours at most, and can't end when it begins."))
    except ShiftIsOver:
        form.refuse(form.day, gettext("That time is over already. Choose another day, or a later time."))
    except TooManyShifts:
        form.refuse(None, gettext("You have as many shifts as anybody can keep. Remove one first."))
    except NoSuchShift:
        abort(404)
    return None


def _kept_words(made: Shift) -> str:
    most = parts().people.helpers.care.most_seconds_a_shift / 3600
    if made.hours > most:
        return gettext(
            "Your shift is kept. You are asked for calls in its first %(hours)s hours, and rest after that.",
            hours=f"{most:g}",
        )
    return gettext("Your shift is kept.")


def remove_shift(shift_id: str) -> Response:
    """Takes a shift from the roster; it can be undone."""
    try:
        with parts().database.begin() as connection:
            removed = parts().people.shifts.remove(connection, me().id, shift_id)
    except NoSuchShift:
        abort(404)
    undo = Undo(url_for("console.add_shift"), list(as_chosen(removed).items()))
    say(gettext("The shift is removed."), undo=undo)
    return go("console.shifts")


def leave_out(shift_id: str) -> Response:
    """On one date the shift doesn't take place."""
    return _on_one_day(shift_id, out=True)


def take_back(shift_id: str) -> Response:
    """It does after all."""
    return _on_one_day(shift_id, out=False)


def _on_one_day(shift_id: str, *, out: bool) -> Response:
    service = parts().people.shifts
    try:
        day = date.fromisoformat(request.form.get("on", ""))
        with parts().database.begin() as connection:
            (service.leave_out if out else service.take_back)(connection, me().id, shift_id, day)
    except (NoSuchShift, ValueError):
        abort(404)
    say(
        gettext("Left out. Your supervisor sees that nobody is there then.")
        if out
        else gettext("Good: you are there on that day.")
    )
    return go("console.shifts")


def _mine(shift_id: str) -> Shift:
    try:
        with reading(parts().database) as connection:
            return parts().people.shifts.shift(connection, me().id, shift_id)
    except NoSuchShift:
        abort(404)
