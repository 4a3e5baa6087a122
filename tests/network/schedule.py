"""One thread that does everything when its time has come. Time runs `speed` times as fast as on the wall."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

Deed = Callable[[], None]


class Schedule:
    """Deeds are done one at a time with `lock` held, so they must not wait for anything."""

    def __init__(self, lock: threading.RLock, speed: float) -> None:
        self.speed = speed
        self.lock = lock
        self.errors: list[BaseException] = []
        """What went wrong in a deed; the others were done all the same."""
        self._changed = threading.Condition(lock)
        self._planned: list[tuple[float, int, Deed]] = []
        self._order = itertools.count()
        self._began = time.monotonic()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="phone-network", daemon=True)

    def now(self) -> float:
        """Seconds of the network since it began."""
        return (time.monotonic() - self._began) * self.speed

    def after(self, seconds: float, deed: Deed) -> None:
        """Plans a deed, so many seconds of the network from now."""
        with self._changed:
            heapq.heappush(self._planned, (self.now() + seconds, next(self._order), deed))
            self._changed.notify()

    def soon(self, deed: Deed) -> None:
        """Plans a deed for as soon as what is being done is done."""
        self.after(0, deed)

    def start(self) -> None:
        """Time begins."""
        self._thread.start()

    def stop(self) -> None:
        """Nothing is done any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while not self._stopped:
                ahead = self._planned[0][0] - self.now() if self._planned else None
                if ahead is None or ahead > 0:
                    self._changed.wait(None if ahead is None else ahead / self.speed)
                    continue
                _, _, deed = heapq.heappop(self._planned)
                try:
                    deed()
                except Exception as error:
                    self.errors.append(error)
