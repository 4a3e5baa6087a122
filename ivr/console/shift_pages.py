"""A helper's own shifts, and how they stand now: on call or not, resting or not, rung or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from ivr.console.frame import go, my_zone, now, page, parts
from ivr.console.languages import gettext
from ivr.console.roster_forms import ShiftForm, as_chosen, first_offer
from ivr.console.roster_words import (
    on_call_in_words,
    own_standing_in_words,
    rules_in_words,
    shift_day,
    shift_hours,
)
from ivr.console.says import Undo, say
from ivr.console.shift_parts import DAYS, coming_of, kept_by, kept_in_words, on_one_day, shift_of
from ivr.console.signed_in import me
from ivr.console.times import zone_of
from ivr.console.words import isolated, names_of, who_in_words
from ivr.people.planning import Asked
from ivr.people.refusals import NoSuchShift
from ivr.people.roster import Shift
from ivr.store.engine import reading

A_QUARTER = 900.0
"""Seconds of a break that ends by itself: whoever forgets to come back leaves callers without anybody."""


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
    console.add_url_rule("/shifts/<shift_id>/agree", "agree", agree, methods=["POST"])
    console.add_url_rule("/shifts/<shift_id>/refuse", "refuse", refuse, methods=["POST"])


def shifts() -> Response:
    """How one stands, what comes next, and one's own shifts."""
    person, zone = me(), zone_of(my_zone())
    service = parts().people.shifts
    with reading(parts().database) as connection:
        helper = parts().people.helpers.helper(connection, person.id, now())
        kept = service.of_person(connection, person.id, now())
        coming = service.roster(connection, now(), DAYS, [person.id])
        asked = parts().people.planning.asked(connection, [person.id])
    names = names_of(parts().people.accounts.everybody()) if asked else {}
    care = parts().people.helpers.care
    standing, until = own_standing_in_words(helper.verdict, care, zone)
    return page(
        "shifts.html",
        person=person,
        helper=helper,
        standing=standing,
        until=until,
        on_call=on_call_in_words(helper.state, helper.stretch, now(), zone),
        resting=helper.state.paused or now() < helper.state.break_until,
        rules=rules_in_words(care),
        coming=coming_of(coming),
        kept=[kept_in_words(one) for one in kept],
        asked=[_asked(asked[one.id], one, names) for one in kept if one.id in asked],
    )


def _asked(one: Asked, kept: Shift, names: dict[str, str]) -> dict[str, Any]:
    """What a supervisor asks for, who, and when it was before."""
    name = who_in_words(one.by, names)
    if one.before is None:
        said = gettext("asked by %(name)s", name=name)
    else:
        before = one.before.as_shift("", "")
        when = f"{shift_day(before)} {isolated(shift_hours(before))}"
        said = gettext("moved by %(name)s; before: %(when)s", name=name, when=when)
    return kept_in_words(kept) | {"said": said}


def my_state() -> Response:
    """On or off call, a pause, being rung: one press each."""
    helpers, person_id = parts().people.helpers, me().id
    deeds = {
        "on": lambda connection: helpers.come_on(connection, person_id, now()),
        "off": lambda connection: helpers.choose(connection, person_id, "off", now()),
        "pause": lambda connection: helpers.pause(connection, person_id),
        "quarter": lambda connection: helpers.put_in_break(connection, person_id, now() + A_QUARTER),
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
    service, mine = parts().people.shifts, me().id
    if form.validate_on_submit() and (
        made := kept_by(form, lambda connection: service.add(connection, mine, form.when(), now()))
    ):
        say(_kept_words(made))
        return go("console.shifts")
    return page("shift.html", form=form, kept=None)


def shift(shift_id: str) -> Response:
    """Another time for a shift."""
    kept = shift_of(me().id, shift_id)
    form = ShiftForm(data=as_chosen(kept))
    form.offer(now(), kept, my_zone())
    service, mine = parts().people.shifts, me().id
    if form.validate_on_submit() and (
        made := kept_by(
            form, lambda connection: service.change(connection, mine, kept.id, form.when(), now())
        )
    ):
        say(_kept_words(made))
        return go("console.shifts")
    return page("shift.html", form=form, kept=kept_in_words(kept))


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
    deed = service.leave_out if out else service.take_back
    on_one_day(lambda connection, day: deed(connection, me().id, shift_id, day))
    say(
        gettext("Left out. Your supervisor sees that nobody is there then.")
        if out
        else gettext("Good: you are there on that day.")
    )
    return go("console.shifts")


def agree(shift_id: str) -> Response:
    """What a supervisor has set is one's own from now on."""
    try:
        with parts().database.begin() as connection:
            parts().people.planning.agree(connection, me().id, shift_id)
    except NoSuchShift:
        abort(404)
    say(gettext("Thank you. The shift is yours."))
    return go("console.shifts")


def refuse(shift_id: str) -> Response:
    """One can't; whoever asked is told, and nothing of it is kept."""
    try:
        with parts().database.begin() as connection:
            parts().people.planning.refuse(connection, me().id, shift_id, now())
    except NoSuchShift:
        say(gettext("That isn't asked of you any more."), "")
    else:
        say(gettext("That is fine. Your supervisor is told, and looks for somebody else."))
    return go("console.shifts")
