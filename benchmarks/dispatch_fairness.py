"""Two hours of a busy hotline, by a clock of their own: real dispatcher, real rows, talks of drawn lengths.

More people ask than can be called, so that a queue grows: then it shows who is served when.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from ivr.callbacks import machine
from ivr.callbacks.machine import Deed
from ivr.store.callback_tables import attempts, callbacks

if TYPE_CHECKING:
    from benchmarks.dispatch_house import House

TALK_SECONDS = 25 * 60.0
TOO_MANY = 1.4
"""As many times as many ask as can be called."""


class NoHurry:
    """Nobody is asked to hurry: the dispatcher is asked at every event."""

    def after(self, callback_id: str, deeds: tuple[Deed, ...]) -> None:
        """The legs are left out: of interest is who is offered to whom."""

    def dispatch(self) -> None:
        """It is asked anyway."""


@dataclass
class Busy:
    """What came of it: waits in the order of asking (seconds), and callbacks offered, by helper."""

    waits: dict[int, float] = field(default_factory=dict)
    offers: Counter[str] = field(default_factory=Counter)


def busy_hours(house: House, callers: int) -> Busy:
    """So many people ask, and are called as soon as somebody is free."""
    wiring, random, found = house.back.hotline.wiring, Random(4), Busy()
    dispatcher = replace(wiring.callbacks.dispatcher, hurry=NoHurry())
    helpers = list(house.back.helpers.values())
    found.offers.update(dict.fromkeys(helpers, 0))
    now = time.time()
    with wiring.database.begin() as connection:
        for helper in helpers:
            wiring.people.helpers.choose(connection, helper, "on", now)
    events: list[tuple[float, str]] = [(at, "") for at in _asked(random, now, callers, len(helpers))]
    heapq.heapify(events)
    while events:
        at, ended = heapq.heappop(events)
        with wiring.database.begin() as connection:
            if ended:
                wiring.callbacks.book.helper_leg_is_over(connection, ended, at)
            else:
                connection.execute(insert(callbacks), [house.row(at)])
        if dispatcher.dispatch(at):
            for attempt in _talk(house, found, at):
                heapq.heappush(events, (at + random.expovariate(1 / TALK_SECONDS), attempt))
    return found


def _asked(random: Random, now: float, callers: int, helpers: int) -> list[float]:
    apart = TALK_SECONDS / helpers / TOO_MANY
    found = []
    for _ in range(callers):
        now += random.expovariate(1 / apart)
        found.append(now)
    return found


def _talk(house: House, found: Busy, at: float) -> list[str]:
    """Everybody who has just been offered is connected at once; the attempts."""
    wiring = house.back.hotline.wiring
    of = select(attempts.c.id, attempts.c.helper_id, callbacks.c.id.label("callback"), callbacks.c.asked_at)
    offered = of.join(callbacks, callbacks.c.attempt == attempts.c.id).where(callbacks.c.state == "offered")
    with wiring.database.begin() as connection:
        rows = connection.execute(offered).all()
        for row in rows:
            for happened in (machine.HelperAccepted(row.id), machine.CallerAccepted(row.id)):
                wiring.callbacks.book.in_attempt(connection, row.id, happened, at)
            found.waits[house.place_of(row.callback)] = at - row.asked_at
            found.offers[row.helper_id] += 1
    return [row.id for row in rows]
