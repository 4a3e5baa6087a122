"""What this process has itself written last of calls under way: a hint that spares the next turn its reading.

It is never a truth. Whoever uses it writes under a guard that holds only where the call and its line are still as they
are remembered; where they aren't, nothing is written and the turn begins again, reading. So several processes may each
remember what they like. What is remembered is used once, and is forgotten within two minutes whatever happens.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

from flows.session import Session
from ivr.calls.live import LiveCall, OnLine

Key = tuple[str, str]
"""The provider and its id of the call."""

FORGOTTEN_AFTER_SECONDS = 60
"""At the earliest; after twice as long at the latest. A caller who listens for longer than that can be read again."""
MOST_CALLS = 1000
"""A process that answers more calls than these at once forgets those that were heard of least lately."""


class Known(NamedTuple):
    """A call as it waits for its next turn."""

    line: OnLine
    call: LiveCall
    session: Session


class Remembered:
    """The calls of one process.

    Two halves: what is new goes into the young one, and every minute the old one is dropped and the young one is old.
    """

    def __init__(self, seconds: float = FORGOTTEN_AFTER_SECONDS, most: int = MOST_CALLS) -> None:
        self._seconds = seconds
        self._most = most
        self._young: dict[Key, Known] = {}
        self._old: dict[Key, Known] = {}
        self._ageing: threading.Timer | None = None

    def take(self, call: Key, turn: int) -> Known | None:
        """What is remembered of a call that waits for exactly this turn; nothing is remembered of it afterwards."""
        known = self._young.pop(call, None) or self._old.pop(call, None)
        return known if known is not None and known.call.turn == turn else None

    def keep(self, call: Key, known: Known) -> None:
        """Remembers a call until its next turn."""
        if len(self._young) >= self._most // 2:
            self._old, self._young = self._young, {}
        self._young[call] = known
        if self._ageing is None:
            self._wait()

    def forget(self, call: Key) -> None:
        """The call is over."""
        self._young.pop(call, None)
        self._old.pop(call, None)

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def _wait(self) -> None:
        self._ageing = threading.Timer(self._seconds, self._age)
        self._ageing.daemon = True
        self._ageing.start()

    def _age(self) -> None:
        self._old, self._young = self._young, {}
        self._ageing = None
        if self._old:
            self._wait()
