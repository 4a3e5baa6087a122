"""The timetable and the worker on a real queue server: each slot once, and nothing lost for good."""

from __future__ import annotations

import json
import pickle
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import update
from structlog.testing import capture_logs

from ivr.jobs import table, tasks, timetable
from ivr.jobs.queue import default_queue, default_worker, queue_named
from ivr.jobs.queue_server import running
from ivr.jobs.timetable import ENTRIES, Entry, enqueue_due, keep_time
from ivr.store.queue import DEFAULT_QUEUE, QUEUES, URGENT, connect_to_queue, embedded_url, queue_url
from ivr.store.tables import live_calls
from ivr.vault.errors import VaultOutOfReach
from tests.hotline import make_hotline, settings_for, with_simulator
from tests.serving import environment_of, wait_until

NOW = 1_772_366_400.0


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """A queue server, shared by tests that clear it."""
    with tempfile.TemporaryDirectory(prefix="wl-j-", dir="/tmp") as folder, running(Path(folder)):
        yield Path(folder)


@pytest.fixture
def connection(server: Path) -> Iterator[Redis]:
    """A connection to an empty queue server."""
    with connect_to_queue(settings_for(server)) as client:
        client.flushall()
        yield client


def waiting(connection: Redis) -> list[str]:
    """The jobs on all queues."""
    return [job for name in QUEUES for job in queue_named(name, connection).job_ids]


def test_a_slot_is_enqueued_once(connection: Redis) -> None:
    """Looking twice in the same minute puts a task on the queue once; the next minute is due again."""
    assert enqueue_due(connection, ENTRIES, NOW) == [entry.name for entry in ENTRIES]
    often = [entry.name for entry in ENTRIES if entry.every_seconds < 60]
    always = [entry.name for entry in ENTRIES if entry.every_seconds == 1]
    assert enqueue_due(connection, ENTRIES, NOW + 1) == always
    assert enqueue_due(connection, ENTRIES, NOW + 30) == often
    again = [entry.name for entry in ENTRIES if entry.every_seconds <= 60]
    assert set(often) < set(again)
    assert enqueue_due(connection, ENTRIES, NOW + 60) == again
    assert len(waiting(connection)) == len(ENTRIES) + len(always) + len(often) + len(again)


