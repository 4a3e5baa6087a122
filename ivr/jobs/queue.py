"""The queue server, as each kind of process needs it."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from ivr.jobs.door import ListedJob
from ivr.jobs.queue_server import embedded_url
from ivr.settings import Settings

DEFAULT_QUEUE = "warmline"
HEARD_OF_SECONDS = 90
"""How soon a worker notices that the queue server has fallen silent, and others that the worker has."""


def queue_url(settings: Settings) -> str:
    """Where the queue server is: the one named, or the one that this installation starts."""
    return settings.redis_url or embedded_url(settings.data)


def connect_to_queue(
    settings: Settings, patience_seconds: float = 5.0, *, waits_for_jobs: bool = False
) -> Redis:
    """A connection that fails soon instead of keeping its user waiting, even if the server takes it and says nothing.

    Only a worker `waits_for_jobs`: its wait is longer than that, and it sets a time of its own for it.
    """
    return Redis.from_url(
        queue_url(settings),
        socket_connect_timeout=patience_seconds,
        socket_timeout=None if waits_for_jobs else patience_seconds,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
    )


def default_queue(connection: Redis) -> Queue:
    """The queue of what isn't urgent. Arguments are JSON: a queue that unpickles would run whatever it is given."""
    return Queue(DEFAULT_QUEUE, connection=connection, serializer=JSONSerializer, job_class=ListedJob)


def default_worker(connection: Redis, kind: type[Worker] = Worker) -> Worker:
    """A worker for that queue, and for jobs of the table alone."""
    return kind(
        [default_queue(connection)],
        connection=connection,
        serializer=JSONSerializer,
        job_class=ListedJob,
        worker_ttl=HEARD_OF_SECONDS,
        log_job_description=False,
    )
