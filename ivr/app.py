"""The web application: webhooks, clips, health, and the telephone where the simulator is on."""

from __future__ import annotations

import os

import structlog
from flask import Flask, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ivr.console.gatekeeper import set_up_gatekeeper
from ivr.console.rooms import set_up_console
from ivr.console.signed_in import set_up_signing_in
from ivr.console_wiring import console_parts_of
from ivr.media import media_blueprint
from ivr.phone.webhooks import LARGEST_WEBHOOK_BYTES, Webhooks
from ivr.settings import START, START_HEADER
from ivr.store.engine import reading
from ivr.wiring import Wiring, make_emergency_screens

log = structlog.get_logger()

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(wiring: Wiring) -> Flask:
    """The application of one process. Comes up without a database too: callers then hear the emergency screen."""
    settings = wiring.settings
    app = Flask("ivr", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_WEBHOOK_BYTES)
    set_up_signing_in(
        app,
        wiring.people.sign_in,
        wiring.clock,
        settings.secret_key.get_secret_value().encode(),
        settings.public_url,
        settings.proxies,
    )
    set_up_gatekeeper(app)
    try:
        make_emergency_screens(wiring)
    except SQLAlchemyError as error:
        log.error("database_out_of_reach_at_start", error=type(error).__name__)
    webhooks = Webhooks(
        wiring.dialects, wiring.turns, wiring.legs, wiring.filler, wiring.emergency, settings.public_url
    )
    app.register_blueprint(webhooks.blueprint())
    app.register_blueprint(media_blueprint(wiring.media))
    app.add_url_rule("/healthz", "healthz", lambda: health(wiring), methods=["GET"])
    if settings.simulator:
        _add_telephone(app, wiring)
    set_up_console(app, console_parts_of(wiring))
    app.after_request(_secured)
    app.wsgi_app = webhooks.shortcut(app.wsgi_app)  # type: ignore[method-assign]
    return app


def health(wiring: Wiring) -> tuple[Response, int]:
    """200 when calls can be taken: the database answers and a line is on air. Says which part is missing."""
    try:
        with reading(wiring.database) as connection:
            on_air = connection.execute(
                text("SELECT count(*) FROM lines WHERE release_id IS NOT NULL")
            ).scalar()
    except SQLAlchemyError:
        return jsonify(ready=False, missing="database"), 503
    if not on_air:
        return jsonify(ready=False, missing="a line on air: warmline publish"), 503
    answer = jsonify(ready=True, lines=on_air)
    answer.headers[START_HEADER] = os.environ.get(START, "")
    return answer, 200


def _add_telephone(app: Flask, wiring: Wiring) -> None:
    from ivr.telephony.simulator.parts import telephone_of

    app.register_blueprint(telephone_of(wiring))


def _secured(response: Response) -> Response:
    if response.mimetype != "text/xml":
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
    return response
