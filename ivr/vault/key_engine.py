"""Opening the key store, so that a destroyed key is in no file and a missing store keeps nobody waiting.

On SQLite that is a rollback journal (no write-ahead log in which a key would live on), `secure_delete` and a full sync
of every write. The file is never made by opening it: a key store on a disk that isn't there must look missing, and
not empty.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.engine import open_postgres
from ivr.vault.errors import KeyStoreOutOfReach, RotationUnderWay

PATIENCE_MILLISECONDS = 1500
ONLY_READS = "warmline_only_reads"
_WRITERS = 7_236_001
_ROTATIONS = 7_236_002
"""PostgreSQL's names of our locks."""


def open_key_store(url: str) -> Engine:
    """An engine; nothing is reached until the first use. Where no address is set, it never answers."""
    address = make_url(url or "sqlite:///")
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(Path(address.database or ""))
    return open_postgres(
        address,
        PATIENCE_MILLISECONDS,
        pool_size=4,
        max_overflow=4,
        pool_timeout=PATIENCE_MILLISECONDS / 1000,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def file_of(engine: Engine) -> Path | None:
    """The file of a key store on SQLite."""
    return Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None


def make_file(path: Path) -> None:
    """The empty file of a key store, for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def one_writer_at_a_time(connection: Connection) -> None:
    """Until the end of the transaction. SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _WRITERS})


@contextmanager
def one_rotation_at_a_time(engine: Engine) -> Iterator[None]:
    """Raises RotationUnderWay. The lock goes with its process, however that dies."""
    path = file_of(engine)
    if path is None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            query = text("SELECT pg_try_advisory_lock(:name)")
            if not connection.execute(query, {"name": _ROTATIONS}).scalar():
                raise RotationUnderWay("another rotation is at work")
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:name)"), {"name": _ROTATIONS})
        return
    descriptor = os.open(path.with_name(path.name + ".rotating"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RotationUnderWay("another rotation is at work") from None
        yield
    finally:
        os.close(descriptor)


def wipe_destroyed(engine: Engine) -> None:
    """Writes PostgreSQL's file of row keys anew, without what has been deleted from it."""
    if engine.dialect.name != "postgresql":
        return
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("row_keys", "epoch_keys"):
                connection.execute(text(f"VACUUM (FULL) {table}"))
    except SQLAlchemyError as error:
        raise KeyStoreOutOfReach(type(error).__name__) from error


def _open_sqlite(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE_MILLISECONDS / 1000
        )
        try:
            _set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    # A new connection each time: a file that was taken away or put back is noticed at once.
    url = URL.create("sqlite", database=str(path.absolute()))
    engine = create_engine(url, creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=DELETE",
        "synchronous=FULL",
        "secure_delete=ON",
        f"busy_timeout={PATIENCE_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get(ONLY_READS)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
