"""The queues, and the workers that take from them."""

from __future__ import annotations

from collections.abc import Sequence

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from ivr.jobs.door import ListedJob
from ivr.store.queue import DEFAULT_QUEUE

HEARD_OF_SECONDS = 90
"""How soon a worker notices that the queue server has fallen silent, and others that the worker has."""


def queue_named(name: str, connection: Redis) -> Queue:
    """One of the queues. Arguments are JSON: a queue that unpickles would run whatever it is given."""
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=ListedJob)


def default_queue(connection: Redis) -> Queue:
    """The queue of what isn't urgent."""
    return queue_named(DEFAULT_QUEUE, connection)


def default_worker(
    connection: Redis, kind: type[BaseWorker] = Worker, queues: Sequence[str] = (DEFAULT_QUEUE,)
) -> BaseWorker:
    """A worker for these queues, and for jobs of the table alone."""
    return kind(
        [queue_named(name, connection) for name in queues],
        connection=connection,
        serializer=JSONSerializer,
        job_class=ListedJob,
        worker_ttl=HEARD_OF_SECONDS,
        log_job_description=False,
    )
