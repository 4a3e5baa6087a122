"""Clips over HTTP: immutable, with ranges and ETag, so that the telephone network's many caches ask once each.

They come from a folder or from a bucket; from a bucket only the part that was asked for is fetched.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from audio.media import Media
from audio.stores import NotAHash, NotKept, StoreOutOfReach

ONE_YEAR = 31_536_000

log = structlog.get_logger()


def media_blueprint(store: Media) -> Blueprint:
    """`GET /media/<sha256>.wav`."""
    media = Blueprint("media", __name__)

    @media.get("/media/<sha>.wav")
    def clip(sha: str) -> Response:
        try:
            return _answer(store, sha)
        except (NotAHash, NotKept):
            abort(404)
        except StoreOutOfReach as error:
            log.error("media_out_of_reach", error=type(error).__name__)
            abort(503)

    return media


def _answer(store: Media, sha: str) -> Response:
    """Whatever was asked for: all of it, a part, or that it hasn't changed. Raises as `Store` does."""
    size = store.size(sha)
    response = Response(mimetype="audio/wav")
    response.set_etag(sha)
    response.accept_ranges = "bytes"
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.cache_control.max_age = ONE_YEAR
    if request.if_none_match.contains(sha):
        response.status_code = 304
        return response
    start, end = asked_part(sha, size)
    if (start, end) != (0, size):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response.content_length = end - start
    if request.method != "HEAD":
        response.set_data(store.read_part(sha, start, end - start))
    return response


def asked_part(sha: str, size: int) -> tuple[int, int]:
    """The bytes that were asked for, from the first to behind the last. What isn't one plain range, or one of another
    sound than this, gets everything. Raises RequestedRangeNotSatisfiable."""
    wanted = request.range
    condition = request.if_range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return 0, size
    if condition.date is not None or (condition.etag is not None and condition.etag != sha):
        return 0, size
    part = wanted.range_for_length(size)
    if part is None:
        raise RequestedRangeNotSatisfiable(size)
    return part[0], part[1]
