"""Calls an application in this process, as a web server would, and insists on the right answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.webhooks import Webhook, environ_of

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WrongAnswer(Exception):
    """What was measured is not what was meant: a figure for it would be a lie. Permanent."""


def call(application: Application, environ: dict[str, Any]) -> bytes:
    """The body of the answer. Raises WrongAnswer unless the status is 200."""
    statuses: list[str] = []

    def start_response(status: str, _headers: Any, _error: Any = None) -> None:
        statuses.append(status)

    answer = application(environ, start_response)
    body = b"".join(answer)
    close = getattr(answer, "close", None)
    if close is not None:
        close()
    if statuses != ["200 OK"]:
        raise WrongAnswer(f"status {statuses}")
    return body


def answer_to(application: Application, hook: Webhook) -> bytes:
    """The body of the answer. Raises WrongAnswer unless it leads to the turn after."""
    body = call(application, environ_of(hook))
    if hook.answered_by not in body:
        raise WrongAnswer(f"{hook.target} was answered with {body[:300]!r}")
    return body
