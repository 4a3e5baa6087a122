"""The addresses that a provider posts to. Thin: verify, read, hand to the turns, answer.

Whoever can't be verified gets 403. Whoever is verified always gets something to say to the caller: when a turn can't be
taken, for whatever reason, the emergency screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr.calls.emergency import EmergencyScreens
from ivr.calls.turns import Turns
from ivr.legs.legs import Legs
from ivr.phone.addresses import signed_address
from ivr.phone.filling import Filler
from ivr.phone.form import NotAForm, read_form
from ivr.telephony.contract import Dialect, LegEvent, PhoneEvent, RawRequest, UnreadableWebhook

LARGEST_WEBHOOK_BYTES = 64 * 1024
FORM = "application/x-www-form-urlencoded"
XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
FLASH = "flash"
"""The kind of leg on which a caller listens who has asked for nothing but a ring-back: in her place it is a call."""

Understood = TypeVar("Understood")
Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

log = structlog.get_logger()


class Answer(NamedTuple):
    """What a webhook is answered with."""

    status: str
    content_type: str
    body: str


class Refused(Exception):
    """A webhook isn't taken. `answer` says so."""

    def __init__(self, status: str, why: str) -> None:
        self.answer = Answer(status, TEXT, why)
        super().__init__(why)


NO_CONTENT = Answer("204 NO CONTENT", TEXT, "")


