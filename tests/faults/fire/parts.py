"""The processes of a hotline, each started by itself, so that each can be killed by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ivr.jobs.queue_server import is_answering, server_program
from ivr.settings import Settings
from tests.serving import PROGRAM, environment_of, wait_until

COMMANDS = {
    "web": ("web",),
    "worker 1": ("worker",),
    "worker 2": ("worker",),
    "urgent worker 1": ("worker", "--urgent"),
    "urgent worker 2": ("worker", "--urgent"),
    "timetable": ("timetable",),
}
QUEUE = "queue server"
LOOK_SECONDS = 0.2
AGAIN_AFTER_SECONDS = 1.0


class Part:
    """One process with all that it has started. Its log goes on from one life to the next."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.starts = 0
        self._command = command
        self._environment = dict(environment)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        self.starts += 1

    def kill(self) -> None:
        """At once, without a chance to finish anything."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Parts:
    """All processes of one hotline, and the queue server. Whatever ends by itself is started again, as in life."""

    def __init__(self, parts: Mapping[str, Part], queue_url: str) -> None:
        self.all = dict(parts)
        self.ended_by_themselves: list[str] = []
        self._queue_url = queue_url
        self._down: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep_running, daemon=True)

    def start(self) -> None:
        self.all[QUEUE].start()
        wait_until(lambda: is_answering(self._queue_url), 20, "the queue server")
        for name, part in self.all.items():
            if name != QUEUE:
                part.start()
        self._keeper.start()

    def kill(self, *names: str) -> None:
        """Kills these, which stay down until `revive`."""
        with self._lock:
            self._down.update(names)
            for name in names:
                self.all[name].kill()

    def revive(self, *names: str) -> None:
        with self._lock:
            for name in names:
                self.all[name].start()
            self._down.difference_update(names)

    def stop(self) -> None:
        self._over.set()
        self._keeper.join()
        for part in self.all.values():
            part.kill()

    def _keep_running(self) -> None:
        ended: dict[str, float] = {}
        while not self._over.wait(LOOK_SECONDS):
            with self._lock:
                for name, part in self.all.items():
                    if part.is_running or name in self._down:
                        ended.pop(name, None)
                    elif time.monotonic() - ended.setdefault(name, time.monotonic()) > AGAIN_AFTER_SECONDS:
                        self.ended_by_themselves.append(name)
                        part.start()


def queue_socket(folder: Path) -> Path:
    """Where the queue server of a run listens."""
    return folder / "queue.sock"


@contextmanager
def running_parts(
    settings: Settings, folder: Path, commands: Mapping[str, tuple[str, ...]] = COMMANDS
) -> Iterator[Parts]:
    """Everything runs until the end of the block. Logs and the queue's files are in the folder."""
    environment = environment_of(settings, PYTHONUNBUFFERED="1")
    parts = {
        name: Part(name, [str(PROGRAM), *command], environment, folder / f"{name.replace(' ', '_')}.log")
        for name, command in commands.items()
    }
    queue = [
        str(server_program()),
        "--port",
        "0",
        "--unixsocket",
        str(queue_socket(folder)),
        "--dir",
        str(folder),
    ]
    keeps = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
    parts[QUEUE] = Part(QUEUE, [*queue, *keeps], os.environ, folder / "queue_server.log")
    running = Parts(parts, settings.redis_url)
    running.start()
    try:
        yield running
    finally:
        running.stop()