def test_two_timetables_at_once_enqueue_once(connection: Redis, server: Path) -> None:
    """Eight timetables look at the same moment, as on several machines: each slot is on the queue once."""
    barrier = threading.Barrier(8)

    def look() -> None:
        with connect_to_queue(settings_for(server)) as own:
            barrier.wait()
            for minute in range(10):
                enqueue_due(own, ENTRIES, NOW + 60 * minute)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slots = sum(len({(NOW + 60 * m) // entry.every_seconds for m in range(10)}) for entry in ENTRIES)
    assert len(waiting(connection)) == slots


def test_what_lies_on_the_queue_can_be_read_by_anybody(connection: Redis) -> None:
    """Jobs are JSON with ids at most: a queue that unpickles would run whatever somebody puts into it."""
    enqueue_due(connection, ENTRIES, NOW)
    found = []
    for job_id in waiting(connection):
        data = connection.hget(f"rq:job:{job_id}", "data")
        assert data is not None
        name, _, arguments, more = json.loads(zlib.decompress(data))
        assert (arguments, more) == ([], {})
        found.append(name)
    assert sorted(found) == sorted(f"ivr.jobs.tasks.{entry.name}" for entry in ENTRIES)


def test_a_pickled_job_is_never_run(connection: Redis, tmp_path: Path) -> None:
    """Mallory puts a pickle on the queue: the worker refuses to read it, and nothing of it happens."""
    mark = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str, bytes]]:
            return Path.write_bytes, (mark, b"")  # type: ignore[return-value]

    queue = default_queue(connection)
    job = queue.enqueue(tasks.end_lost_calls)
    connection.hset(f"rq:job:{job.id}", "data", pickle.dumps(Evil()))
    default_worker(connection, SimpleWorker).work(burst=True, logging_level="ERROR")
    assert not mark.exists()


def test_a_worker_ends_lost_calls(connection: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call without an end is in the database: the worker ends it, and doing it a second time does nothing."""
    hotline = make_hotline(tmp_path / "data")
    call = hotline.ring().press("1")
    with hotline.wiring.database.begin() as database:
        database.execute(update(live_calls).values(expires_at=0.0))
    for name, value in environment_of(hotline.wiring.settings).items():
        monkeypatch.setenv(name, value)
    tasks._wiring.cache_clear()
    queue = default_queue(connection)
    jobs = [queue.enqueue(tasks.end_lost_calls) for _ in range(2)]
    default_worker(connection, SimpleWorker).work(burst=True, logging_level="ERROR")
    results = [job.return_value() for job in jobs]
    assert [result["ended"] for result in results] == [1, 0]
    assert call.id not in repr(results)
    tasks._wiring.cache_clear()


def test_a_worker_does_every_task_of_the_table(
    connection: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a hotline with nothing to do each task comes to its end, and once more right after."""
    hotline = make_hotline(tmp_path / "data", **with_simulator(twilio_account_sid="", twilio_auth_token=""))
    for name, value in environment_of(hotline.wiring.settings).items():
        monkeypatch.setenv(name, value)
    tasks._wiring.cache_clear()
    queue = default_queue(connection)
    jobs = [queue.enqueue(task.run, *["0" * 32] * task.ids) for task in table.TASKS for _ in range(2)]
    default_worker(connection, SimpleWorker).work(burst=True, logging_level="ERROR")
    assert [job.get_status().value for job in jobs] == ["finished"] * len(jobs)
    tasks._wiring.cache_clear()


def test_a_vault_out_of_reach_is_no_end_of_the_worker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The key store is away: what has to be shredded waits for the next minute, and the log says so."""
    hotline = make_hotline(tmp_path / "data")
    monkeypatch.setattr(tasks, "_wiring", lambda: hotline.wiring)

    def away(*_: object) -> int:
        raise VaultOutOfReach

    monkeypatch.setattr("ivr.vault.upkeep.shred_due_numbers", away)
    monkeypatch.setattr("ivr.vault.upkeep.tend_keys", away)
    with capture_logs() as said:
        assert tasks.shred_due_numbers() == {"shredded": 0}
        assert tasks.tend_keys() == {}
    assert [line["event"] for line in said] == ["numbers_not_shredded", "keys_not_tended"]


def test_the_timetable_outlives_its_queue_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue server goes and comes back while the timetable runs: it waits, and goes on by itself."""
    monkeypatch.setattr(timetable, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(timetable, "ENTRIES", (Entry("each_second", tasks.end_lost_calls, 1, 1),))
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="wl-t-", dir="/tmp") as folder:
        data = Path(folder)
        client = connect_to_queue(settings_for(data), patience_seconds=0.5)
        keeper = threading.Thread(target=keep_time, args=(client, stop.is_set))
        keeper.start()
        for _ in range(2):
            with running(data):
                wait_until(lambda: _waiting(data) >= 1, 10, "a job on the queue")
                with Redis.from_url(embedded_url(data)) as other:
                    other.delete(f"rq:queue:{DEFAULT_QUEUE}")
            assert keeper.is_alive()
        stop.set()
        keeper.join(10)
        assert not keeper.is_alive()
        client.close()


def _waiting(data: Path) -> int:
    try:
        with Redis.from_url(embedded_url(data)) as client:
            return len(Queue(DEFAULT_QUEUE, connection=client, serializer=JSONSerializer))
    except (RedisError, OSError):
        return 0


def test_a_queue_server_that_is_gone_is_noticed_soon(tmp_path: Path) -> None:
    """Whoever asks a queue server that is gone is told within a moment, instead of being kept waiting."""
    client = connect_to_queue(settings_for(tmp_path), patience_seconds=0.5)
    began = time.monotonic()
    with pytest.raises((RedisError, OSError)):
        client.ping()
    assert time.monotonic() - began < 1


def test_every_task_is_done_within_its_interval() -> None:
    """No entry of the timetable may take longer than until it is due again, and each is a task that exists.

    What rings somebody is given the time that a slow provider may need; what falls due meanwhile isn't kept.
    """
    assert ENTRIES
    for entry in ENTRIES:
        longest = max(entry.every_seconds, 45 if entry.queue == URGENT else 0)
        assert 3 <= entry.longest_seconds <= longest
        assert getattr(tasks, entry.name) is entry.task


def test_the_named_queue_server_comes_before_the_embedded_one(tmp_path: Path) -> None:
    """Where an operator has named a queue server, that one is used."""
    assert queue_url(settings_for(tmp_path, redis_url="redis://queue:6379")) == "redis://queue:6379"
    assert queue_url(settings_for(tmp_path)) == embedded_url(tmp_path)
