"""A queue server that takes every connection and never says a word: nobody waits for it for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis.exceptions import RedisError
from rq import SimpleWorker

from ivr.jobs import timetable
from ivr.jobs.queue import HEARD_OF_SECONDS, default_worker
from ivr.jobs.queue_server import running
from ivr.jobs.timetable import keep_time
from ivr.store.queue import connect_to_queue
from tests.hotline import settings_for


@contextmanager
def silence() -> Iterator[str]:
    """A port on which everything is taken and nothing is answered; its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            try:
                while True:
                    taken.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=take, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def test_whoever_asks_a_silent_server_is_told_soon(tmp_path: Path) -> None:
    """A question to a queue server that has frozen fails within its patience instead of hanging."""
    with silence() as url, connect_to_queue(settings_for(tmp_path, redis_url=url), 0.3) as client:
        began = time.monotonic()
        with pytest.raises(RedisError):
            client.ping()
        assert time.monotonic() - began < 2


def test_the_timetable_goes_on_while_the_server_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timetable of a hotline whose queue server has frozen keeps looking, and stops when it is asked to."""
    monkeypatch.setattr(timetable, "LOOK_SECONDS", 0.05)
    looks: list[float] = []

    def stopped() -> bool:
        looks.append(time.monotonic())
        return len(looks) > 3

    with silence() as url, connect_to_queue(settings_for(tmp_path, redis_url=url), 0.2) as client:
        began = time.monotonic()
        keep_time(client, stopped)
        assert len(looks) == 4
        assert time.monotonic() - began < 5


def test_a_worker_waits_longer_than_a_job_may_be_awaited(tmp_path: Path) -> None:
    """A worker that waits for jobs isn't torn away from its wait, and still notices a frozen server in time."""
    with running(tmp_path), connect_to_queue(settings_for(tmp_path), waits_for_jobs=True) as client:
        worker = default_worker(client, SimpleWorker)
        patience = client.connection_pool.connection_kwargs["socket_timeout"]
        assert worker.dequeue_timeout < patience < HEARD_OF_SECONDS
