"""The one page that may use the microphone, and play what has just been recorded before anybody else has it."""

from __future__ import annotations

from flask import Response


def may_use_microphone(answer: Response) -> Response:
    """Opens the microphone to this page, and to none that it could hold; returns `answer`."""
    policy = answer.headers["Permissions-Policy"]
    answer.headers["Permissions-Policy"] = policy.replace("microphone=()", "microphone=(self)")
    return may_play(answer, "blob:")


def may_play(answer: Response, more: str = "") -> Response:
    """Lets a page play recordings of this site; returns `answer`."""
    policy = answer.headers["Content-Security-Policy"]
    if "media-src" not in policy:
        policy += "; media-src 'self'"
    if more:
        policy = policy.replace("media-src 'self'", f"media-src 'self' {more}")
    answer.headers["Content-Security-Policy"] = policy
    return answer
