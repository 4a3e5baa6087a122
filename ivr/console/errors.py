"""Pages for what went wrong: what happened, that nothing was lost, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from audio.stores import StoreOutOfReach
from ivr.console.frame import page

log = structlog.get_logger()

MACHINES = ("/phone/", "/media/", "/telephone", "/healthz")
"""Addresses that no person reads."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says about one kind of trouble."""

    title: Any
    happened: Any
    lost: Any
    next: Any


_NOTHING_LOST = _l("Nothing was changed, and nothing is lost.")

WORDS = {
    400: Words(
        _l("This page had been open for too long"),
        _l("What you sent couldn't be matched with the page it came from. That happens when a page stays open "
           "after signing out or in again."),
        _NOTHING_LOST,
        _l("Go back, load the page again, and send it once more."),
    ),
    403: Words(
        _l("This page isn't open to you"),
        _l("Your role doesn't include what this page does."),
        _NOTHING_LOST,
        _l("If you need it for your work, ask an admin of your hotline."),
    ),
    404: Words(
        _l("There is nothing at this address"),
        _l("The address may be mistyped, or what was here has been closed."),
        _NOTHING_LOST,
        _l("Go to the first page and find your way from there."),
    ),
    405: Words(
        _l("This address can't be opened like that"),
        _l("It only takes what a page of Warmline sends to it."),
        _NOTHING_LOST,
        _l("Go to the first page and find your way from there."),
    ),
    413: Words(
        _l("That was too much at once"),
        _l("What you sent is larger than this page can take."),
        _NOTHING_LOST,
        _l("Go back, make it shorter, and send it again."),
    ),
    429: Words(
        _l("Too many attempts"),
        _l("This was tried too often in a short time, so the door is shut for a while. Calls go on as ever."),
        _NOTHING_LOST,
        _l("Wait a few minutes, then try again."),
    ),
    500: Words(
        _l("Something broke on our side"),
        _l("It isn't your doing. It has been written down for whoever looks after this hotline."),
        _l("What was not confirmed was not done. Calls go on as ever."),
        _l("Go back and try once more. If it happens again, tell an admin what you were doing."),
    ),
    503: Words(
        _l("Warmline can't reach its records right now"),
        _l("The place where records are kept doesn't answer. Callers still hear the emergency number."),
        _l("What was not confirmed was not done. What is kept is safe."),
        _l("Wait a minute, then load this page again."),
    ),
}  # fmt: skip


def set_up_errors(app: Flask) -> None:
    """Puts pages in the place of the server's own."""
    app.register_error_handler(HTTPException, _told)
    app.register_error_handler(SQLAlchemyError, _records_out_of_reach)
    app.register_error_handler(StoreOutOfReach, _records_out_of_reach)


def _told(error: HTTPException) -> Response | HTTPException:
    code = error.code or 500
    if code < 400 or request.path.startswith(MACHINES):
        return error
    return error_page(code if code in WORDS else 400 if code < 500 else 500)


def _records_out_of_reach(error: SQLAlchemyError | StoreOutOfReach) -> Response | HTTPException:
    away = "recordings" if isinstance(error, StoreOutOfReach) else "database"
    log.error(f"{away}_out_of_reach", error=type(error).__name__)
    if request.path.startswith(MACHINES):
        return InternalServerError()
    return error_page(503)


def error_page(code: int) -> Response:
    """The page for one kind of trouble. Where we are to blame it asks nothing of the database: that may be broken."""
    words = WORDS[code]
    answer = page(
        "error.html",
        title=words.title,
        happened=words.happened,
        lost=words.lost,
        next=words.next,
        bare=code >= 500,
    )
    answer.status_code = code
    return answer
