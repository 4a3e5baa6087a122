"""Two workers at once, and a worker that is killed: every call is deleted, and none by two at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from ivr.jobs.queue import default_queue
from ivr.jobs.queue_server import running
from ivr.jobs.tasks import scrub_due
from ivr.scrubbing import waiting
from ivr.scrubbing.batch import Scrubbed
from ivr.scrubbing.waiting import LEASE_SECONDS
from ivr.store.engine import open_database
from tests.scrubbing.rig import Rig, rig_on
from tests.serving import PROGRAM, environment_of, wait_until
from tests.telephony.fake_rest import Fault


def test_several_workers_never_do_the_same_call(rig: Rig) -> None:
    """Four workers on forty calls: each call is deleted by one of them, with one deletion of each record."""
    calls = [rig.ended_call(recordings=1) for _ in range(40)]
    rig.hotline.clock.forward(600)
    results: list[Scrubbed] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        batch = rig.batch()
        batch.database = open_database(rig.hotline.wiring.settings.database)
        barrier.wait()
        results.append(batch.run())
        batch.database.dispose()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(result.done for result in results) == 40
    assert rig.provider.anything_of(*calls) == []
    assert rig.waiting == []
    assert set(Counter(rig.asked("DELETE")).values()) == {1}


def test_a_claim_has_one_winner(rig: Rig) -> None:
    """Sixteen workers reach for the same row at the same moment: one has it, and only it can take it off the list."""
    rig.ended_call()
    now = rig.hotline.clock.now + 600
    database = open_database(rig.hotline.wiring.settings.database, threads=16)
    with database.connect() as connection:
        (row,) = waiting.due(connection, now, 10)
    barrier = threading.Barrier(16)
    won: list[waiting.Waiting] = []

    def reach() -> None:
        barrier.wait()
        with database.begin() as connection:
            held = waiting.claim(connection, row, now)
        if held is not None:
            won.append(held)

    threads = [threading.Thread(target=reach) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    with database.begin() as connection:
        assert not waiting.drop(connection, row)
        assert waiting.drop(connection, won[0])
    database.dispose()


@contextmanager
def process_of(rig: Rig) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that runs the task once."""
    code = "from ivr.jobs.tasks import scrub_due; print(scrub_due())"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment_of(rig.hotline.wiring.settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", r"/Calls\.json"),
        ("GET", r"/Recordings\.json"),
        ("DELETE", r"/Recordings/"),
        ("DELETE", r"/Calls/"),
        ("GET", r"/Calls/"),
    ],
)
@pytest.mark.parametrize("kind", ["silent", "lost"])
def test_killed_at_any_step_the_next_worker_does_the_rest(
    rig: Rig, kind: str, method: str, path: str
) -> None:
    """The worker is killed outright while the provider carries out a step, or just before: nothing is left over."""
    rig.hotline.clock.now = time.time()
    call = rig.ended_call(recordings=2)
    with rig.hotline.wiring.database.begin() as connection:
        connection.execute(waiting.scrubs.update().values(due_at=0.0))
    fault = Fault(kind, method, path, seconds=3.0)  # type: ignore[arg-type]
    rig.provider.faults.append(fault)
    with process_of(rig) as process:
        wait_until(lambda: fault.times == 0, 30, "the step")
        process.kill()
        process.wait()
    (row,) = rig.waiting
    if row.due_at:
        assert rig.scrub() == (0, 0), "the dead worker's lease holds for its time"
    rig.hotline.clock.forward(LEASE_SECONDS + 10 * 60)
    assert rig.scrub().done == 1
    assert rig.provider.anything_of(call) == []
    assert rig.waiting == []


def test_a_real_worker_is_killed_and_another_takes_over(tmp_path: Path) -> None:
    """The worker of a running hotline dies in the middle of a deletion: the next one finds the row and finishes."""
    with (
        tempfile.TemporaryDirectory(prefix="wl-k-", dir="/tmp") as folder,
        running(Path(folder)) as url,
        rig_on(tmp_path, "") as rig,
        Redis.from_url(url) as client,
    ):
        settings = rig.hotline.wiring.settings.model_copy(update={"redis_url": url})
        call = rig.ended_call(recordings=1)
        fault = Fault("silent", "DELETE", "/Calls/", seconds=3.0)
        rig.provider.faults.append(fault)
        default_queue(client).enqueue(scrub_due)
        with worker_of(environment_of(settings), tmp_path / "first.log") as worker:
            wait_until(lambda: fault.times == 0, 40, "the deletion")
            os.killpg(worker.pid, signal.SIGKILL)
        assert rig.provider.anything_of(call) != []
        with rig.hotline.wiring.database.begin() as connection:
            connection.execute(waiting.scrubs.update().values(due_at=0.0))
        default_queue(client).enqueue(scrub_due)
        with worker_of(environment_of(settings), tmp_path / "second.log"):
            wait_until(lambda: not rig.waiting, 40, "the rest")
        assert rig.provider.anything_of(call) == []
        assert call not in (tmp_path / "second.log").read_text()


@contextmanager
def worker_of(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`warmline worker` with all that it starts, ended in the end."""
    with log.open("wb") as written:
        worker = subprocess.Popen(
            [PROGRAM, "worker"], env=environment, stdout=written, stderr=written, start_new_session=True
        )
    try:
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
