"""A menu turn the plain way: the SDK's validator on the framework's address, the ORM, and the SDK's VoiceResponse.

It does less than a turn of Warmline: it reads nothing back, follows no flow and doesn't recognise a repetition. On
SQLite it is given the same settings of the database, without which every commit would wait for the disk.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from flask import Flask, Response, abort, request
from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse
from werkzeug.middleware.proxy_fix import ProxyFix

from benchmarks.webhooks import PUBLIC_URL, TOKEN, TURN
from ivr.store.engine import open_database

DATABASE_VARIABLE = "BENCHMARK_DATABASE_URL"
THREADS = 10
CLIPS = [f"{PUBLIC_URL}/media/{number:064x}.wav" for number in range(5)]


class Base(DeclarativeBase):
    """Tables of the plain way."""


class KeyPressed(Base):
    """A key, as most hotlines would store it."""

    __tablename__ = "plain_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str]
    caller: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]


def make_plain_app(database: Engine) -> Flask:
    """The application; makes its table."""
    Base.metadata.create_all(database)
    app = Flask("plain")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)  # type: ignore[method-assign]
    validator = RequestValidator(TOKEN)

    @app.post(TURN)
    def turn() -> Response:
        if not validator.validate(request.url, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        with Session(database) as session:
            session.add(
                KeyPressed(
                    call=request.form["CallSid"],
                    caller=request.form["From"],
                    key=request.form["Digits"],
                    at=datetime.now(UTC),
                )
            )
            session.commit()
        return Response(_screen(int(request.args["turn"]) + 1), content_type="text/xml")

    return app


def _screen(turn: int) -> str:
    response = VoiceResponse()
    action = f"{PUBLIC_URL}{TURN}?turn={turn}"
    gather = Gather(input="dtmf", num_digits=1, timeout=6, action=action, method="POST")
    for clip in CLIPS:
        gather.play(clip)
    response.append(gather)
    response.redirect(f"{action}&silence=1", method="POST")
    return str(response)


def served() -> Flask:
    """What a web server loads."""
    return make_plain_app(open_database(os.environ[DATABASE_VARIABLE], THREADS))
