"""How much a browser may send: little, but for the addresses that take recordings.

What is announced to be larger is refused before a byte of it is read, and what lies about its size when the limit is
reached. And only a few may send much at once: over a slow line a long recording takes minutes, and holds a thread that
a caller's webhook might need. What our web worker has waited for is here already, and holds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import BoundedSemaphore

from flask import Flask, Response, g, request
from flask_babel import lazy_gettext as _l

from ivr.arrival import HEAD_BYTES, WHOLE_BYTES
from ivr.console.frame import page

FORMS_AROUND = 64 * 1024
"""What a form may hold beside its files."""
MOST_PARTS = 2000
BUSY_SECONDS = "10"


def set_up_body_limits(app: Flask, largest: Mapping[str, int], at_once: int) -> None:
    """`largest` gives bytes by endpoint; `at_once` is how many may send to these in one process. To be called after the
    gatekeeper is set up, which lets few in, and before whatever reads forms."""
    places = BoundedSemaphore(at_once)

    @app.before_request
    def allow() -> Response | None:
        most = largest.get(request.endpoint or "")
        if most is None or request.method != "POST":
            return None
        if not _is_here():
            if not places.acquire(blocking=False):
                return _later()
            g.has_a_place = True
        request.max_content_length = most + FORMS_AROUND
        request.max_form_parts = MOST_PARTS
        return None

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        if g.pop("has_a_place", False):
            places.release()


def _is_here() -> bool:
    """Whether all of the request has come, as `ivr/web_worker.py` sees to for all but the large ones."""
    most = WHOLE_BYTES - HEAD_BYTES
    return "gunicorn.socket" in request.environ and (request.content_length or most) < most


def _later() -> Response:
    """Pages' scripts wait and send again by themselves; whoever has none is told."""
    answer = page(
        "error.html",
        bare=True,
        title=_l("Others are sending recordings at this moment"),
        happened=_l("Calls go first, so only a few recordings come in at once."),
        lost=_l("Nothing of yours was taken, and nothing is lost."),
        next=_l("Go back, wait a minute, and send it again."),
    )
    answer.status_code = 503
    answer.headers["Retry-After"] = BUSY_SECONDS
    return answer
