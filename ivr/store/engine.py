"""Opening the database: SQLite or PostgreSQL, set up so that a webhook is never kept waiting for ever."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from audio.reads import ONLY_READS, reading

__all__ = [
    "BUSY_MILLISECONDS",
    "file_identity",
    "open_database",
    "open_for_turns",
    "open_postgres",
    "reading",
    "wipe_deleted",
]

BUSY_MILLISECONDS = 3500
"""Below the 4.5 seconds after which the provider asks again, so that it is the emergency screen that it hears."""


def open_database(url: str, threads: int = 8) -> Engine:
    """An engine with at most `threads` connections. Nothing is reached until the first use.

    Each connection is tried before it is used, so that a restart of the database is noticed by nobody.
    """
    return _open(url, pool_size=threads, pool_pre_ping=True)


def open_for_turns(url: str, threads: int) -> Engine:
    """An engine for the path of webhooks: its connections begin no transaction by themselves, and need no cleaning.

    Its users keep what they have taken, so there is one for each thread of the web server, however many that has.
    """
    return _open(
        url, pool_size=threads, max_overflow=-1, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
    )


def _open(url: str, **options: Any) -> Engine:
    address = make_url(url)
    options = {"max_overflow": 0, "pool_timeout": 3, "hide_parameters": True, **options}
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(url, **options)
    return open_postgres(address, BUSY_MILLISECONDS, **options)


def open_postgres(address: URL, patience_milliseconds: int, **options: Any) -> Engine:
    """An engine that waits for no lock and no statement longer than that, and for a silent server not for ever."""
    # Imported here, because where the database is SQLite, psycopg is never needed.
    from ivr.store.bounded import BoundedConnection

    engine = create_engine(
        address,
        **options,
        connect_args={
            "connect_timeout": 3,
            "tcp_user_timeout": patience_milliseconds,
            "options": f"-c statement_timeout={patience_milliseconds} -c lock_timeout={patience_milliseconds}",
        },
    )

    def connect(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        return BoundedConnection.connect(*arguments, **options)

    event.listen(engine, "do_connect", connect)
    return engine


def _open_sqlite(url: str, **options: Any) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000}, **options)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_writing)
    if path and path != ":memory:":
        _watch_file(engine, path)
    return engine


def _watch_file(engine: Engine, path: str) -> None:
    """Drops connections to a file that is no longer the database, because it was deleted or replaced by a backup.

    They would go on working on the file that has no name any more, and what is written there is lost.
    """

    def connected(_connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = file_identity(path)

    def checked_out(_connection: sqlite3.Connection, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if record.info["file"] != file_identity(path):
            raise InvalidatePoolError

    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", checked_out)


def file_identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - on the path of every webhook
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions begin too late for a claim to be safe: we begin ours ourselves.
    connection.isolation_level = None
    _switch_to_wal(connection)
    for pragma in (
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Two processes that open a new file at once: SQLite refuses one of them without letting it wait."""
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin_writing(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get(ONLY_READS)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def wipe_deleted(engine: Engine) -> None:
    """Empties the file in which SQLite keeps what was written lately, rows that have been deleted since among it.

    SQLite reuses it from its beginning, so that the id of a call could otherwise be read there for days.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            driver: Any = connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
