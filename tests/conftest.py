"""What many tests share: databases of both kinds, a browser, and a whole hotline that can be called."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Engine

from ivr.store.engine import open_database
from ivr.store.migrate import migrate
from tests.hotline import Hotline, make_hotline
from tests.postgres import find_programs, new_database_on, running_server

NO_SKIPS = os.environ.get("WARMLINE_TESTS_NO_SKIPS") == "1"


def missing(what: str) -> NoReturn:
    """Skips a test that needs what this machine lacks; where no skip is allowed, fails it."""
    if NO_SKIPS:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The folder with the programs of PostgreSQL."""
    programs = find_programs()
    if programs is None:
        missing("PostgreSQL isn't installed on this machine (Debian: apt-get install postgresql)")
    return programs


@pytest.fixture(scope="session")
def postgres_server(postgres_programs: Path) -> Iterator[str]:
    """The address of a real PostgreSQL server."""
    with running_server(postgres_programs) as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The program of a real Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        found = shutil.which(name)
        if found:
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return str(mac)
    missing("Chromium isn't installed on this machine (Debian: apt-get install chromium)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a new SQLite file."""
    return f"sqlite:///{tmp_path / 'warmline.db'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a new, empty database on a real PostgreSQL server."""
    server: str = request.getfixturevalue("postgres_server")
    with new_database_on(server) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database: once SQLite, once PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """A database with its tables, of each kind in turn."""
    engine = open_database(database_url, threads=16)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def hotline(tmp_path: Path, database_url: str) -> Iterator[Hotline]:
    """The shipped pack on air, on each kind of database in turn."""
    made = make_hotline(tmp_path / "data", database_url)
    yield made
    made.wiring.database.dispose()


@pytest.fixture
def small_hotline(tmp_path: Path) -> Iterator[Hotline]:
    """The shipped pack on air on SQLite, for what has nothing to do with databases."""
    made = make_hotline(tmp_path / "data")
    yield made
    made.wiring.database.dispose()
