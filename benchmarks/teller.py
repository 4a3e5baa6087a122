"""What is being measured, and how long it has taken so far, for whoever waits in front of the screen."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

Say = Callable[[str], None]


def teller() -> Say:
    """Says things on the error stream, each with minutes and seconds since now."""
    start = time.monotonic()

    def say(what: str) -> None:
        taken = int(time.monotonic() - start)
        print(f"{taken // 60:2}:{taken % 60:02}  {what}", file=sys.stderr, flush=True)

    return say
