"""Empty databases to measure on: SQLite files, and a PostgreSQL server of our own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.postgres import find_programs, running_server

POSTGRES_OPTIONS = "-c max_connections=200 -c synchronous_commit=off"
"""Commits don't wait for the disk, as SQLite's don't in WAL mode: a power cut may take the last moments of either."""


class Databases:
    """Gives addresses of new databases by kind. `postgres_version` is "" where there is no PostgreSQL."""

    def __init__(self, folder: Path, server: str = "") -> None:
        self._folder = folder
        self._server = server
        self._numbers = itertools.count(1)
        self.postgres_version = _version(server) if server else ""

    def new(self, kind: str) -> str:
        """The address of an empty database. `kind` is SQLite or PostgreSQL."""
        number = next(self._numbers)
        if kind == "SQLite":
            return f"sqlite:///{self._folder / f'measured_{number}.db'}"
        name = f"measured_{number}"
        admin = create_engine(self._server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def databases(folder: Path, kinds: tuple[str, ...], say: Callable[[str], None]) -> Iterator[Databases]:
    """Starts PostgreSQL where it is wanted and installed."""
    programs = find_programs() if "PostgreSQL" in kinds else None
    if programs is None:
        if "PostgreSQL" in kinds:
            say("PostgreSQL isn't installed (Debian: apt-get install postgresql): it is left out.")
        yield Databases(folder)
        return
    with running_server(programs, POSTGRES_OPTIONS) as server:
        yield Databases(folder, server)


def _version(server: str) -> str:
    engine = create_engine(server)
    with engine.connect() as connection:
        found = connection.execute(text("SHOW server_version")).scalar()
    engine.dispose()
    return f"{str(found).split()[0]}, fsync=on, synchronous_commit=off, over a socket on the same machine"
