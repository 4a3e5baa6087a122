"""Why a helper puts a callback back: a list, so that nothing of a caller is ever typed, and what helps then."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _l

from ivr.console.frame import go

REASONS: dict[str, Any] = {
    "not_alone": _l("I can't talk undisturbed just now"),
    "phone": _l("My phone doesn't work"),
    "too_much": _l("It is too much for me right now"),
    "somebody_else": _l("Somebody else can help this caller better"),
    "mistake": _l("I took it by mistake"),
}
"""Codes, and what they say."""

_NEXT = {"phone": "console.number", "too_much": "console.mine", "not_alone": "console.mine"}


def what_comes_next(reason: str) -> Response:
    """The page that helps: one's own number, one's own calls with the break, or the queue."""
    return go(_NEXT.get(reason, "console.queue"))
