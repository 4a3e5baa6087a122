"""Stands before every view and asks the table of doors. What isn't in it is closed, whoever knocks.

The doors of webhooks and of the simulator's page are looked after by those themselves (a signature, and where the page
comes from); everything else is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ivr.console.doors import DOORS, Door, Who
from ivr.console.signed_in import Holder, holder_of_this, is_sent_by_another_site
from ivr.people.person import Person

READS = frozenset({"GET", "HEAD"})
OPEN = frozenset({Who.ANYBODY, Who.SIGNED, Who.OWN_PAGE, Who.INVITED})
"""Doors at which nobody is asked to sign in. The last three are held by the view behind them."""
OF_PEOPLE = "console."
"""Endpoints of pages that people read."""

log = structlog.get_logger()


def set_up_gatekeeper(app: Flask, doors: Mapping[str, Door] = DOORS) -> None:
    """To be called before anything else of the application looks at requests."""
    # Otherwise every address would answer OPTIONS by itself, past its door.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False

    @app.before_request
    def keep() -> ResponseReturnValue | None:
        if request.endpoint is None:
            # There is no such address; the application says so itself.
            return None
        door = doors.get(request.endpoint)
        if door is None:
            log.error("no_door", endpoint=request.endpoint)
            abort(404)
        if any("\0" in str(part) for part in (request.view_args or {}).values()):
            # No name here has one, and a database takes it for a failure of its own.
            abort(404)
        if not _has_method(door):
            abort(405)
        if _is_a_form(request.endpoint) and is_sent_by_another_site():
            abort(403)
        return None if door.who in OPEN else _asked_for_signing_in(door)


def may_open(person: Person | None, endpoint: str) -> bool:
    """Whether this door would open for somebody, so that navigation shows nothing that leads to a closed one."""
    door = DOORS.get(endpoint)
    if door is None or door.who == Who.HALF_IN:
        return False
    return door.who in OPEN or (
        person is not None and not _has_codes_first(door, person) and _is_for(door, person)
    )


def _has_codes_first(door: Door, person: Person) -> bool:
    return person.has_to_set_up_codes and not door.without_codes


def _is_for(door: Door, person: Person) -> bool:
    return not isinstance(door.who, frozenset) or not door.who.isdisjoint(person.roles)


def _is_a_form(endpoint: str) -> bool:
    return endpoint.startswith(OF_PEOPLE) and request.method not in READS


def _asked_for_signing_in(door: Door) -> ResponseReturnValue | None:
    holder = holder_of_this()
    if door.who == Who.HALF_IN:
        return _half_in(holder)
    if holder is None:
        return _to("console.sign_in")
    if not holder.complete:
        return _to("console.code")
    if _has_codes_first(door, holder.person):
        return _to("console.codes")
    if not _is_for(door, holder.person):
        abort(403)
    return None


def _half_in(holder: Holder | None) -> ResponseReturnValue | None:
    if holder is None:
        return _to("console.sign_in")
    return redirect(url_for("console.home"), 303) if holder.complete else None


def _to(endpoint: str) -> ResponseReturnValue:
    """Elsewhere first, and then back to the page that was wanted; what was sent to it isn't sent again."""
    wanted = request.full_path.rstrip("?") if request.method in READS else None
    on_the_way = request.endpoint in ("console.home", "console.code", "console.recovery_code")
    if endpoint == "console.codes" or on_the_way:
        wanted = None
    return redirect(url_for(endpoint, next=wanted), 303)


def _has_method(door: Door) -> bool:
    return request.method in door.methods or (request.method == "HEAD" and "GET" in door.methods)
