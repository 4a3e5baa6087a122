"""The database as it is opened: replaced files are noticed, waits are bounded, and readers wait for nobody."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text

from ivr.store.engine import open_database, open_for_turns, reading, wipe_deleted
from ivr.store.hot import DatabaseOutOfReach, HotDatabase, Prepared
from ivr.store.migrate import migrate
from ivr.store.tables import notes


def note(value: str) -> dict[str, object]:
    return {"call_id": value, "seq": 1, "name": "mood", "value": value}


def values(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(notes.c.value)).scalars())


def test_a_backup_put_in_place_is_what_is_read(tmp_path: Path) -> None:
    """Daniel puts a backup in the place of the file while Warmline runs: the very next reader and writer are on it."""
    path, backup = tmp_path / "warmline.db", tmp_path / "backup.db"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    wipe_deleted(engine)
    shutil.copy(path, backup)
    with engine.begin() as connection:
        connection.execute(insert(notes).values(note("lost with the old file")))
    assert values(engine) == ["lost with the old file"]
    for leftover in tmp_path.glob("warmline.db-*"):
        leftover.unlink()
    backup.replace(path)
    assert values(engine) == []
    with engine.begin() as connection:
        connection.execute(insert(notes).values(note("on the new file")))
    other = open_database(f"sqlite:///{path}")
    assert values(other) == ["on the new file"]
    engine.dispose()
    other.dispose()


def test_readers_wait_for_no_writer(database: Engine) -> None:
    """While somebody writes for long, readers read what was there before, at once."""
    with database.begin() as writer:
        writer.execute(insert(notes).values(note("not yet")))
        began = time.monotonic()
        assert values(database) == []
        assert time.monotonic() - began < 1
    assert values(database) == ["not yet"]


def test_writers_wait_for_each_other_and_lose_nothing(database: Engine) -> None:
    """Eight writers at once each get their turn."""

    def write(n: int) -> None:
        for place in range(10):
            with database.begin() as connection:
                connection.execute(insert(notes).values(note(f"{n}-{place}")))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(values(database)) == 80


def test_a_writer_that_never_ends_is_waited_for_only_so_long(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds the database: a turn gives up in time for the provider, and says that it is out of reach."""
    monkeypatch.setattr("ivr.store.engine.BUSY_MILLISECONDS", 300)
    engine = open_database(sqlite_url)
    migrate(engine)
    hot = HotDatabase(open_for_turns(sqlite_url, 2))
    guard = Prepared(notes.delete(), hot._engine.dialect)
    with engine.begin():
        began = time.monotonic()
        with pytest.raises(DatabaseOutOfReach), hot.connection() as connection:
            connection.write(guard, {}, [])
        assert 0.2 < time.monotonic() - began < 3
    with hot.connection() as connection:
        assert not connection.write(guard, {}, [])
    hot._engine.dispose()
    engine.dispose()


def test_errors_name_no_values(sqlite_url: str) -> None:
    """What a statement was given doesn't stand in its error, since errors are logged."""
    engine = open_database(sqlite_url)
    with engine.connect() as connection, pytest.raises(Exception, match="no such table") as failed:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "what Amina keyed"})
    assert "Amina" not in str(failed.value)
    engine.dispose()


def test_the_folder_of_a_database_is_its_owners(tmp_path: Path) -> None:
    """A database in a folder that isn't there yet gets one that nobody else can look into."""
    engine = open_database(f"sqlite:///{tmp_path / 'new' / 'warmline.db'}")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    engine.dispose()
