"""A vault on each kind of database in turn; its key store is on the same kind, in a place of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.postgres import new_database_on
from tests.vault.rig import Rig


@pytest.fixture
def key_store_url(database: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new key store."""
    if database.dialect.name == "sqlite":
        yield f"sqlite:///{tmp_path / 'keys' / 'keys.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    with new_database_on(server) as url:
        yield url


@pytest.fixture
def rig(database: Engine, key_store_url: str, tmp_path: Path) -> Iterator[Rig]:
    """A vault at work."""
    made = Rig(database, key_store_url, tmp_path)
    yield made
    made.vault.key_store.engine.dispose()


@pytest.fixture
def small_rig(tmp_path: Path, sqlite_url: str) -> Iterator[Rig]:
    """A vault on SQLite, for what has nothing to do with databases."""
    from ivr.store.engine import open_database
    from ivr.store.migrate import migrate

    database = open_database(sqlite_url, threads=16)
    migrate(database)
    yield Rig(database, f"sqlite:///{tmp_path / 'keys' / 'keys.db'}", tmp_path)
    database.dispose()
