"""Outcomes on the web: what is still to be filled in, and the form for it. Whatever is answered is kept at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from sqlalchemy import select

from ivr.console.frame import go, now, page, parts
from ivr.console.languages import gettext, language
from ivr.console.outcome_forms import OutcomeForm, as_chosen
from ivr.console.says import say
from ivr.console.signed_in import me
from ivr.console.times import how_long
from ivr.console.words import language_name, names_of, need_in_words, who_in_words
from ivr.outcomes.questions import HIGH_RISK
from ivr.outcomes.tasks import NoSuchTask, Task
from ivr.outcomes.terms import KINDS, terms_of
from ivr.people.roles import Right
from ivr.store.callback_tables import callbacks
from ivr.store.engine import reading


def add_outcomes(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/outcomes", "outcomes", outcomes, methods=["GET"])
    console.add_url_rule("/console/outcomes/<callback_id>", "outcome", outcome, methods=["GET", "POST"])


def outcomes() -> Response:
    """What this person has to fill in, and for supervisors what others owe for more than a day."""
    person = me()
    with reading(parts().database) as connection:
        own = parts().outcomes.tasks.open_of(connection, person.id)
        overdue = parts().outcomes.tasks.overdue(connection, now()) if person.may(Right.CLOSE_CASE) else []
    names = names_of(parts().people.accounts.everybody())
    return page(
        "outcomes.html",
        own=own,
        overdue=[(task, who_in_words(task.helper_id, names)) for task in overdue],
        edits_terms=person.may(Right.EDIT_TERMS),
        takes_calls=person.may(Right.TAKE_CALLBACKS),
    )


def outcome(callback_id: str) -> Response:
    """The outcome of one talk."""
    try:
        task = _task_of_mine(callback_id)
        form = _form(task)
        return _saved(form, callback_id) if request.method == "POST" else _asked(form, task)
    except NoSuchTask:
        # Saved before, here or on the phone, and closed since: there is nothing to be sorry for.
        say(gettext("This outcome is complete. Nothing is left to fill in."), "")
        return go("console.outcomes")


def _task_of_mine(callback_id: str) -> Task:
    """Raises NoSuchTask. Nobody but the helper and supervisors learns that there is one."""
    with reading(parts().database) as connection:
        task = parts().outcomes.tasks.find(connection, callback_id)
    if task.helper_id != me().id and not me().may(Right.CLOSE_CASE):
        abort(404)
    return task


def _form(task: Task) -> OutcomeForm:
    form = OutcomeForm(data=as_chosen(task.answers))
    with reading(parts().database) as connection:
        form.offer({kind: terms_of(connection, kind) for kind in KINDS})
    return form


def _asked(form: OutcomeForm, task: Task) -> Response:
    return page("outcome.html", form=form, **_talk(task))


def _talk(task: Task) -> dict[str, Any]:
    """What is known of a talk, so that a helper with two knows which it was."""
    columns = callbacks.c.language, callbacks.c.need
    with reading(parts().database) as connection:
        row = connection.execute(select(*columns).where(callbacks.c.id == task.callback_id)).first()
    return {
        "task": task,
        "language_spoken": language_name(row.language) if row and row.language else "",
        "need": need_in_words(row.need) if row else "",
        "talked": how_long(task.seconds, language()),
    }


def _saved(form: OutcomeForm, callback_id: str) -> Response:
    form.validate()
    answered = form.answered()
    with parts().database.begin() as connection:
        left = parts().outcomes.tasks.fill_in(connection, callback_id, answered, by="web", now=now())
    if answered.get("risk") == HIGH_RISK:
        say(gettext("Supervisors are being rung, and the number is kept. Thank you for telling."))
    if not left and not form.errors:
        say(gettext("Saved. Thank you."))
        return go("console.outcomes")
    form.say_left_out(left)
    form.refuse(None, gettext("What you have answered is saved. This is still missing:"))
    return _asked(form, _task_of_mine(callback_id))
