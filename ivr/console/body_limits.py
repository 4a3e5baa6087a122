"""How much a browser may send: little, but for the addresses that take recordings.

What is announced to be larger is refused before a byte of it is read, and what lies about its size when the limit is
reached. The guard against forged forms reads what was sent, so the limit has to be known before it looks.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, request

FORMS_AROUND = 64 * 1024
"""What a form may hold beside its files."""
MOST_PARTS = 2000


def set_up_body_limits(app: Flask, largest: Mapping[str, int]) -> None:
    """`largest` gives bytes by endpoint. To be called after the gatekeeper is set up, which lets few in."""

    @app.before_request
    def allow() -> None:
        most = largest.get(request.endpoint or "")
        if most is not None:
            request.max_content_length = most + FORMS_AROUND
            request.max_form_parts = MOST_PARTS
