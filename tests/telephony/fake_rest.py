"""A provider's REST interface that remembers: numbers, calls and recordings, over real HTTP.

The official mock checks what we send and forgets it; this one keeps it, and refuses when told to. `Provider` holds the
state, `rest_app` answers as the provider would, and `serve` puts it on a free port.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from werkzeug.serving import make_server

ACCOUNT = "AC" + "0" * 32
TOKEN = "fake-token-of-the-tests"  # not a secret: it opens only this fake
LINE = "+12025550100"
STORED_METHODS = ("voice_method", "voice_fallback_method", "status_callback_method")
OVER = ("completed", "canceled", "busy", "failed", "no-answer")


@dataclass
class Refusal:
    """What the provider says no with."""

    status: int
    code: int | None
    message: str = "no"


@dataclass
class Provider:
    """Everything the provider knows. Tests read and change it directly."""

    account_sid: str = ACCOUNT
    token: str = TOKEN
    kind: str = "Full"
    status: str = "active"
    balance: str | None = "12.30"
    calls_per_second: float = 0.0
    """How many calls may be created a second; 0 for no limit."""
    clock: Callable[[], float] = time.monotonic
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    recordings: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    """Every request: method, path below the account, form."""
    refusals: deque[Refusal] = field(default_factory=deque)
    """Given one after the other to the next requests, whatever they ask."""
    failing_changes: int = 0
    """How many of the next changes of a number fail on the provider's side."""
    last_created: float = float("-inf")

    def has_number(self, number: str, **setup: Any) -> None:
        """Gives the account a number."""
        sid = f"PN{len(self.numbers):032x}"
        self.numbers[sid] = {
            "sid": sid,
            "account_sid": self.account_sid,
            "phone_number": number,
            **dict.fromkeys(STORED_METHODS, "POST"),
            "voice_url": "",
            "voice_fallback_url": "",
            "status_callback": "",
            "voice_application_sid": "",
            "trunk_sid": None,
            "voice_receive_mode": "voice",
            **setup,
        }

    def has_call(self, status: str = "in-progress") -> str:
        """Puts a call on the network; its id."""
        sid = f"CA{len(self.calls):032x}"
        self.calls[sid] = {"sid": sid, "account_sid": self.account_sid, "status": status}
        return sid

    def has_recording(self, sound: bytes) -> str:
        """Stores a recording; its id."""
        sid = f"RE{len(self.recordings):032x}"
        self.recordings[sid] = sound
        return sid

    def set_up_of(self, number: str) -> dict[str, Any]:
        """How a number is set up."""
        return next(kept for kept in self.numbers.values() if kept["phone_number"] == number)

    def refuse(self, status: int, code: int | None, message: str = "no", times: int = 1) -> None:
        """Makes the next requests fail."""
        self.refusals.extend([Refusal(status, code, message)] * times)


def rest_app(provider: Provider) -> Flask:
    """The provider's REST interface as a WSGI application."""
    app = Flask("fake_rest")
    app.url_map.strict_slashes = False
    base = f"/2010-04-01/Accounts/{provider.account_sid}"
    app.before_request(lambda: _admit(provider, base))
    app.register_error_handler(404, lambda _error: _refused(Refusal(404, 20404, "not found")))
    _account_rules(app, base, provider)
    _number_rules(app, base, provider)
    _call_rules(app, base, provider)
    _recording_rules(app, base, provider)
    return app


def _admit(provider: Provider, base: str) -> Response | None:
    provider.asked.append((request.method, request.path.removeprefix(base), request.form.to_dict(flat=False)))
    if provider.refusals:
        return _refused(provider.refusals.popleft())
    given = request.authorization
    if given is None or (given.username, given.password) != (provider.account_sid, provider.token):
        return _refused(Refusal(401, 20003, "Authenticate"))
    return None


def _refused(refusal: Refusal) -> Response:
    body = {
        "message": refusal.message,
        "status": refusal.status,
        "more_info": "https://provider.invalid/errors",
    }
    if refusal.code is not None:
        body["code"] = refusal.code
    answer = jsonify(body)
    answer.status_code = refusal.status
    return answer


def _account_rules(app: Flask, base: str, provider: Provider) -> None:
    @app.get(f"{base}.json")
    def account() -> Response:
        return jsonify(sid=provider.account_sid, type=provider.kind, status=provider.status)

    @app.get(f"{base}/Balance.json")
    def balance() -> Response:
        if provider.balance is None:
            return _refused(Refusal(403, 20008))
        return jsonify(account_sid=provider.account_sid, balance=provider.balance, currency="USD")


def _number_rules(app: Flask, base: str, provider: Provider) -> None:
    names = {
        "VoiceUrl": "voice_url",
        "VoiceMethod": "voice_method",
        "VoiceFallbackUrl": "voice_fallback_url",
        "VoiceFallbackMethod": "voice_fallback_method",
        "StatusCallback": "status_callback",
        "StatusCallbackMethod": "status_callback_method",
    }

    @app.get(f"{base}/IncomingPhoneNumbers.json")
    def numbers() -> Response:
        part = request.args.get("PhoneNumber", "")
        found = [kept for kept in provider.numbers.values() if part in kept["phone_number"]]
        return jsonify(incoming_phone_numbers=found, page=0, page_size=50, next_page_uri=None)

    @app.post(f"{base}/IncomingPhoneNumbers/<sid>.json")
    def change_number(sid: str) -> Response:
        kept = provider.numbers.get(sid) or abort(404)
        if provider.failing_changes:
            provider.failing_changes -= 1
            return _refused(Refusal(500, 20500))
        kept.update({names[key]: value for key, value in request.form.items()})
        return jsonify(kept)


def _call_rules(app: Flask, base: str, provider: Provider) -> None:
    @app.post(f"{base}/Calls.json")
    def create_call() -> tuple[Response, int] | Response:
        now = provider.clock()
        if provider.calls_per_second and now - provider.last_created < 1 / provider.calls_per_second:
            return _refused(Refusal(429, 20429, "Too Many Requests"))
        provider.last_created = now
        sid = provider.has_call("queued")
        provider.calls[sid].update({"to": request.form["To"], "from": request.form["From"]})
        return jsonify(provider.calls[sid]), 201

    @app.post(f"{base}/Calls/<sid>.json")
    def change_call(sid: str) -> Response:
        call = provider.calls.get(sid) or abort(404)
        if call["status"] in OVER:
            return _refused(Refusal(400, 21220, "Call is not in-progress. Cannot redirect."))
        call.update({key.lower(): value for key, value in request.form.items()})
        return jsonify(call)

    @app.delete(f"{base}/Calls/<sid>.json")
    def delete_call(sid: str) -> Response | tuple[str, int]:
        call = provider.calls.get(sid) or abort(404)
        if call["status"] not in OVER:
            return _refused(Refusal(409, 20009, "Cannot delete this resource before it is complete"))
        del provider.calls[sid]
        return "", 204


def _recording_rules(app: Flask, base: str, provider: Provider) -> None:
    @app.get(f"{base}/Recordings/<sid>.wav")
    def sound(sid: str) -> Response:
        if sid not in provider.recordings:
            abort(404)
        return Response(provider.recordings[sid], mimetype="audio/x-wav")

    @app.delete(f"{base}/Recordings/<sid>.json")
    def delete_recording(sid: str) -> tuple[str, int]:
        if provider.recordings.pop(sid, None) is None:
            abort(404)
        return "", 204


@contextmanager
def serve(app: Any) -> Iterator[str]:
    """A WSGI application on a free loopback port; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
