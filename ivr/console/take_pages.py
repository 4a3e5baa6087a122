"""Where a take that was recorded on the page comes in. Sent twice, it is one take: a slow line may lose our answer."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, request

from audio.refusals import TooLarge
from audio.sent import UploadIdTaken, UploadIdUnusable
from ivr.console.frame import now, secured
from ivr.console.shelf import room
from ivr.console.signed_in import me
from ivr.recording.incoming import Incoming, Sender
from ivr.recording.voices import VoiceUnusable

LONGEST_FINGERPRINT = 64


def add_takes(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/takes", "send_take", send_take, methods=["POST"])


def send_take() -> Response:
    """Keeps a take, and says under which name: that is what lets the browser forget its own copy."""
    incoming = Incoming(room())
    prompt, language = request.form.get("prompt", ""), request.form.get("language", "")
    sound = request.files.get("sound")
    if sound is None or not incoming.script_known(prompt, language):
        return _refused("no_such_script", 404)
    sender = Sender(me().id, language, request.form.get("voice", "") or _own_voice(language), now())
    try:
        incoming.recorded(
            request.form.get("upload_id", ""), (prompt, language), _fingerprint(), sound.stream, sender
        )
    except TooLarge:
        return _refused("too_large", 413)
    except UploadIdTaken:
        return _refused("sent_before", 409)
    except UploadIdUnusable:
        return _refused("unusable", 400)
    return secured(jsonify(upload_id=request.form["upload_id"]))


def _own_voice(language: str) -> str:
    """Where nobody has said in whose voice a language is recorded, it is that of whoever speaks first."""
    usual = room().voices.usual(language)
    try:
        return usual or room().voices.add(language, me().name).name
    except VoiceUnusable:
        return ""


def _fingerprint() -> str:
    """Of the words that were read, which may not be those of now: then the take says old words, and is shown so."""
    found = request.form.get("fingerprint", "")
    if not found.isalnum() or len(found) > LONGEST_FINGERPRINT:
        abort(400)
    return found


def _refused(code: str, status: int) -> Response:
    answer = secured(jsonify(refused=code))
    answer.status_code = status
    return answer
