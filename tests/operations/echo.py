"""A web application that answers with what it was sent, and reads nothing that is left unread on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """`/unread` answers at once; everything else has read its body first."""
    got = b"" if environ["PATH_INFO"] == "/unread" else environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", str(len(got)))])
    return [got]
