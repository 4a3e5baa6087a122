"""Starts what the Procfile names, keeps it running, and stops all of it together."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import click
from honcho.environ import parse_procfile

from ivr.jobs.queue_server import running
from ivr.settings import PREFIX, START, START_HEADER, Settings

START_SECONDS = 60
LOOK_SECONDS = 0.2
RESTART_SECONDS = 1.0
STOP_SECONDS = 25
"""A little more than the web server takes to finish what it has begun."""

PROCFILE = Path(__file__).parents[2] / "Procfile"
ANSWERS_CALLS = "web"
_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SIGNAL_WHEN_PARENT_DIES = 1


class PortTaken(Exception):
    """Another program listens where the web process should. Permanent until it is stopped, or another port is set."""

    def __init__(self, host: str, port: int) -> None:
        self.port = port
        super().__init__(f"port {port} of {host} is taken by another program")


def require_port(settings: Settings) -> None:
    """Raises PortTaken. Asked beforehand: a web server says it in a dozen lines, and only after all else is done."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        # Whatever else may be wrong with the address, the web server names.
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(settings.host, settings.port) from None


def run_all(settings: Settings, when_ready: Callable[[], None] = lambda: None) -> int:
    """Runs until Ctrl-C or until `web` ends; returns the exit status. Calls `when_ready` once calls can come.

    Raises PortTaken before anything is started.
    """
    require_port(settings)
    start = secrets.token_hex(8)
    queue = running(settings.data) if settings.uses_embedded_queue else nullcontext(settings.redis_url)
    with queue as queue_url:
        commands = parse_procfile(PROCFILE.read_text()).processes
        processes = Processes(commands, _environment(settings, queue_url, start))
        threading.Thread(target=_say_when_ready, args=(settings, start, when_ready), daemon=True).start()
        return processes.run()


class Processes:
    """The processes of one machine. One that ends is started again, since callers must not notice that a worker is
    gone; only when `web` ends everything does, because its reason (a port in use, a wrong setting) stays."""

    def __init__(self, commands: dict[str, str], environment: dict[str, str]) -> None:
        self._commands = commands
        self._environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._start_at: dict[str, float] = {}
        self._status: int | None = None

    def run(self) -> int:
        """Runs until a signal comes or `web` ends; returns the exit status."""
        before = {number: signal.signal(number, self._stop_asked) for number in _STOPPING}
        self._start_at = dict.fromkeys(self._commands, 0.0)
        try:
            while self._status is None:
                self._look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        return self._status

    def _stop_asked(self, number: int, _frame: object) -> None:
        # Whoever presses Ctrl-C has got what was asked for: that is no error.
        self._status = 0 if number == signal.SIGINT else 128 + number

    def _look(self) -> None:
        now = time.monotonic()
        for name, process in list(self._running.items()):
            status = process.poll()
            if status is None:
                continue
            del self._running[name]
            _signal(process, signal.SIGKILL)
            if name == ANSWERS_CALLS:
                self._status = self._status if self._status is not None else abs(status)
                return
            _say(f"{name} has ended ({status}) and is started again.")
            self._start_at[name] = now + RESTART_SECONDS
        for name in [name for name, at in self._start_at.items() if at <= now]:
            del self._start_at[name]
            self._running[name] = self._start(self._commands[name])

    def _start(self, command: str) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C in the terminal reaches us alone, and we stop everything in order.
        return subprocess.Popen(
            shlex.split(command),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_stop_with_parent,
        )

    def _stop_all(self) -> None:
        for process in self._running.values():
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0.0))
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To a process and all that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _stop_with_parent() -> None:
    """If we are killed outright, a web process left over would keep the port from the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_WHEN_PARENT_DIES, signal.SIGTERM)


def _say(text: str) -> None:
    # The terminal may have been closed.
    with suppress(OSError):
        click.echo(text, err=True)


def _environment(settings: Settings, queue_url: str, start: str) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONUNBUFFERED": "1",
        f"{PREFIX}DATA": str(settings.data.absolute()),
        f"{PREFIX}REDIS_URL": queue_url,
        f"{PREFIX}PORT": str(settings.port),
        f"{PREFIX}PUBLIC_URL": settings.public_url,
        START: start,
    }


def _say_when_ready(settings: Settings, start: str, when_ready: Callable[[], None]) -> None:
    """Somebody else may answer at our address, a hotline even: only our own start counts."""
    address = f"http://{settings.host}:{settings.port}/healthz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), opener.open(address, timeout=1) as answer:
            if answer.status == 200 and answer.headers[START_HEADER] == start:
                when_ready()
                return
        time.sleep(LOOK_SECONDS)
