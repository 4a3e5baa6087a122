"""Not more than a few requests a second, so that deleting never takes the provider's patience from dialling."""

from __future__ import annotations

import time
from collections.abc import Callable

REQUESTS_A_SECOND = 4.0


class Pace:
    """Call it before each request: it waits until the next one may go."""

    def __init__(
        self,
        a_second: float = REQUESTS_A_SECOND,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._between = 1 / a_second
        self._clock = clock
        self._sleep = sleep
        self._next = float("-inf")

    def __call__(self) -> None:
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._between
