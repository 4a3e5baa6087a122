"""The words in which outcomes are written: changed, added, retired and put in order, while their codes stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection

from ivr.console.frame import go, now, page, parts
from ivr.console.languages import gettext, language
from ivr.console.says import say
from ivr.console.signed_in import me
from ivr.console.term_forms import TermForm, form_in
from ivr.outcomes.terms import (
    FIXED,
    KEY_DIGITS,
    KINDS,
    KeyUnusable,
    LastTerm,
    NoLabel,
    NoSuchTerm,
    Term,
    TermFixed,
    TermInUse,
    TermUnusable,
    is_used,
    terms_of,
)
from ivr.store.engine import reading

KIND_WORDS = {
    "contact_type": _l("What the talk was"),
    "issue": _l("What it was about"),
    "risk": _l("Danger"),
    "action": _l("What the helper did"),
    "follow_up": _l("Another call"),
}


def add_terms(console: Blueprint) -> None:
    """Adds the views."""
    both, post = ["GET", "POST"], ["POST"]
    console.add_url_rule("/console/terms", "terms", terms, methods=["GET"])
    console.add_url_rule("/console/terms/<kind>", "add_term", add_term, methods=both)
    console.add_url_rule("/console/terms/<kind>/<code>", "term", term, methods=both)
    console.add_url_rule("/console/terms/<kind>/<code>/up", "term_up", term_up, methods=post)
    console.add_url_rule("/console/terms/<kind>/<code>/retire", "retire_term", retire_term, methods=post)
    console.add_url_rule("/console/terms/<kind>/<code>/offer", "offer_term", offer_term, methods=post)
    console.add_url_rule("/console/terms/<kind>/<code>/delete", "delete_term", delete_term, methods=post)


def terms() -> Response:
    """All terms, those that are retired too."""
    with reading(parts().database) as connection:
        kinds = [_kind(connection, kind) for kind in KINDS]
    return page("terms.html", kinds=kinds)


def _kind(connection: Connection, kind: str) -> dict[str, Any]:
    known = terms_of(connection, kind, retired=True)
    return {
        "kind": kind,
        "title": KIND_WORDS[kind],
        "fixed": kind in FIXED,
        "terms": [
            {
                "term": term,
                "label": term.label(language()),
                "first": not place,
                "used": is_used(connection, kind, term.code),
            }
            for place, term in enumerate(known)
        ],
    }


def _one(kind: str, code: str) -> Term:
    if kind not in KINDS:
        abort(404)
    with reading(parts().database) as connection:
        found = next((one for one in terms_of(connection, kind, retired=True) if one.code == code), None)
    return found if found is not None else abort(404)


def add_term(kind: str) -> Response:
    """A new term of a kind."""
    if kind not in KINDS or kind in FIXED:
        abort(404)
    form = form_in(parts().spoken(), {}, "")

    def add(connection: Connection) -> None:
        parts().outcomes.terms.add(connection, kind, form.labels(), form.key.data or "", me().id, now())

    if form.validate_on_submit() and _done(form, kind, add):
        say(gettext("Added. Helpers can choose it from now on."))
        return go("console.terms")
    return page("term.html", form=form, term=None, title=KIND_WORDS[kind])


def term(kind: str, code: str) -> Response:
    """Other words, or another key."""
    known = _one(kind, code)
    form = form_in(parts().spoken(), known.labels, known.key)

    def change(connection: Connection) -> None:
        key = form.key.data or ""
        parts().outcomes.terms.change(connection, kind, code, form.labels(), key, me().id, now())

    if form.validate_on_submit() and _done(form, kind, change):
        say(gettext("Changed. What was counted under it before counts on."))
        return go("console.terms")
    return page("term.html", form=form, term=known, title=KIND_WORDS[kind])


def _done(form: TermForm, kind: str, deed: Callable[[Connection], None]) -> bool:
    try:
        with parts().database.begin() as connection:
            deed(connection)
    except KeyUnusable:
        wrong = gettext("Use %(count)s digits that no other has.", count=KEY_DIGITS[kind])
        form.refuse(form.key, wrong)
    except NoLabel:
        form.refuse(form.words[0], gettext("Give it words in one language at least."))
    except NoSuchTerm:
        abort(404)
    else:
        return True
    return False


def _press(kind: str, code: str, deed: str, *more: Any) -> bool:
    """One press of a button. What can't be done is said."""
    _one(kind, code)
    try:
        with parts().database.begin() as connection:
            getattr(parts().outcomes.terms, deed)(connection, kind, code, *more, me().id, now())
    except TermInUse:
        say(gettext("Outcomes are written with it: it can be retired, and not deleted."), "")
    except LastTerm:
        say(gettext("It is the last one: helpers need something to choose."), "")
    except TermFixed:
        say(gettext("Warmline itself acts on these: only their words can be changed."), "")
    except TermUnusable:
        abort(404)
    else:
        return True
    return False


def term_up(kind: str, code: str) -> Response:
    """One place up."""
    _press(kind, code, "move_up")
    return go("console.terms")


def retire_term(kind: str, code: str) -> Response:
    """Offered no more."""
    if _press(kind, code, "retire", True):
        say(gettext("It is offered no more. Outcomes that have it keep it."))
    return go("console.terms")


def offer_term(kind: str, code: str) -> Response:
    """Offered again."""
    if _press(kind, code, "retire", False):
        say(gettext("It is offered again."))
    return go("console.terms")


def delete_term(kind: str, code: str) -> Response:
    """Gone, where nothing was ever written with it."""
    if _press(kind, code, "delete"):
        say(gettext("Deleted. Nothing was written with it."))
    return go("console.terms")
