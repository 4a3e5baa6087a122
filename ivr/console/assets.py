"""The style sheet, the small script and the icon: named by what is in them, so that a browser fetches each once."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Response, abort, request, url_for

FOLDER = Path(__file__).parent / "static"
A_YEAR = 365 * 24 * 3600
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, and the name it is fetched by: `console.3f2a9c41d07b.css`."""

    name: str
    kind: str
    content: bytes
    squeezed: bytes


@lru_cache(maxsize=1)
def _assets() -> dict[str, Asset]:
    """Every file by its own name; read once, because an address says what it leads to for ever."""
    return {path.name: _read(path) for path in FOLDER.iterdir() if path.suffix in KINDS}


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    sha = hashlib.sha256(content).hexdigest()[:12]
    # Many work on a slow line, and the style sheet is most of what a first page loads.
    return Asset(
        f"{path.stem}.{sha}{path.suffix}", KINDS[path.suffix], content, gzip.compress(content, mtime=0)
    )


def asset_url(name: str) -> str:
    """The address of a file in `static`; raises KeyError for one that isn't there."""
    return url_for("console.asset", name=_assets()[name].name)


def asset(name: str) -> Response:
    """A file by its hashed name. An old name is gone: the page that used it was never kept."""
    found = next((asset for asset in _assets().values() if asset.name == name), None)
    if found is None:
        abort(404)
    squeezed = request.accept_encodings.quality("gzip") > 0
    response = Response(
        found.squeezed if squeezed else found.content, content_type=f"{found.kind}; charset=utf-8"
    )
    if squeezed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.cache_control.max_age = A_YEAR
    return response
