"""A real PostgreSQL server for the tests, on a socket of its own, gone when they are over."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from sqlalchemy import make_url, text

from ivr.store.engine import open_database

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


class PostgresServer:
    """A server on a socket of its own: runs from the beginning to the end of a block, unless it is stopped."""

    def __init__(self, programs: Path, options: str = TEST_OPTIONS) -> None:
        self._programs = programs
        self._options = options
        self._user = _user()
        self.folder = Path(tempfile.mkdtemp(prefix="wl-pg-", dir="/tmp"))

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://warmline@/postgres?host={self.folder}"

    def __enter__(self) -> Self:
        try:
            if self._user is not None:
                shutil.chown(self.folder, self._user)
            self._run("initdb", "-A", "trust", "-U", "warmline", "-E", "UTF8", "--no-sync")
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        place = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        self._run("pg_ctl", "-l", str(self.folder / "log"), "-w", "-o", f"{place} {self._options}", "start")

    def stop(self) -> None:
        """At once, as when the machine is switched off."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It is there, takes what is sent and says nothing, as when its machine is paused."""
        postmaster = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        children = subprocess.run(["pgrep", "-P", postmaster], capture_output=True, text=True, check=True)
        processes = [int(postmaster), *map(int, children.stdout.split())]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, "-D", self.folder / "data", *arguments],
            check=True,
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )


@contextmanager
def running_server(programs: Path, options: str = TEST_OPTIONS) -> Iterator[str]:
    """The address of a server that runs until the end of the block."""
    with PostgresServer(programs, options) as server:
        yield server.url


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


@contextmanager
def new_database_on(server: str, like: str = "template1") -> Iterator[str]:
    """The address of a new database on a server, until the end of the block: an empty one, or the copy of another."""
    name = f"test_{uuid.uuid4().hex}"
    admin = open_database(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
