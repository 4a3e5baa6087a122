"""The doors of the queue: who can write to it can ask for what is in the table, and for nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from ivr.jobs import door
from ivr.jobs.door import ListedJob
from ivr.jobs.queue import default_queue, default_worker
from ivr.jobs.queue_server import running
from ivr.jobs.table import LISTED, TASKS, Task
from ivr.store.queue import DEFAULT_QUEUE, connect_to_queue
from tests.hotline import make_hotline, settings_for
from tests.serving import PROGRAM, environment_of, wait_until

DOCUMENT = Path(__file__).parents[2] / "docs" / "jobs.md"
SECRET = "+12025550163"
"""Stands in the arguments of what Mallory plants, and may be repeated nowhere."""


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """A queue server, shared by tests that clear it."""
    with tempfile.TemporaryDirectory(prefix="wl-d-", dir="/tmp") as folder, running(Path(folder)):
        yield Path(folder)


@pytest.fixture
def connection(server: Path) -> Iterator[Redis]:
    """A connection to an empty queue server."""
    with connect_to_queue(settings_for(server)) as client:
        client.flushall()
        yield client


def plant(connection: Redis, function: str, *arguments: object, **more: Any) -> str:
    """Puts a job on the queue as anybody can who can write to it: without our classes. Returns its id."""
    queue = Queue(DEFAULT_QUEUE, connection=connection, serializer=JSONSerializer)
    return str(queue.enqueue(function, *arguments, **more).id)


def work(connection: Redis) -> None:
    """A worker runs everything that lies on the queue."""
    default_worker(connection, SimpleWorker).work(burst=True, logging_level="ERROR")


def failed(connection: Redis) -> list[str]:
    """The ids of the jobs that are kept as failed."""
    queue = default_queue(connection)
    return FailedJobRegistry(queue=queue).get_job_ids()


def test_a_planted_function_is_refused_and_kept_unrun(connection: Redis, tmp_path: Path) -> None:
    """Mallory asks a worker to run a command of the machine: it isn't run, and lies among the failed to be seen."""
    mark = tmp_path / "ran"
    planted = plant(connection, "os.system", f"touch {mark}; echo {SECRET}")
    work(connection)
    assert not mark.exists()
    assert failed(connection) == [planted]


def test_a_real_worker_refuses_and_says_so_without_repeating_it(tmp_path: Path) -> None:
    """The worker as it runs in a hotline, at its most talkative: the command isn't run, and no log repeats it."""
    with tempfile.TemporaryDirectory(prefix="wl-w-", dir="/tmp") as folder, running(Path(folder)) as url:
        hotline = make_hotline(tmp_path / "data", redis_url=url, log_level="debug")
        mark = tmp_path / "ran"
        log = (tmp_path / "log").open("wb")
        worker = subprocess.Popen(
            [PROGRAM, "worker"], env=environment_of(hotline.wiring.settings), stdout=log, stderr=log
        )
        try:
            with Redis.from_url(url) as client:
                planted = plant(
                    client, "os.system", f"touch {mark}; echo {SECRET}", description=f"call {SECRET}"
                )
                wait_until(lambda: failed(client) == [planted], 30, "the refusal")
                fine = default_queue(client).enqueue("ivr.jobs.tasks.end_lost_calls")
                wait_until(lambda: fine.is_finished, 30, "a job of the table")
        finally:
            worker.terminate()
            worker.wait(30)
            log.close()
        said = (tmp_path / "log").read_text()
        assert not mark.exists()
        assert "job_refused" in said
        assert "touch" not in said
        assert "os.system" not in said
        assert SECRET.lstrip("+") not in said
        hotline.wiring.database.dispose()


@pytest.mark.parametrize(
    ("function", "arguments", "named"),
    [
        ("ivr.jobs.tasks.end_lost_calls", ["a" * 32], {}),
        ("ivr.jobs.tasks.end_lost_calls", [], {"cmd": "x"}),
        ("ivr.jobs.tasks._wiring", [], {}),
        ("ivr.jobs.tasks.load_settings", [], {}),
        ("ivr.jobs.tasks.sweep_calls.__globals__", [], {}),
        ("builtins.eval", ["1"], {}),
        ("", [], {}),
    ],
)
def test_only_what_is_in_the_table_is_run_with_what_it_takes(
    connection: Redis, function: str, arguments: list[str], named: dict[str, str]
) -> None:
    """Neighbours of a task, and a task that is handed what it doesn't take, are refused like any stranger."""
    planted = plant(connection, "ivr.jobs.tasks.end_lost_calls")
    data = zlib.compress(json.dumps([function, None, arguments, named]).encode())
    connection.hset(f"rq:job:{planted}", "data", data)
    work(connection)
    assert failed(connection) == [planted]


