"""The queue server, as each kind of process needs it."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from ivr.jobs.queue_server import embedded_url
from ivr.settings import Settings

DEFAULT_QUEUE = "warmline"
FAILURE_SECONDS = 86_400


def queue_url(settings: Settings) -> str:
    """Where the queue server is: the one named, or the one that this installation starts."""
    return settings.redis_url or embedded_url(settings.data)


def connect_to_queue(settings: Settings, patience_seconds: float = 5.0) -> Redis:
    """A connection that fails soon instead of keeping its user waiting."""
    return Redis.from_url(
        queue_url(settings),
        socket_connect_timeout=patience_seconds,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
    )


def default_queue(connection: Redis) -> Queue:
    """The queue of what isn't urgent. Arguments are JSON: a queue that unpickles would run whatever it is given."""
    return Queue(DEFAULT_QUEUE, connection=connection, serializer=JSONSerializer)
