"""What every page of the console shares: who reads it, where it leads, what it says first, and how it is sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from ivr.console.alarms import alarms_for
from ivr.console.assets import asset_url
from ivr.console.languages import LANGUAGES, direction, language
from ivr.console.navigation import pages_for, place_of
from ivr.console.notices import unseen_by
from ivr.console.parts import ConsoleParts
from ivr.console.says import said
from ivr.console.signed_in import safe_next, who_is_in
from ivr.console.times import both, day, hours, zone_of
from ivr.publishing.lines import zone_of_the_house
from ivr.store.engine import reading

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def parts() -> ConsoleParts:
    """What the console works with."""
    found: ConsoleParts = current_app.extensions["console"]
    return found


def page(template: str, bare: bool = False, **values: Any) -> Response:
    """A page, ready to be sent. A bare one asks nothing of the database."""
    person = None if bare else who_is_in()
    frame = {
        "reader": person,
        "pages": pages_for(person),
        "place": place_of(request.endpoint),
        "notices": unseen_by(parts(), person) if person else [],
        "alarms": alarms_for(parts(), person) if person else None,
        "says": [] if bare else said(),
        "direction": direction(),
        "languages": LANGUAGES,
        "here": request.path,
        "token": _token,
        "asset_url": asset_url,
    }
    return secured(make_response(rendered(template, **{**frame, **values})))


def rendered(template: str, **values: Any) -> str:
    """A template with what every one of them may say: times, as whoever reads it has them."""
    words = {"language": language(), "when": when, "hours": hours, "day": lambda iso: day(iso, language())}
    return render_template(f"console/{template}", **{**words, **values})


def secured(answer: Response) -> Response:
    """Sends a page so that nothing keeps it and nothing foreign gets into it."""
    answer.headers.update(HEADERS)
    answer.cache_control.no_store = True
    answer.vary.update(("Cookie", "Accept-Language"))
    return answer


def _token() -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def now() -> float:
    """The console's clock, in seconds since 1970."""
    return parts().clock()


def my_zone() -> str:
    """The reader's time zone; the hotline's own for whoever hasn't chosen one."""
    person = who_is_in()
    return person.time_zone if person and person.time_zone else _zone_of_the_house()


def today_of_the_house() -> date:
    """The day that it is for the hotline, whoever reads the page and wherever."""
    return datetime.fromtimestamp(now(), zone_of(_zone_of_the_house())).date()


def _zone_of_the_house() -> str:
    if "zone" not in g:
        with reading(parts().database) as connection:
            g.zone = zone_of_the_house(connection)
    return str(g.zone)


def when(at: float) -> Markup:
    """How long ago and when, for whoever reads the page."""
    return both(at, now(), zone_of(my_zone()), language())


def go(endpoint: str, **values: Any) -> Response:
    """On to another page, so that loading it again sends nothing twice."""
    return on_to(url_for(endpoint, **values))


def on_to(address: str) -> Response:
    """On to an address of this site that has been looked at."""
    return secured(make_response(redirect(address, 303)))


def go_back(default: str = "console.home") -> Response:
    """Back to the page that was being read; never to another site."""
    back = request.form.get("back")
    return on_to(safe_next(back) if back else url_for(default))
