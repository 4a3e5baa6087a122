"""Recordings over HTTP, to those who work with them alone: with ranges, so that a player can begin anywhere."""

from __future__ import annotations

from flask import Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from audio.containers import reader_of
from audio.refusals import Refused
from audio.stores import NotAHash, NotKept, Store
from ivr.console.frame import HEADERS, secured
from ivr.media import asked_part

CLIP = "audio/wav"
UNKNOWN = "application/octet-stream"
KINDS = {
    "wav": CLIP,
    "aiff": "audio/aiff",
    "mov": "audio/mp4",
    "ogg": "audio/ogg",
    "matroska": "audio/webm",
    "flac": "audio/flac",
    "amr": "audio/amr",
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
}
"""What an original may claim to be: it is what its first bytes say, and never what its sender said."""
AT_MOST = 1 << 20
"""Bytes at a time: a process never holds a whole long original."""
_ENOUGH_TO_TELL = 4096


def clip_of(store: Store, sha: str) -> Response:
    """A clip, as a telephone plays it."""
    return _sound(store, sha, CLIP)


def original_of(store: Store, sha: str) -> Response:
    """What was sent, as it was sent. Whatever it holds, a browser does nothing with it but play it."""
    try:
        kind = KINDS.get(reader_of(store.read_part(sha, 0, min(_ENOUGH_TO_TELL, store.size(sha)))), UNKNOWN)
    except (NotAHash, NotKept):
        abort(404)
    except Refused:
        kind = UNKNOWN
    return _sound(store, sha, kind)


def sealed_sound(content: bytes) -> Response:
    """Something that was opened for this moment: no browser keeps it."""
    size = len(content)
    try:
        start, end = asked_part("", size)
    except RequestedRangeNotSatisfiable:
        start, end = 0, size
    answer = secured(Response(content[start:end], _status(start, end, size), content_type=CLIP))
    answer.headers["Accept-Ranges"] = "bytes"
    _say_part(answer, start, end, size)
    return answer


def _sound(store: Store, sha: str, kind: str) -> Response:
    try:
        size = store.size(sha)
        return _part(store, sha, size, kind)
    except (NotAHash, NotKept):
        abort(404)


def _part(store: Store, sha: str, size: int, kind: str) -> Response:
    try:
        start, end = asked_part(sha, size)
    except RequestedRangeNotSatisfiable:
        refused = Response(status=416)
        refused.headers["Content-Range"] = f"bytes */{size}"
        return _guarded(refused, sha)
    parts = (store.read_part(sha, at, min(AT_MOST, end - at)) for at in range(start, end, AT_MOST))
    answer = Response(parts, _status(start, end, size), content_type=kind)
    answer.content_length = end - start
    _say_part(answer, start, end, size)
    return _guarded(answer, sha)


def _status(start: int, end: int, size: int) -> int:
    return 200 if (start, end) == (0, size) else 206


def _say_part(answer: Response, start: int, end: int, size: int) -> None:
    if answer.status_code == 206:
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"


def _guarded(answer: Response, sha: str) -> Response:
    answer.headers.update(HEADERS)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(sha)
    answer.cache_control.private = True
    answer.cache_control.no_cache = True
    answer.vary.add("Cookie")
    # A range was answered above; this is for whoever has it already.
    if request.if_none_match.contains(sha):
        answer.set_data(b"")
        answer.headers.remove("Content-Range")
        answer.status_code = 304
    return answer
