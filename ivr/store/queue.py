"""Where the queue server is, and how it is reached: by workers, and by whoever has something for them to do."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ivr.settings import Settings

URGENT, DEFAULT_QUEUE = "urgent", "warmline"
QUEUES = (URGENT, DEFAULT_QUEUE)
"""In which order workers take from them. What rings somebody is never behind what tidies up."""

LONGEST_SOCKET_PATH = 100
"""macOS allows 104 bytes."""


def socket_path(data: Path) -> Path:
    """Where the server listens: in the data folder, or, where that path is too long, in a private temporary folder."""
    path = (data / "queue" / "queue.sock").absolute()
    if len(str(path).encode()) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"warmline-{os.getuid()}-{name}" / "queue.sock"


def embedded_url(data: Path) -> str:
    """The embedded server's address."""
    return f"unix://{socket_path(data)}"


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
