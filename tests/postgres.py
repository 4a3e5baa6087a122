"""A real PostgreSQL server for the tests, on a socket of its own, gone when they are over."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")


def find_programs() -> Path | None:
    """The folder with initdb and postgres, wherever this machine keeps them."""
    for pattern in PLACES:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (folder / "initdb").exists() and (folder / "postgres").exists():
                return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


TEST_OPTIONS = "-c fsync=off -c max_connections=200"


@contextmanager
def running_server(programs: Path, options: str = TEST_OPTIONS) -> Iterator[str]:
    """Starts a server in a temporary folder; yields the address of its database."""
    folder = Path(tempfile.mkdtemp(prefix="wl-pg-", dir="/tmp"))
    user = _user()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    log = folder / "log"
    server = None
    try:
        _run(
            [programs / "initdb", "-D", data, "-A", "trust", "-U", "warmline", "-E", "UTF8", "--no-sync"],
            user,
        )
        place = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        _run([programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{place} {options}", "start"], user)
        server = data
        yield f"postgresql+psycopg://warmline@/postgres?host={folder}"
    finally:
        if server is not None:
            _run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], user)
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then somebody without rights does."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


def _run(command: list[str | Path], user: str | None) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
