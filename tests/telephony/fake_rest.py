"""A provider's REST interface that remembers: numbers, calls with their legs, and recordings, over real HTTP.

The official mock checks what we send and forgets it; this one keeps it, lets calls go on as time does, and refuses,
falls silent or loses answers when told to. `Provider` holds the state, `rest_app` answers as the provider would, and
`serve` puts it on a free port.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, abort, g, jsonify, request
from werkzeug.serving import make_server

from tests.telephony.provider.faults import (
    Fault,
    Refusal,
    before_it_is_done,
    break_the_connection,
    refused,
)
from tests.telephony.provider.lists import page_of_calls, page_of_recordings
from tests.telephony.provider.state import (
    ACCOUNT,
    LINE,
    OVER,
    TOKEN,
    Provider,
    shown_call,
    shown_recording,
)

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def rest_app(provider: Provider) -> Flask:
    """The provider's REST interface as a WSGI application."""
    app = Flask("fake_rest")
    app.url_map.strict_slashes = False
    base = f"/2010-04-01/Accounts/{provider.account_sid}"
    app.before_request(lambda: _admit(provider, base))
    app.after_request(_lose_the_answer)
    app.register_error_handler(404, lambda _error: refused(Refusal(404, 20404, "not found")))
    _account_rules(app, base, provider)
    _number_rules(app, base, provider)
    _call_rules(app, base, provider)
    _recording_rules(app, base, provider)
    return app


def _admit(provider: Provider, base: str) -> Response | None:
    path = request.path.removeprefix(base)
    with provider.lock:
        provider.asked.append((request.method, path, request.form.to_dict(flat=False)))
        provider.go_on()
        if provider.refusals:
            return refused(provider.refusals.popleft())
        fault = next((fault for fault in provider.faults if fault.fits(request.method, path)), None)
        if fault is not None:
            fault.times -= 1
            g.fault = fault
    given = request.authorization
    if given is None or (given.username, given.password) != (provider.account_sid, provider.token):
        return refused(Refusal(401, 20003, "Authenticate"))
    return before_it_is_done(fault) if fault is not None else None


def _lose_the_answer(answer: Response) -> Response:
    if "fault" in g and g.fault.kind == "lost":
        break_the_connection()
    if "fault" in g and g.fault.kind == "late":
        time.sleep(g.fault.seconds)
    return answer


def _account_rules(app: Flask, base: str, provider: Provider) -> None:
    @app.get(f"{base}.json")
    def account() -> Response:
        return jsonify(sid=provider.account_sid, type=provider.kind, status=provider.status)

    @app.get(f"{base}/Balance.json")
    def balance() -> Response:
        if provider.balance is None:
            return refused(Refusal(403, 20008))
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
            return refused(Refusal(500, 20500))
        kept.update({names[key]: value for key, value in request.form.items()})
        return jsonify(kept)


def _call_rules(app: Flask, base: str, provider: Provider) -> None:
    @app.get(f"{base}/Calls.json")
    def calls() -> Response:
        return page_of_calls(provider)

    @app.post(f"{base}/Calls.json")
    def create_call() -> tuple[Response, int] | Response:
        with provider.lock:
            refusal = _why_not(
                provider, request.form["To"], request.form["From"], request.form.get("Url", "")
            )
            if refusal is not None:
                return refused(refusal)
            provider.last_created = provider.clock()
            sid = provider.has_call("queued", to=request.form["To"], from_=request.form["From"])
            provider.calls[sid] |= {"course": provider.course, "url": request.form.get("Url", "")}
            if provider.carrier is not None:
                provider.carrier.placed(sid, request.form.to_dict(flat=False))
        return jsonify(shown_call(provider.calls[sid])), 201

    @app.get(f"{base}/Calls/<sid>.json")
    def one_call(sid: str) -> Response:
        return jsonify(shown_call(provider.calls.get(sid) or abort(404)))

    @app.post(f"{base}/Calls/<sid>.json")
    def change_call(sid: str) -> Response:
        call = provider.calls.get(sid) or abort(404)
        if call["status"] in OVER:
            return refused(Refusal(400, 21220, "Call is not in-progress. Cannot redirect."))
        asked = request.form.get("Status", "")
        with provider.lock:
            if asked == "completed" or (asked == "canceled" and call["status"] in ("queued", "ringing")):
                _end(provider, call, asked)
            if "Url" in request.form:
                call["url"] = request.form["Url"]
                if provider.carrier is not None:
                    provider.carrier.sent_elsewhere(sid, call["url"])
        return jsonify(shown_call(call))

    @app.delete(f"{base}/Calls/<sid>.json")
    def delete_call(sid: str) -> Response | tuple[str, int]:
        with provider.lock:
            call = provider.calls.get(sid) or abort(404)
            if call["status"] not in OVER or provider.clock() < call["ended_at"] + provider.settles_seconds:
                return refused(Refusal(409, 20009, "Cannot delete this resource before it is complete"))
            del provider.calls[sid]
        return "", 204


def _end(provider: Provider, call: dict[str, Any], status: str) -> None:
    if provider.carrier is not None:
        provider.carrier.ended(call["sid"])
    else:
        provider.become(call, status, provider.clock())


def _why_not(provider: Provider, to: str, caller_id: str, url: str) -> Refusal | None:
    """Why a call isn't placed."""
    if provider.calls_per_second and provider.clock() - provider.last_created < 1 / provider.calls_per_second:
        return Refusal(429, 20429, "Too Many Requests")
    if to in provider.refused_numbers:
        code = provider.refused_numbers[to]
        return Refusal(403 if code == 13227 else 400, code, f"{to} can't be called")
    if not E164.fullmatch(to):
        return Refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    same = {"to": to, "from": caller_id, "url": url}
    for call in provider.calls.values():
        if provider.refuses_duplicates and call["status"] not in OVER and same.items() <= call.items():
            return Refusal(400, 21204, "Call already initiated")
    return None


def _recording_rules(app: Flask, base: str, provider: Provider) -> None:
    def ready(sid: str) -> dict[str, Any]:
        for kept in provider.visible_recordings():
            if kept["sid"] == sid:
                return kept
        abort(404)

    @app.get(f"{base}/Recordings.json")
    def recordings() -> Response:
        return page_of_recordings(provider)

    @app.get(f"{base}/Calls/<sid>/Recordings.json")
    def recordings_below(sid: str) -> Response:
        return page_of_recordings(provider, sid) if sid in provider.calls else abort(404)

    @app.get(f"{base}/Recordings/<sid>.json")
    def one_recording(sid: str) -> Response:
        gone = provider.deleted_recordings.get(sid)
        if gone is not None and request.args.get("IncludeSoftDeleted") == "true":
            return jsonify(shown_recording(gone))
        return jsonify(shown_recording(ready(sid)))

    @app.get(f"{base}/Recordings/<sid>.wav")
    def sound(sid: str) -> Response:
        return Response(ready(sid)["sound"], mimetype="audio/x-wav")

    @app.delete(f"{base}/Recordings/<sid>.json")
    def delete_recording(sid: str) -> tuple[str, int]:
        with provider.lock:
            kept = ready(sid)
            del provider.recordings[sid]
            provider.deleted_recordings[sid] = {**kept, "status": "deleted", "sound": b""}
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


__all__ = ["ACCOUNT", "LINE", "TOKEN", "Fault", "Provider", "Refusal", "rest_app", "serve"]
