"""What happens at set times. Two timetables at once enqueue a task once: each slot is claimed in the queue server.

RQ has a scheduler of its own for this, but it writes jobs with pickle, and a queue that unpickles would run whatever
somebody puts into it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from redis import Redis
from redis.exceptions import RedisError

from ivr.jobs.door import FAILURE_SECONDS
from ivr.jobs.queue import queue_named
from ivr.jobs.table import TASKS
from ivr.store.queue import DEFAULT_QUEUE

LOOK_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """A task, how often it is due, and how long it may take: no longer than until it is due again."""

    name: str
    task: Callable[[], object]
    every_seconds: int
    longest_seconds: int
    queue: str = DEFAULT_QUEUE


ENTRIES = tuple(
    Entry(task.name, task.run, task.every_seconds, task.longest_seconds, task.queue)
    for task in TASKS
    if task.every_seconds is not None
)


def enqueue_due(connection: Redis, entries: Sequence[Entry], now: float) -> list[str]:
    """Enqueues what is due in this slot and hasn't been claimed; returns the names of it."""
    due = []
    for entry in entries:
        slot = int(now // entry.every_seconds)
        claim = f"warmline:timetable:{entry.name}:{slot}"
        if not connection.set(claim, 1, nx=True, ex=2 * entry.every_seconds):
            continue
        queue_named(entry.queue, connection).enqueue(
            entry.task,
            job_timeout=entry.longest_seconds,
            ttl=entry.every_seconds,
            result_ttl=entry.longest_seconds,
            failure_ttl=FAILURE_SECONDS,
        )
        due.append(entry.name)
    return due


def keep_time(connection: Redis, stopped: Callable[[], bool]) -> None:
    """Runs until `stopped`. While the queue server is away it waits: what fell due meanwhile is due again soon."""
    away = False
    while not stopped():
        try:
            enqueue_due(connection, ENTRIES, time.time())
            away = False
        except RedisError as error:
            if not away:
                log.warning("queue_server_away", error=type(error).__name__)
            away = True
        time.sleep(LOOK_SECONDS)
