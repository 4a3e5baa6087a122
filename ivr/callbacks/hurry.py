"""Puts on the queue what is to be done at once. The rows are the truth: what doesn't get there is swept up later."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError

from ivr.callbacks import machine
from ivr.callbacks.machine import Deed
from ivr.store.queue import DEFAULT_QUEUE, URGENT

LATE_SECONDS = 30
"""A job that nobody has taken by then isn't needed: the sweep has done it."""
LEFT_ALONE_SECONDS = 5.0
"""After it hasn't answered the queue server isn't asked for so long: pages and calls must not wait for it."""
TASKS = "ivr.jobs.tasks"

log = structlog.get_logger()


class Jobs:
    """Implements `Hurry`."""

    def __init__(self, connect: Callable[[], Redis]) -> None:
        self._connect = connect
        self._connection: Redis | None = None
        self._not_before = 0.0

    def after(self, callback_id: str, deeds: tuple[Deed, ...]) -> None:
        """Rings, closes, or looks who is next."""
        for deed in deeds:
            match deed:
                case machine.RingHelper(attempt=attempt):
                    self.ask("ring_helper", attempt)
                case machine.CloseCase():
                    self.ask("close_callback", callback_id, queue=DEFAULT_QUEUE)
                case _:
                    pass

    def dispatch(self) -> None:
        """Somebody may be free, or may wait."""
        self.ask("dispatch")

    def ring_later(self, attempt_id: str) -> None:
        """Asks once more for an attempt's helper to be rung."""
        self.ask("ring_helper", attempt_id)

    def ask(self, task: str, *ids: str, queue: str = URGENT) -> bool:
        """Puts a task of the table on a queue; False when the queue server is away."""
        if time.monotonic() < self._not_before:
            return False
        # Imported here: a web process that only answers calls never needs it.
        from rq import Queue
        from rq.serializers import JSONSerializer

        try:
            if self._connection is None:
                self._connection = self._connect()
            jobs = Queue(queue, connection=self._connection, serializer=JSONSerializer)
            jobs.enqueue(f"{TASKS}.{task}", *ids, ttl=LATE_SECONDS, result_ttl=0, failure_ttl=86_400)
        except (RedisError, OSError) as error:
            self._not_before = time.monotonic() + LEFT_ALONE_SECONDS
            log.warning("queue_server_away", error=type(error).__name__)
            return False
        return True
