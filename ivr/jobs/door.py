"""The door of the queue: a worker runs what is in the table of tasks, and nothing else.

Whoever can write to the queue server can name any function of any library in a job, or hide one where a job says what
is to be called after it. So a job is read here as a wish: its name is looked up in the table, its arguments have to be
ids, how long it may take is the table's to say, and everything else that a job could carry is not even read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job

from ivr.jobs.table import LISTED, Task

NOT_LISTED = "not listed"
FAILURE_SECONDS = 86_400
"""How long a job that failed is kept to be looked at."""

_ID = re.compile(r"[0-9a-f]{32}")
_READ = (
    "data", "status", "origin", "created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat", "worker_name",
    "result", "exc_info",
)  # fmt: skip
"""What is read of a job. Not: callbacks and webhooks to be called afterwards, retries, dependencies, descriptions."""

log = structlog.get_logger()


class JobNotListed(Exception):
    """A job asks for something that isn't in the table of tasks, or hands it what isn't an id. Never run."""


class ListedJob(Job):
    """A job of the table, or one that is refused when it is to be run."""

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Reads what may be read of a job. Raises NoSuchJobError where even that makes no sense."""
        known = {name.encode() for name in _READ}
        try:
            super().restore({name: value for name, value in raw_data.items() if name in known})
        except (ValueError, TypeError, LookupError, AttributeError):
            log.error("job_unreadable")
            raise NoSuchJobError("a job that can't be read") from None
        task = self._task()
        self.timeout = task.longest_seconds if task else 1
        self.ttl, self.result_ttl, self.failure_ttl = None, self.timeout, FAILURE_SECONDS

    def _task(self) -> Task | None:
        """The task that this job is; None where it isn't one of the table."""
        try:
            task = LISTED.get(str(super().func_name))
            given, named, bound = super().args, super().kwargs, super().instance
        except DeserializationError:
            return None
        if task is None or named or bound is not None or not isinstance(given, list | tuple):
            return None
        are_ids = all(isinstance(one, str) and _ID.fullmatch(one) for one in given)
        return task if are_ids and len(given) == task.ids else None

    @property
    def func(self) -> Callable[..., Any]:
        """The function of the table. Raises JobNotListed."""
        task = self._task()
        if task is None:
            log.error("job_refused", job=self.id)
            raise JobNotListed
        return task.run

    @property  # type: ignore[misc]
    def func_name(self) -> str:
        """The name in the table: what a stranger has written is repeated in no log and no process listing."""
        return str(super().func_name) if self._task() else NOT_LISTED

    @property  # type: ignore[misc]
    def args(self) -> list[str]:
        """The ids that the task is given."""
        return list(super().args) if self._task() else []

    @property  # type: ignore[misc]
    def kwargs(self) -> dict[str, Any]:
        """Nothing: no task takes named arguments."""
        return {}
