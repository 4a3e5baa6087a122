"""The machine: which core does what, and the facts that figures depend on. No names of hosts or folders."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("flask", "werkzeug", "sqlalchemy", "psycopg", "gunicorn", "granian", "twilio")
SYNCS = 100


def cores() -> tuple[int | None, int | None]:
    """The core that serves and the core that asks; None where processes can't be held to a core."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Keeps this process, and every process it starts meanwhile, on one core."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def facts(postgres_version: str, folder: Path, separate: bool) -> dict[str, str]:
    """What a reader needs to compare with a machine of their own. `separate`: server and load have a core each."""
    return {
        "Machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "Held to cores": "web server on one, load on another, PostgreSQL on neither" if separate else "no",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "SQLite": f"{sqlite3.sqlite_version}, set up as Warmline sets it up (WAL, synchronous=NORMAL)",
        "PostgreSQL": postgres_version or "not measured",
        "Others' load at the start": f"{os.getloadavg()[0]:.1f} processes",
        "One write forced to this disk": f"{sync_microseconds(folder):.0f} µs (median of {SYNCS})",
    }


def sync_microseconds(folder: Path) -> float:
    """How long the disk takes to promise one page."""
    times = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            os.write(file.fileno(), b"\0" * 8192)
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
