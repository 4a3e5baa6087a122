"""How far a request has arrived, told from its first bytes. PURE.

A thread is worth a caller's turn: none is given to a request of which only a part is there. Nothing is decided here but
when to begin; the web server reads the request itself, and trusts nothing of this.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

WHOLE_BYTES = 128 * 1024
"""A quarter of a minute, as a browser records it. What is larger isn't waited for: only addresses that take recordings
read it, and those count who sends to them."""
HEAD_BYTES = 24 * 1024
"""More than any browser, provider or proxy writes before a body."""

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_IN_PIECES = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_LAST_PIECE = b"\r\n0\r\n\r\n"


class Arrival(Enum):
    """What is there of a request."""

    COMING = "coming"
    WHOLE = "whole"
    LARGE = "large"
    """Its head is there, and its body is more than is waited for."""
    ENDLESS = "endless"
    """Its head is longer than any."""


class Look(NamedTuple):
    """What was seen, and how many bytes there have to be before looking again tells more."""

    arrival: Arrival
    needed: int = 0


def look(seen: bytes) -> Look:
    """Judges what has arrived so far, at most WHOLE_BYTES + HEAD_BYTES of it."""
    head = seen.find(_END_OF_HEAD)
    if head < 0:
        return Look(Arrival.ENDLESS) if len(seen) >= HEAD_BYTES else Look(Arrival.COMING, len(seen) + 1)
    # With the end of the line before the first header and of the last one.
    headers = seen[: head + 2]
    if _IN_PIECES.search(headers):
        return _in_pieces(seen, head + 2)
    length = _LENGTH.search(headers)
    whole = head + len(_END_OF_HEAD) + (int(length[1]) if length else 0)
    if len(seen) >= whole:
        return Look(Arrival.WHOLE)
    return Look(Arrival.LARGE) if whole > WHOLE_BYTES else Look(Arrival.COMING, whole)


def _in_pieces(seen: bytes, end: int) -> Look:
    """A body that doesn't say how long it is, as some proxies send it."""
    if _LAST_PIECE in seen[end:]:
        return Look(Arrival.WHOLE)
    return Look(Arrival.LARGE) if len(seen) > WHOLE_BYTES else Look(Arrival.COMING, len(seen) + 1)
