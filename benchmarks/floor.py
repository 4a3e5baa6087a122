"""What a turn is compared with: an application that does nothing, and a Flask route that does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from benchmarks.webhooks import TURN

_HELLO = b"Hello"

hello = Flask("hello")
"""A bare Flask route."""


@hello.post(TURN)
def say_hello() -> str:
    """Answers without reading anything."""
    return _HELLO.decode()


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:  # noqa: ARG001
    """A bare WSGI application."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(_HELLO)))])
    return [_HELLO]