def test_a_task_takes_ids_and_nothing_that_is_none(
    connection: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that takes one id is run with an id; a number, a list or a path in its place is refused."""
    seen: list[str] = []

    def ring_back(wish: str) -> None:
        seen.append(wish)

    monkeypatch.setattr(door, "LISTED", {"tests.ring_back": Task(ring_back, "", None, 60, ids=1)})
    plant(connection, "tests.ring_back", "0123456789abcdef" * 2)
    wrong = [
        plant(connection, "tests.ring_back", bad) for bad in (SECRET, ["a" * 32], "../" * 10, 5, "A" * 32)
    ]
    work(connection)
    assert seen == ["0123456789abcdef" * 2]
    assert sorted(failed(connection)) == sorted(wrong)


@pytest.mark.parametrize("name", ["success_callback_name", "failure_callback_name", "stopped_callback_name"])
def test_what_a_job_wants_called_afterwards_is_not_called(
    connection: Redis, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job of the table can't bring a stranger along: what it names to be called after it isn't even read."""
    task = Task(lambda: None, "", None, 60)
    monkeypatch.setattr(door, "LISTED", {"tests.nothing": task})
    planted = plant(connection, "tests.nothing")
    connection.hset(f"rq:job:{planted}", mapping={name: "os.system", "success_callback_timeout": "5"})
    read = ListedJob.fetch(planted, connection=connection, serializer=JSONSerializer)
    assert (read.success_callback, read.failure_callback, read.stopped_callback) == (None, None, None)
    work(connection)
    assert failed(connection) == []


def test_a_job_can_send_nothing_out_of_the_house(connection: Redis) -> None:
    """A job may carry addresses to be told of its end: a worker tells nobody, whatever happens to the job."""
    hooks = [{"url": "http://127.0.0.1:1/x", "job_status": "failed"}]
    planted = plant(connection, "os.system", "true")
    connection.hset(f"rq:job:{planted}", "webhooks", json.dumps(hooks))
    assert ListedJob.fetch(planted, connection=connection, serializer=JSONSerializer).webhooks == []
    work(connection)
    assert failed(connection) == [planted]


def test_nobody_can_keep_a_worker_busy_for_ever(connection: Redis) -> None:
    """How long a job may take is the table's to say, whatever stands in the job."""
    for planted, longest in (
        (plant(connection, "ivr.jobs.tasks.end_lost_calls", job_timeout=-1), 60),
        (plant(connection, "os.system", "true", job_timeout=-1), 1),
    ):
        read = ListedJob.fetch(planted, connection=connection, serializer=JSONSerializer)
        assert read.timeout == longest
        assert read.retries_left is None


def test_a_job_that_is_no_job_stops_no_worker(connection: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rubbish in the place of a job is passed over, and the jobs behind it are run."""
    seen: list[int] = []
    monkeypatch.setattr(door, "LISTED", {"tests.seen": Task(lambda: seen.append(1), "", None, 60)})
    for field, value in (("created_at", "yesterday"), ("status", "rubbish"), ("data", b"\x00")):
        connection.hset(f"rq:job:{plant(connection, 'tests.seen')}", field, value)
    plant(connection, "tests.seen")
    work(connection)
    assert seen == [1]


def rows_of_the_document() -> dict[str, list[str]]:
    """The table that people read: the task, what it does, how often, for how long at most, and what it is given."""
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
        DOCUMENT.read_text("utf-8"),
        re.MULTILINE,
    )
    return {name: rest for name, *rest in rows if name != "job"}


def in_words(seconds: int | None) -> str:
    """An interval as the document says it."""
    words = {
        1: "each second",
        60: "each minute",
        3600: "each hour",
        86_400: "each day",
        None: "when asked for",
    }
    return words.get(seconds) or f"every {seconds} s"


def test_the_table_that_people_read_is_the_one_that_workers_obey() -> None:
    """Every task stands in docs/jobs.md, as it is; a task that nobody has written down fails this test."""
    assert rows_of_the_document() == {
        task.name: [
            task.does,
            in_words(task.every_seconds),
            f"{task.longest_seconds} s",
            "one id" if task.ids else "nothing",
        ]
        for task in TASKS
    }
    assert {task.ids for task in TASKS} == {0, 1}


def test_every_task_is_in_the_table_once() -> None:
    """No two tasks share a name, and each name leads to the function that is run."""
    assert len(LISTED) == len(TASKS) == len({task.name for task in TASKS})
    for place, task in LISTED.items():
        assert place == f"ivr.jobs.tasks.{task.name}"


def test_a_web_process_never_loads_the_queue(tmp_path: Path) -> None:
    """What answers webhooks loads neither the queue's library nor the tasks."""
    (tmp_path / "data").mkdir()
    look = (
        "import sys, ivr.wsgi\n"
        "heavy = [m for m in sys.modules if m.split('.')[0] == 'rq' or m.startswith('ivr.jobs')]\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look],
        env=environment_of(settings_for(tmp_path / "data")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
