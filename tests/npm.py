"""Other people's servers that tests talk to, fetched with npm as they are locked, and started on this machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

INSTALL_SECONDS = 170
START_SECONDS = 60


def install(folder: Path, what: str, needed: Path | None = None) -> Path:
    """Fetches what a folder's lock file names, once, and returns where it lies. Several test processes wait for the one
    that does it. `needed` is a file without which it has to be fetched again."""
    modules = folder / "node_modules"
    if shutil.which("npm") is None or shutil.which("node") is None:
        leave_out(f"{what} needs npm (Debian: apt install npm)")
    marker, lock_file = modules / ".package-lock.json", folder / "package-lock.json"
    with (folder / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = marker.exists() and (needed is None or needed.exists())
        if there and marker.stat().st_mtime >= lock_file.stat().st_mtime:
            return modules
        done = subprocess.run(
            ["npm", "ci", "--no-progress"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            leave_out(
                f"npm could not fetch {what}: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}"
            )
    return modules


def leave_out(why: str) -> None:
    """Skips on somebody's own machine, and fails where nothing may be skipped."""
    if os.environ.get("WARMLINE_TESTS_NO_SKIPS") == "1" or os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(server: subprocess.Popen[bytes], port: int, what: str) -> None:
    """Returns when the server listens; fails when it ends or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            pytest.fail(f"{what} ended at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{what} didn't start")
