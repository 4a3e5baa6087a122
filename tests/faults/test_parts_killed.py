"""`warmline up` on a real machine: parts are killed while calls go on, and callers notice nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select, update

from ivr.jobs.queue_server import is_answering
from ivr.jobs.timetable import ENTRIES, enqueue_due
from ivr.store.queue import DEFAULT_QUEUE, embedded_url
from ivr.store.tables import calls, live_calls
from tests.hotline import Hotline, make_hotline
from tests.serving import PROGRAM, Served, environment_of, serving, wait_until

PARTS = ("web", "worker", "timetable")


@dataclass
class Running:
    """Everything that `warmline up` has started, and the hotline it serves."""

    hotline: Hotline
    served: Served
    _calls: Iterator[int] = field(default_factory=lambda: iter(range(1000)))

    @property
    def url(self) -> str:
        return embedded_url(self.hotline.wiring.settings.data)

    def pid(self, part: str) -> int:
        """The process of one part of the Procfile, by its name; 0 while there is none."""
        return next(
            (pid for pid in children_of(self.served.process.pid) if f"/warmline {part}" in command_of(pid)), 0
        )

    def queue_pid(self) -> int:
        with Redis.from_url(self.url, socket_timeout=5) as client:
            return int(client.info("server")["process_id"])

    def lose_a_call(self) -> str:
        """Amina's battery dies in the middle of a call, and the word of it never comes."""
        call = f"CA{next(self._calls):032x}"
        assert self.served.ring(call).status == 200
        with self.hotline.wiring.database.begin() as connection:
            connection.execute(
                update(live_calls).where(live_calls.c.provider_call == call).values(expires_at=0.0)
            )
        return call

    def let_a_minute_pass(self) -> None:
        """The timetable's next slot comes early."""
        with Redis.from_url(self.url) as client:
            enqueue_due(client, ENTRIES, time.time() + 120)

    def lost_ones_are_ended(self) -> bool:
        with self.hotline.wiring.database.begin() as connection:
            return connection.execute(select(func.count()).select_from(live_calls)).scalar() == 0

    def forget_slots(self) -> None:
        """The slots that earlier tests have claimed may be claimed again."""
        with Redis.from_url(self.url) as client:
            for key in client.keys("warmline:timetable:*"):
                client.delete(key)


def children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc"),
    pytest.mark.xdist_group("parts"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A hotline started with `warmline up`, shared by the tests that leave it whole."""
    folder = tmp_path_factory.mktemp("up")
    hotline = make_hotline(folder / "data")
    with serving(hotline.wiring.settings, folder / "log", "up") as served:
        yield Running(hotline, served)
    hotline.wiring.database.dispose()


def test_a_lost_call_is_ended_by_the_sweep(running: Running) -> None:
    """Amina's battery dies: within a minute the worker ends her call and drops what the provider calls it."""
    running.lose_a_call()
    running.let_a_minute_pass()
    wait_until(running.lost_ones_are_ended, 15, "the sweep")
    with running.hotline.wiring.database.begin() as connection:
        assert connection.execute(select(calls.c.ended).limit(1)).scalar() == "lost"


def test_a_killed_worker_is_started_again_and_catches_up(running: Running) -> None:
    """The worker is killed outright while a caller presses keys: she hears her menu, and the sweep still happens."""
    running.forget_slots()
    wait_until(lambda: running.pid("worker"), 15, "a worker")
    first = running.pid("worker")
    answer = running.served.ring("CA" + "a" * 32)
    os.kill(first, signal.SIGKILL)
    assert running.served.press(answer, "CA" + "a" * 32, "1").status == 200
    running.served.hang_up("CA" + "a" * 32)
    running.lose_a_call()
    wait_until(lambda: running.pid("worker") not in (0, first), 15, "another worker")
    running.forget_slots()
    running.let_a_minute_pass()
    wait_until(running.lost_ones_are_ended, 20, "the sweep")


def test_a_killed_queue_server_is_noticed_by_no_caller(running: Running) -> None:
    """The queue server is killed in the middle of a call: every key is answered at once, and the sweep catches up."""
    running.forget_slots()
    first = running.queue_pid()
    answer = running.served.ring("CA" + "b" * 32)
    os.kill(first, signal.SIGKILL)
    for key in "111":
        began = time.monotonic()
        answer = running.served.press(answer, "CA" + "b" * 32, key)
        assert "<Gather" in answer.text
        assert time.monotonic() - began < 2
    running.served.hang_up("CA" + "b" * 32)
    running.lose_a_call()
    wait_until(lambda: is_answering(running.url) and running.queue_pid() != first, 15, "a new queue server")
    running.forget_slots()
    running.let_a_minute_pass()
    wait_until(running.lost_ones_are_ended, 20, "the sweep")


def test_what_lies_in_the_queue_names_no_caller(running: Running) -> None:
    """Jobs carry ids at most: neither a number nor the provider's name of a call is in the queue server."""
    call = running.lose_a_call()
    running.forget_slots()
    running.let_a_minute_pass()
    wait_until(running.lost_ones_are_ended, 15, "the sweep")
    with Redis.from_url(running.url) as client:
        held = b"".join(client.dump(key) or b"" for key in client.keys("*"))
        assert client.type(f"rq:queue:{DEFAULT_QUEUE}") in (b"list", b"none")
    assert b"5550147" not in held
    assert call.encode() not in held


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Hotline:
    """A hotline that isn't running, for tests that start and end it."""
    return make_hotline(tmp_path_factory.mktemp("another") / "data")


def test_nothing_is_left_when_the_starter_is_killed(another: Hotline, tmp_path: Path) -> None:
    """`warmline up` is killed outright: its parts end by themselves, and the next start gets port and queue."""
    hotline = another
    with serving(hotline.wiring.settings, tmp_path / "log", "up") as served:
        parts = children_of(served.process.pid)
        assert len(parts) >= len(PARTS)
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
        wait_until(lambda: not _is_open(served.port), 25, "the end of the web process")
    with serving(hotline.wiring.settings, tmp_path / "log2", "up") as served:
        wait_until(lambda: served.ask("GET", "/healthz").status == 200, 10, "the second start")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_one_signal_stops_everything(another: Hotline, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and a closed terminal end every part, the queue server too."""
    hotline = another
    url = embedded_url(hotline.wiring.settings.data)
    with serving(hotline.wiring.settings, tmp_path / "log", "up") as served:
        parts = children_of(served.process.pid)
        served.process.send_signal(number)
        assert served.process.wait(30) == (0 if number == signal.SIGINT else 128 + number)
        assert not _is_open(served.port)
        assert not is_answering(url)
        assert [pid for pid in parts if command_of(pid)] == []


def test_a_taken_port_ends_everything_with_a_word(another: Hotline, tmp_path: Path) -> None:
    """When something else listens on the port, `warmline up` doesn't try for ever: it ends, and the log says why."""
    hotline = another
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = environment_of(hotline.wiring.settings, WARMLINE_PORT=str(taken.getsockname()[1]))
        done = subprocess.run([PROGRAM, "up"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "is taken" in done.stderr + done.stdout


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
