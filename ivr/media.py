"""Clips over HTTP: immutable, with ranges and ETag, so that the telephone network's many caches ask once each."""

from __future__ import annotations

from flask import Blueprint, Response, abort, send_file

from audio.media import MediaStore

ONE_YEAR = 31_536_000


def media_blueprint(store: MediaStore) -> Blueprint:
    """`GET /media/<sha256>.wav`."""
    media = Blueprint("media", __name__)

    @media.get("/media/<sha>.wav")
    def clip(sha: str) -> Response:
        try:
            path = store.path(sha)
        except ValueError:
            abort(404)
        if not path.is_file():
            abort(404)
        response = send_file(
            path.absolute(),
            mimetype="audio/wav",
            conditional=True,
            etag=sha,
            max_age=ONE_YEAR,
            last_modified=None,
        )
        response.cache_control.public = True
        response.cache_control.immutable = True
        return response

    return media
