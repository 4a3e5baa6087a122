"""A PostgreSQL server that a test may stop and start."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests import postgres


class OwnPostgres:
    """A server on a socket of its own, running from the beginning to the end of the block unless it is stopped."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = postgres._user()
        self.folder = Path(tempfile.mkdtemp(prefix="wl-own-", dir="/tmp"))
        if self._user is not None:
            shutil.chown(self.folder, self._user)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://warmline@/postgres?host={self.folder}"

    def __enter__(self) -> Self:
        make = [self._programs / "initdb", "-D", self._data, "-A", "trust", "-U", "warmline", "--no-sync"]
        postgres._run([*make, "-E", "UTF8"], self._user)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        self._control("-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """At once, as when the machine is switched off."""
        self._control("-m", "immediate", "stop")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _control(self, *arguments: str | Path) -> None:
        postgres._run([self._programs / "pg_ctl", "-D", self._data, *arguments], self._user)
