"""The addresses that a provider posts to. Thin: verify, read, hand to the turns, answer.

Whoever can't be verified gets 403. Whoever is verified always gets something to say to the caller: when a turn can't be
taken, for whatever reason, the emergency screen.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask import Blueprint, Response, abort, request

from ivr.calls.emergency import EmergencyScreens
from ivr.calls.turns import Turns
from ivr.phone.addresses import signed_address
from ivr.telephony.contract import Dialect, PhoneEvent, RawRequest, UnreadableWebhook
from ivr.telephony.twilio import read_form

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
        _, form = self._verified(provider)
        if form.get("CallStatus") in ("completed", "busy", "failed", "no-answer", "canceled"):
            self._turns.end(provider, form.get("CallSid", ""))
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
            event = dialect.parse(path, request.args, form)
        except UnreadableWebhook as error:
            abort(400, str(error))
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
        if (request.content_length or 0) > LARGEST_WEBHOOK_BYTES:
            abort(413)
        raw = RawRequest(
            method=request.method,
            url=signed_address(self._public_url, request.environ),
            body=request.get_data(),
            content_type=request.content_type or "",
            headers=_LowerCase(request.environ),
        )
        if not dialect.verify(raw):
            log.warning("webhook_refused", provider=provider)
            abort(403)
        return dialect, dict(reversed(read_form(raw) or []))


class _LowerCase(dict[str, str]):
    """The headers a dialect may ask for, read from the environment only when asked."""

    def __init__(self, environ: dict[str, str]) -> None:
        super().__init__()
        self._environ = environ

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        return self._environ.get("HTTP_" + name.upper().replace("-", "_"), default)
