"""The addresses that a provider posts to. Thin: verify, read, hand to the turns, answer.

Whoever can't be verified gets 403. Whoever is verified always gets something to say to the caller: when a turn can't be
taken, for whatever reason, the emergency screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Blueprint, Response, abort, request

from ivr.calls.emergency import EmergencyScreens
from ivr.calls.turns import Turns
from ivr.phone.addresses import signed_address
from ivr.phone.form import NotAForm, read_form
from ivr.store.hot import DatabaseOutOfReach
from ivr.telephony.contract import Dialect, PhoneEvent, RawRequest, UnreadableWebhook

LARGEST_WEBHOOK_BYTES = 64 * 1024

log = structlog.get_logger()


class Webhooks:
    """The views. One instance an application."""

    def __init__(
        self, dialects: Mapping[str, Dialect], turns: Turns, emergency: EmergencyScreens, public_url: str
    ) -> None:
        self._dialects = dialects
        self._turns = turns
        self._emergency = emergency
        self._public_url = public_url

    def blueprint(self) -> Blueprint:
        """The routes: `/phone/<provider>/voice`, `turn`, `status`, `recording`, and `/phone/fallback`."""
        phone = Blueprint("phone", __name__, url_prefix="/phone")
        phone.add_url_rule("/<provider>/voice", "voice", self.voice, methods=["POST"])
        phone.add_url_rule("/<provider>/turn", "turn", self.turn, methods=["POST"])
        phone.add_url_rule("/<provider>/status", "status", self.status, methods=["POST"])
        phone.add_url_rule("/<provider>/recording", "recording", self.recording, methods=["POST"])
        phone.add_url_rule("/fallback", "fallback", self.fallback, methods=["GET", "POST"])
        return phone

    def voice(self, provider: str) -> Response:
        """A call begins."""
        return self._reply(provider, "voice")

    def turn(self, provider: str) -> Response:
        """A key, silence, a recording that ended, a connection that ended."""
        return self._reply(provider, "turn")

    def status(self, provider: str) -> Response:
        """A call's state at the provider. Always 204 for whoever is verified: nobody has to send it again."""
        dialect, form = self._verified(provider)
        try:
            event = dialect.parse("status", {}, form)
            if event.happening == "hung_up":
                self._turns.end(provider, event.call)
        except UnreadableWebhook:
            abort(400)
        except DatabaseOutOfReach as error:
            # The sweep ends the call later; sending this again and again would help nobody.
            log.error("call_end_missed", error=type(error).__name__)
        return Response(status=204)

    def recording(self, provider: str) -> Response:
        """Word that a recording is ready, or that there is none. Nothing is fetched before somebody may keep it."""
        self._verified(provider)
        return Response(status=204)

    def fallback(self) -> Response:
        """The emergency screen from files. Open to everybody and needing nothing: it must work when all else fails."""
        provider = request.args.get("provider", "twilio")
        number = request.values.get("To", "")[:32]
        return Response(self._emergency.reply_for(provider, number), content_type="text/xml; charset=utf-8")

    def _reply(self, provider: str, path: str) -> Response:
        dialect, form = self._verified(provider)
        try:
            query = dict(read_form(request.environ.get("QUERY_STRING", "").encode("latin-1")))
            event = dialect.parse(path, query, form)
        except (NotAForm, UnreadableWebhook):
            abort(400)
        return Response(self._answer(dialect, event, form), content_type=dialect.content_type)

    def _answer(self, dialect: Dialect, event: PhoneEvent, form: Mapping[str, str]) -> str:
        try:
            return self._turns.answer(dialect, event)
        except Exception as error:
            # Whatever broke, a person is listening.
            log.error("turn_failed", error=type(error).__name__, happening=event.happening, exc_info=True)
            return self._emergency.reply_for(dialect.name, form.get("To", ""))

    def _verified(self, provider: str) -> tuple[Dialect, dict[str, str]]:
        dialect = self._dialects.get(provider)
        if dialect is None:
            abort(404)
        environ = request.environ
        fields = _posted(environ)

        def header(name: str) -> str:
            sent: str = environ.get(f"HTTP_{name.upper().replace('-', '_')}", "")
            return sent

        if not dialect.verify(RawRequest(signed_address(self._public_url, environ), fields, header)):
            log.warning("webhook_refused", provider=provider)
            abort(403)
        # Of a field that is repeated, the first counts.
        return dialect, dict(reversed(fields))


def _posted(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The form of this request; refuses what no provider sends."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        abort(400)
    if length > LARGEST_WEBHOOK_BYTES:
        abort(413)
    if length and not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        abort(415)
    try:
        return read_form(environ["wsgi.input"].read(length) if length else b"")
    except NotAForm:
        abort(400)
