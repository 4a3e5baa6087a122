"""What workers run. Each task may be run again, at any time, by two workers at once, without doing anything twice.

A task is in the table at the end, or no worker runs it; docs/jobs.md shows the same table to people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import structlog

from ivr.calls.sweep import Swept, sweep_calls
from ivr.jobs.scrubs import reconcile_with_providers, scrub_what_is_due
from ivr.settings import load_settings
from ivr.wiring import Wiring, wire

MINUTE = 60
HOUR = 3600
DAY = 86_400

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """A function that workers run, and what people should know of it.

    `every_seconds` is how often the timetable asks for it, None for never; `ids` how many ids it is given. It is
    stopped after `longest_seconds`; what it has not done by then is done the next time.
    """

    run: Callable[..., object]
    does: str
    every_seconds: int | None
    longest_seconds: int
    ids: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return self.run.__name__

    @property
    def place(self) -> str:
        """What jobs call it."""
        return f"{self.run.__module__}.{self.run.__qualname__}"


@lru_cache(maxsize=1)
def _wiring() -> Wiring:
    return wire(load_settings())


def end_lost_calls() -> dict[str, int]:
    """Ends the calls whose end was never reported, and forgets what may be forgotten."""
    wiring = _wiring()
    swept: Swept = sweep_calls(wiring.database, wiring.rows, wiring.turns, wiring.clock())
    if swept.ended:
        log.info("lost_calls_ended", count=swept.ended)
    return {"ended": swept.ended, "forgotten": swept.forgotten}


def scrub_due() -> dict[str, int]:
    """Deletes at the providers what is due: call records and recordings of calls that are over."""
    scrubbed = scrub_what_is_due(_wiring())
    if scrubbed.done:
        log.info("provider_records_deleted", count=scrubbed.done)
    return scrubbed._asdict()


def reconcile() -> dict[str, int]:
    """Asks the providers what they still have. How much was left, by provider."""
    found = reconcile_with_providers(_wiring())
    for left in found:
        if left.calls or left.recordings:
            log.warning(
                "left_at_the_provider", provider=left.provider, calls=left.calls, recordings=left.recordings
            )
    return {left.provider: left.calls + left.recordings for left in found}


TASKS = (
    Task(
        end_lost_calls,
        "Ends calls whose end the provider never reported, and forgets the marks of calls that ended.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        scrub_due,
        "Deletes at the provider the records and recordings of calls that are over.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        reconcile,
        "Asks the provider which records and recordings it still has, and puts them on the list.",
        every_seconds=DAY,
        longest_seconds=10 * MINUTE,
    ),
)
LISTED = {task.place: task for task in TASKS}
