"""A destroyed key is in no file any more: not in the key store, its journal or its free pages.

This is held on both kinds of database; on PostgreSQL its write-ahead log is left out, where a key lives on until the
log is recycled (docs/keys.md says so to whoever runs it).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from ivr.store.engine import open_database
from ivr.store.migrate import migrate
from ivr.vault.key_tables import row_keys
from ivr.vault.upkeep import shred_due_numbers, tend_keys
from tests.conftest import missing
from tests.postgres import PostgresServer, find_programs, new_database_on
from tests.vault.rig import AMINA, HOUR, JOSEPH, NOON, Rig


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def rig_and_files(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Rig, list[Path]]]:
    """A vault whose key store's files can be read; on PostgreSQL without the write-ahead log, see docs/keys.md."""
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{tmp_path / 'warmline.db'}")
        migrate(database)
        yield Rig(database, f"sqlite:///{tmp_path / 'keys' / 'keys.db'}", tmp_path), [tmp_path / "keys"]
        database.dispose()
        return
    programs = find_programs()
    if programs is None:
        missing("PostgreSQL isn't installed on this machine (Debian: apt-get install postgresql)")
        return
    with (
        PostgresServer(programs) as server,
        new_database_on(server.url) as data,
        new_database_on(server.url) as keys,
    ):
        database = open_database(data)
        migrate(database)
        rig = Rig(database, keys, tmp_path)
        yield rig, [server.folder / "data" / "base"]
        rig.vault.key_store.engine.dispose()
        database.dispose()


def wrapped_key(rig: Rig, entry: str) -> bytes:
    with rig.vault.key_store.reading() as keys:
        query = select(row_keys.c.wrapped).where(row_keys.c.entry_id == entry)
        found: bytes = keys.connection.execute(query).scalar_one()
        return found


def is_in_a_file(rig: Rig, folders: list[Path], secret: bytes) -> bool:
    if make_url(rig.key_store_url).get_backend_name() == "postgresql":
        with rig.vault.key_store.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
    return any(
        secret in path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()
    )


def test_a_destroyed_key_is_in_no_file(rig_and_files: tuple[Rig, list[Path]]) -> None:
    """Once Amina's number is shredded and the hourly upkeep is done, her key is nowhere; Joseph's, held, still is."""
    rig, folders = rig_and_files
    amina, joseph = rig.keep(AMINA), rig.keep(JOSEPH)
    rig.hold(joseph, NOON + 200 * HOUR)
    secrets = {entry: wrapped_key(rig, entry) for entry in (amina, joseph)}
    assert is_in_a_file(rig, folders, secrets[amina])
    shred_due_numbers(rig.database, rig.vault, NOON + 72 * HOUR)
    tend_keys(rig.database, rig.vault, NOON + 72 * HOUR)
    assert not is_in_a_file(rig, folders, secrets[amina])
    assert is_in_a_file(rig, folders, secrets[joseph])
