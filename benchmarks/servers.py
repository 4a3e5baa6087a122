"""Web servers, one process each, on one core, as `warmline web` starts them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import on_core
from benchmarks.variants import Variant
from ivr.process_commands import server_command
from ivr.settings import PREFIX

ROOT = Path(__file__).parents[1]
THREADS = 8
START_SECONDS = 60
STOP_SECONDS = 10


class ServerDidNotStart(Exception):
    """A web server isn't listening after a minute. The message is the end of what it printed. Permanent."""


@contextmanager
def serving(server: str, variants: list[Variant], core: int | None, folder: Path) -> Iterator[list[int]]:
    """Starts one process for each variant; yields their ports. They run side by side, but are asked in turn."""
    started: list[tuple[subprocess.Popen[bytes], int, Path]] = []
    try:
        with on_core(core):
            for variant in variants:
                port = _free_port()
                log = folder / f"{server}_{port}.log"
                started.append((_start(_command(server, variant.module, port), variant, log), port, log))
        for process, port, log in started:
            _wait_for(process, port, log)
        yield [port for _, port, _ in started]
    finally:
        _stop([process for process, _, _ in started])


def _start(command: list[str], variant: Variant, log: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {"PYTHONPATH": str(ROOT), **variant.environment}
    if variant.hotline is not None:
        environment |= variant.hotline.environment
    with log.open("wb") as output:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _command(server: str, module: str, port: int) -> list[str]:
    program, *options = server_command(
        server, module, host="127.0.0.1", port=port, processes=1, threads=THREADS, log_level="warning"
    )
    return [str(Path(sys.executable).parent / program), *options]


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise ServerDidNotStart(log.read_text(errors="replace")[-2000:])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
