"""One pass over the list: what is due is deleted at its provider, or put off with the reason."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from sqlalchemy import Engine

from ivr.scrubbing import waiting
from ivr.scrubbing.deletion import delete_call
from ivr.scrubbing.pauses import (
    OUT_OF_REACH,
    NoAccount,
    Pause,
    StillNeeded,
    as_it_stands,
    needs_somebody,
    pause_after,
)
from ivr.scrubbing.waiting import Waiting
from ivr.store.engine import reading, wipe_deleted
from ivr.telephony.contract import Network

MOST_AT_ONCE = 200
LONGEST_SECONDS = 25.0
"""Within the job's own minute, however slowly the last of them is answered."""

SILENCES_IN_A_ROW = 3
"""After so many calls of a provider that doesn't answer, it is the provider and not the call."""

Networks = Callable[[str], Network | None]

log = structlog.get_logger()


class Scrubbed(NamedTuple):
    """Calls of which nothing is left, and calls put off."""

    done: int
    put_off: int


@dataclass
class Batch:
    """What one pass needs. `now` is seconds since 1970; `chance` gives numbers between 0 and 1."""

    database: Engine
    networks: Networks
    now: Callable[[], float]
    pace: Callable[[], None]
    chance: Callable[[], float]
    is_needed: Callable[[str, str], bool] = lambda _provider, _call: False
    """Whether something of a provider's call is still to be fetched: then nothing of it is deleted yet."""
    clock: Callable[[], float] = time.monotonic
    _closed: set[str] = field(default_factory=set)
    """Providers that are asked no more in this pass."""
    _silences: Counter[str] = field(default_factory=Counter)

    def run(self) -> Scrubbed:
        """Works off what is due, for some seconds. Two at once never do the same call."""
        began = self.clock()
        done = put_off = 0
        with reading(self.database) as connection:
            due = waiting.due(connection, self.now(), MOST_AT_ONCE)
        for row in due:
            if self.clock() - began > LONGEST_SECONDS:
                break
            held = None if row.provider in self._closed else self._claim(row)
            if held is None:
                continue
            if self._scrub(held):
                done += 1
            else:
                put_off += 1
        if done:
            wipe_deleted(self.database)
        return Scrubbed(done, put_off)

    def _claim(self, row: Waiting) -> Waiting | None:
        with self.database.begin() as connection:
            return waiting.claim(connection, row, self.now())

    def _scrub(self, held: Waiting) -> bool:
        try:
            self._delete(held)
        except Exception as problem:
            # Whatever goes wrong with one call, its row stays and says so, and the others have their turn.
            self._put_off(held, problem)
            return False
        self._silences[held.provider] = 0
        with self.database.begin() as connection:
            waiting.drop(connection, held)
        return True

    def _delete(self, held: Waiting) -> None:
        network = self.networks(held.provider)
        if network is None:
            raise NoAccount
        if self.is_needed(held.provider, held.call):
            raise StillNeeded
        delete_call(network, held.call, self.pace)

    def _put_off(self, held: Waiting, problem: Exception) -> None:
        pause = pause_after(problem, held.attempts, self.chance())
        attempts = held.attempts + pause.counts
        trouble = as_it_stands(pause.trouble, self.now() - held.since)
        tell = log.warning if needs_somebody(trouble, attempts) else log.info
        tell("records_not_deleted", provider=held.provider, trouble=trouble, error=type(problem).__name__)
        self._close_if_needed(held.provider, pause)
        with self.database.begin() as connection:
            waiting.put_off(connection, held, self.now() + pause.seconds, attempts, pause.trouble)

    def _close_if_needed(self, provider: str, pause: Pause) -> None:
        self._silences[provider] = self._silences[provider] + 1 if pause.trouble == OUT_OF_REACH else 0
        if pause.ends_the_batch or self._silences[provider] >= SILENCES_IN_A_ROW:
            self._closed.add(provider)
