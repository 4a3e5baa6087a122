"""A helper's shifts, for supervisors: added, moved, left out or removed. The helper is told of each, and can refuse."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, url_for

from ivr.console.frame import go, my_zone, now, page, parts
from ivr.console.languages import gettext
from ivr.console.roster_forms import ShiftForm, as_chosen, first_offer
from ivr.console.says import Undo, say
from ivr.console.shift_parts import DAYS, coming_of, kept_by, kept_in_words, on_one_day, shift_of
from ivr.console.signed_in import me
from ivr.console.words import isolated
from ivr.people.person import Person
from ivr.people.refusals import NobodyOfThisId, NoSuchShift, NotAHelper
from ivr.store.engine import reading


def add_plan(console: Blueprint) -> None:
    """Adds the views."""
    theirs, both, post = "/roster/<person_id>/shifts", ["GET", "POST"], ["POST"]
    console.add_url_rule(theirs, "plan", plan, methods=["GET"])
    console.add_url_rule(f"{theirs}/add", "plan_add", plan_add, methods=both)
    console.add_url_rule(f"{theirs}/<shift_id>", "plan_move", plan_move, methods=both)
    console.add_url_rule(f"{theirs}/<shift_id>/remove", "plan_remove", plan_remove, methods=post)
    console.add_url_rule(f"{theirs}/<shift_id>/leave-out", "plan_leave_out", plan_leave_out, methods=post)
    console.add_url_rule(f"{theirs}/<shift_id>/take-back", "plan_take_back", plan_take_back, methods=post)


def plan(person_id: str) -> Response:
    """What comes next, and what this helper has promised or was asked for."""
    if person_id == me().id:
        return go("console.shifts")
    helper, people = _helper_of(person_id), parts().people
    with reading(parts().database) as connection:
        kept = people.shifts.of_person(connection, person_id, now())
        coming = people.shifts.roster(connection, now(), DAYS, [person_id])
        asked = people.planning.asked(connection, [person_id])
    return page(
        "plan.html",
        helper=helper,
        coming=coming_of(coming),
        kept=[kept_in_words(one) | {"asked": one.id in asked} for one in kept],
    )


def plan_add(person_id: str) -> Response:
    """A new shift for this helper, by the helper's own clock unless another is chosen."""
    helper = _helper_of(person_id)
    form = ShiftForm(data=first_offer(now(), _zone_of(helper)))
    form.offer(now(), None, _zone_of(helper))
    planning = parts().people.planning
    if form.validate_on_submit() and (
        made := kept_by(form, lambda c: planning.add(c, me().id, person_id, form.when(), now()))
    ):
        undo = Undo(url_for("console.plan_remove", person_id=person_id, shift_id=made.id), [])
        _say_told(helper, undo)
        return go("console.plan", person_id=person_id)
    return page("plan_shift.html", form=form, kept=None, helper=helper)


def plan_move(person_id: str, shift_id: str) -> Response:
    """Another time for a shift of this helper."""
    helper, kept = _helper_of(person_id), shift_of(person_id, shift_id)
    form = ShiftForm(data=as_chosen(kept))
    form.offer(now(), kept, _zone_of(helper))
    planning = parts().people.planning
    if form.validate_on_submit() and kept_by(
        form, lambda c: planning.move(c, me().id, person_id, shift_id, form.when(), now())
    ):
        here = url_for("console.plan_move", person_id=person_id, shift_id=shift_id)
        _say_told(helper, Undo(here, list(as_chosen(kept).items())))
        return go("console.plan", person_id=person_id)
    return page("plan_shift.html", form=form, kept=kept_in_words(kept), helper=helper)


def plan_remove(person_id: str, shift_id: str) -> Response:
    """Takes a shift of this helper from the roster; it can be undone."""
    helper = _helper_of(person_id)
    try:
        with parts().database.begin() as connection:
            removed = parts().people.planning.remove(connection, me().id, person_id, shift_id, now())
    except NoSuchShift:
        abort(404)
    undo = Undo(url_for("console.plan_add", person_id=person_id), list(as_chosen(removed).items()))
    say(gettext("The shift is removed. %(name)s is told.", name=isolated(helper.name)), undo=undo)
    return go("console.plan", person_id=person_id)


def plan_leave_out(person_id: str, shift_id: str) -> Response:
    """On one date this helper's shift doesn't take place."""
    helper = _on_one_day(person_id, shift_id, out=True)
    say(gettext("Left out. %(name)s is told.", name=isolated(helper.name)))
    return go("console.plan", person_id=person_id)


def plan_take_back(person_id: str, shift_id: str) -> Response:
    """It does after all."""
    helper = _on_one_day(person_id, shift_id, out=False)
    say(gettext("It takes place after all. %(name)s is told.", name=isolated(helper.name)))
    return go("console.plan", person_id=person_id)


def _on_one_day(person_id: str, shift_id: str, *, out: bool) -> Person:
    helper, planning = _helper_of(person_id), parts().people.planning
    deed = planning.leave_out if out else planning.take_back
    on_one_day(lambda connection, day: deed(connection, me().id, person_id, shift_id, day, now()))
    return helper


def _say_told(helper: Person, undo: Undo) -> None:
    name: Any = isolated(helper.name)
    say(gettext("Kept. %(name)s is told, and can refuse it: then you are told.", name=name), undo=undo)


def _zone_of(helper: Person) -> str:
    return helper.time_zone or my_zone()


def _helper_of(person_id: str) -> Person:
    try:
        with reading(parts().database) as connection:
            return parts().people.helpers.helper(connection, person_id, now()).person
    except (NobodyOfThisId, NotAHelper):
        abort(404)