class Webhooks:
    """Answers webhooks. One instance an application."""

    def __init__(
        self,
        dialects: Mapping[str, Dialect],
        turns: Turns,
        legs: Legs,
        filler: Filler,
        emergency: EmergencyScreens,
        public_url: str,
    ) -> None:
        self._dialects = dialects
        self._turns = turns
        self._legs = legs
        self._filler = filler
        self._emergency = emergency
        self._public_url = public_url
        self._handlers = {
            "voice": self._reply,
            "turn": self._reply,
            "status": self._status,
            "recording": self._recording,
            "leg": self._leg,
            "leg-status": self._leg_status,
        }

    def blueprint(self) -> Blueprint:
        """The routes: `/phone/<provider>/voice`, `turn`, `status`, `recording`, and `/phone/fallback`."""
        phone = Blueprint("phone", __name__, url_prefix="/phone")
        for path in self._handlers:
            phone.add_url_rule(f"/<provider>/{path}", path, self._view(path), methods=["POST"])
        phone.add_url_rule("/fallback", "fallback", self.fallback, methods=["GET", "POST"])
        return phone

    def shortcut(self, application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The application with the webhooks in front of it: finding a view takes Flask as long as the database takes.

        The routes of `blueprint` answer the same, and answer whatever isn't an exact address of a provider.
        """
        places = {f"/phone/{name}/{path}": (name, path) for name in self._dialects for path in self._handlers}

        def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
            place = places.get(environ["PATH_INFO"])
            if place is None or environ["REQUEST_METHOD"] != "POST":
                return application(environ, start_response)
            status, content_type, text = self.handle(*place, environ)
            body = text.encode()
            headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
            start_response(status, headers if body else headers[:1])
            return [body]

        return answer

    def handle(self, provider: str, path: str, environ: Environ) -> Answer:
        """Answers one webhook. Never raises: whatever breaks, a person is listening."""
        try:
            return self._handlers[path](provider, path, environ)
        except Refused as refused:
            return refused.answer
        except Exception as error:
            log.error("webhook_failed", error=type(error).__name__, path=path, exc_info=True)
            return Answer("200 OK", XML, self._emergency.reply_for(provider, ""))

    def fallback(self) -> Response:
        """The emergency screen from files. Open to everybody and needing nothing: it must work when all else fails."""
        provider = request.args.get("provider", "twilio")
        if request.args.get("part", FLASH) != FLASH:
            return Response(self._emergency.end_for(provider), content_type=XML)
        try:
            number = _line_of(request.values)
        except HTTPException:
            # Whatever was posted can't be read: somebody is listening all the same.
            number = request.args.get("To", "")
        return Response(self._emergency.reply_for(provider, number), content_type=XML)

    def _view(self, path: str) -> Callable[[str], Response]:
        def view(provider: str) -> Response:
            status, content_type, body = self.handle(provider, path, request.environ)
            return Response(body, status=status, content_type=content_type)

        return view

    def _reply(self, provider: str, path: str, environ: Environ) -> Answer:
        """A call begins, or goes on: a key, silence, a recording that ended, a connection that ended."""
        dialect, form = self._verified(provider, environ)
        event = _event(dialect, path, environ, form)
        try:
            reply = self._filler.fill(dialect, self._turns.answer(dialect, event))
        except Exception as error:
            log.error("turn_failed", error=type(error).__name__, happening=event.happening, exc_info=True)
            reply = self._emergency.reply_for(dialect.name, _line_of(form))
        return Answer("200 OK", dialect.content_type, reply)

    def _status(self, provider: str, path: str, environ: Environ) -> Answer:
        """A call's state at the provider. Always 204 for whoever is verified: nobody has to send it again."""
        dialect, form = self._verified(provider, environ)
        event = _event(dialect, path, environ, form)
        if event.happening == "hung_up":
            try:
                if not self._turns.end(provider, event.call, elapsed=event.elapsed):
                    # No caller's call, or not any more: it may be a helper's who has rung in.
                    self._legs.call_is_over(dialect, event.call)
            except Exception as error:
                # The sweep ends the call later; sending this again and again would help nobody.
                log.error("call_end_missed", error=type(error).__name__, exc_info=True)
        return NO_CONTENT

    def _leg(self, provider: str, path: str, environ: Environ) -> Answer:
        """A leg that we rang asks what to do next. When it can't be said now, the provider asks again, and turns to the
        fallback address in the end; whoever is rung back after a missed call hears the emergency number at once.
        """
        dialect, form = self._verified(provider, environ)
        event = _leg_event(dialect, path, environ, form)
        try:
            reply = self._filler.fill(dialect, self._legs.answer(dialect, event))
        except Exception as error:
            log.error("leg_not_answered", error=type(error).__name__, part=event.part, exc_info=True)
            if event.part == FLASH:
                return Answer("200 OK", XML, self._emergency.reply_for(dialect.name, _line_of(form)))
            return Answer("503 SERVICE UNAVAILABLE", TEXT, "again, please")
        return Answer("200 OK", dialect.content_type, reply)

    def _leg_status(self, provider: str, path: str, environ: Environ) -> Answer:
        """How a leg goes. When it can't be written down now, the provider says it again."""
        dialect, form = self._verified(provider, environ)
        return self._told(dialect, _leg_event(dialect, path, environ, form))

    def _told(self, dialect: Dialect, event: LegEvent) -> Answer:
        try:
            self._legs.tell(dialect, event)
        except Exception as error:
            log.error("leg_end_missed", error=type(error).__name__, part=event.part, exc_info=True)
            return Answer("503 SERVICE UNAVAILABLE", TEXT, "again, please")
        return NO_CONTENT

    def _recording(self, provider: str, path: str, environ: Environ) -> Answer:
        """Word that a recording is ready, or that there is none: of a leg, which waits for it; of a caller's turn
        nobody does. When it can't be written down now, the provider says it again.
        """
        dialect, form = self._verified(provider, environ)
        event = _leg_event(dialect, path, environ, form)
        if not event.part:
            return NO_CONTENT
        return self._told(dialect, event)

    def _verified(self, provider: str, environ: Environ) -> tuple[Dialect, dict[str, str]]:
        dialect = self._dialects.get(provider)
        if dialect is None:
            raise Refused("404 NOT FOUND", "no such provider")
        fields = _posted(environ)

        def header(name: str) -> str:
            sent: str = environ.get(f"HTTP_{name.upper().replace('-', '_')}", "")
            return sent

        if not dialect.verify(RawRequest(signed_address(self._public_url, environ), fields, header)):
            log.warning("webhook_refused", provider=provider)
            raise Refused("403 FORBIDDEN", "not signed by the provider")
        # Of a field that is repeated, the first counts.
        return dialect, dict(reversed(fields))


def _event(dialect: Dialect, path: str, environ: Environ, form: Mapping[str, str]) -> PhoneEvent:
    return _understood(dialect.parse, path, environ, form)


def _leg_event(dialect: Dialect, path: str, environ: Environ, form: Mapping[str, str]) -> LegEvent:
    return _understood(dialect.parse_leg, path, environ, form)


def _understood(
    parse: Callable[[str, Mapping[str, str], Mapping[str, str]], Understood],
    path: str,
    environ: Environ,
    form: Mapping[str, str],
) -> Understood:
    try:
        query = dict(read_form(environ.get("QUERY_STRING", "").encode("latin-1")))
        return parse(path, query, form)
    except (NotAForm, UnreadableWebhook):
        raise Refused("400 BAD REQUEST", "not a webhook") from None


def _line_of(form: Mapping[str, str]) -> str:
    """Our own number, whoever of the two has rung the other."""
    return form.get("From" if form.get("Direction", "").startswith("outbound") else "To", "")


def _posted(environ: Environ) -> list[tuple[str, str]]:
    """The form of this request; refuses what no provider sends."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Refused("400 BAD REQUEST", "no length") from None
    if environ.get("HTTP_TRANSFER_ENCODING"):
        # A proxy that passes the form on in pieces doesn't say how long it is.
        length = LARGEST_WEBHOOK_BYTES + 1
    elif length < 0:
        raise Refused("400 BAD REQUEST", "no length")
    elif length > LARGEST_WEBHOOK_BYTES:
        raise Refused("413 REQUEST ENTITY TOO LARGE", "too large")
    if length and not environ.get("CONTENT_TYPE", "").lower().startswith(FORM):
        raise Refused("415 UNSUPPORTED MEDIA TYPE", "not a form")
    try:
        body = environ["wsgi.input"].read(length) if length else b""
        if len(body) > LARGEST_WEBHOOK_BYTES:
            raise Refused("413 REQUEST ENTITY TOO LARGE", "too large")
        return read_form(body)
    except NotAForm:
        raise Refused("400 BAD REQUEST", "not a form") from None
