"""The roster of the week, for supervisors: who is on shift when, when nobody is, who is on call now, and who needs
somebody to talk with them."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from ivr.console.frame import go, my_zone, now, page, parts
from ivr.console.languages import gettext
from ivr.console.roster_words import (
    gap_title_of_all,
    gaps_in_words,
    rules_for_supervisors,
    time_in_words,
)
from ivr.console.says import Undo, say
from ivr.console.signed_in import me
from ivr.console.standing_words import standing_in_short
from ivr.console.times import zone_of
from ivr.console.words import isolated, language_names
from ivr.people.helpers import Helper
from ivr.people.refusals import NobodyOfThisId, NotAHelper
from ivr.people.shifts import Roster
from ivr.people.wellbeing import Standing
from ivr.store.engine import reading

DAYS = 7


def add_roster(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/roster", "roster", roster, methods=["GET"])
    console.add_url_rule("/roster/<person_id>/training", "training", training, methods=["POST"])
    console.add_url_rule("/roster/<person_id>/debriefed", "debriefed", debriefed, methods=["POST"])


def roster() -> Response:
    """The next seven days, and now."""
    spoken = parts().spoken()
    with reading(parts().database) as connection:
        helpers = parts().people.helpers.everybody(connection, now())
        week = parts().people.shifts.roster(connection, now(), DAYS, languages=spoken)
        asked = parts().people.planning.asked(connection)
    zone = zone_of(my_zone())
    return page(
        "roster.html",
        title_of_gaps=gap_title_of_all(week.gaps),
        gaps=gaps_in_words(week.gaps, zone),
        days=_days(week, {one.person.id: one for one in helpers}, asked),
        helpers=[_helper(one) for one in sorted(helpers, key=_on_call_first)],
        on_call=sum(one.stretch is not None for one in helpers),
        free=sum(one.verdict.standing is Standing.FREE for one in helpers),
        rules=rules_for_supervisors(parts().people.helpers.care),
    )


def _on_call_first(one: Helper) -> tuple[bool, bool]:
    return (not one.state.owes_debrief, one.stretch is None)


def _helper(one: Helper) -> dict[str, Any]:
    return {
        "id": one.person.id,
        "name": one.person.name,
        "standing": standing_in_short(one.verdict),
        "until": one.verdict.until,
        "free": one.verdict.standing is Standing.FREE,
        "since": one.stretch.began if one.stretch else None,
        "languages": language_names(one.person.languages),
        "trained": one.state.crisis_trained,
        "owes_debrief": one.state.owes_debrief,
        "not_rung": not one.state.rung or one.person.number_id is None,
    }


def _days(week: Roster, helpers: dict[str, Helper], asked: Container[str]) -> list[dict[str, Any]]:
    zone = zone_of(my_zone())
    left_out = {(one.shift, one.on) for one in week.left_out}
    days: dict[str, list[dict[str, Any]]] = {}
    for one in sorted([*week.times, *week.left_out], key=lambda one: (one.begins, one.person)):
        time = time_in_words(one.begins, one.ends, zone)
        person = helpers[one.person].person
        days.setdefault(time.day, []).append(
            {
                "hours": time.hours,
                "name": person.name,
                "languages": language_names(person.languages),
                "left_out": (one.shift, one.on) in left_out,
                "asked": one.shift in asked,
            }
        )
    return [{"day": day, "times": times} for day, times in days.items()]


def training(person_id: str) -> Response:
    """Says whether somebody is trained for crises, and may be rung for a life at risk."""
    helper, trained = _helper_of(person_id), request.form.get("trained") == "yes"
    with parts().database.begin() as connection:
        parts().people.helpers.train(connection, me().id, person_id, trained, now())
    name = isolated(helper.person.name)
    undo = Undo(url_for("console.training", person_id=person_id), [("trained", "no" if trained else "yes")])
    if trained:
        say(gettext("%(name)s is rung when a life may be at risk.", name=name), undo=undo)
    else:
        say(gettext("%(name)s is no longer rung when a life may be at risk.", name=name), undo=undo)
    return go("console.roster")


def debriefed(person_id: str) -> Response:
    """Somebody has talked with a helper after a call with a life at risk."""
    helper = _helper_of(person_id)
    if helper.state.owes_debrief:
        with parts().database.begin() as connection:
            parts().people.helpers.debriefed(connection, me().id, person_id, now())
    say(gettext("Thank you. %(name)s can be asked for calls again.", name=isolated(helper.person.name)))
    return go("console.roster")


def _helper_of(person_id: str) -> Helper:
    try:
        with reading(parts().database) as connection:
            return parts().people.helpers.helper(connection, person_id, now())
    except (NobodyOfThisId, NotAHelper):
        abort(404)
