"""What many tests share: databases of both kinds, a browser, and a whole hotline that can be called."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings
from sqlalchemy import Engine, make_url

from ivr.store.engine import open_database
from ivr.store.migrate import migrate
from tests.hotline import Hotline, make_hotline
from tests.postgres import find_programs, new_database_on, running_server

THOROUGH = re.compile(
    r"tests/callbacks/test_(?!desk|cases|pace|book\b).*\[postgresql"
    r"|tests/(journeys|legs|outcomes/test_(?!closing))\S*\[postgresql"
    r"|tests/browser/test_callbacks_live\.py::test_(axe|every_word|on_the_smallest|pages_are_small|without_connection)"
    r"|tests/browser/test_console_pages\.py::test_(nothing_is_asked|every_word\S*light|on_the_smallest\S*fr)"
    r"|tests/browser/test_recordings_in_use\.py::test_every_page\S*en-day"
    r"|tests/browser/test_whole_call\.py::test_a_whole_call_with_an_exercise"
    r"|tests/browser/test_console_pages\.py::test_axe_finds_nothing\[en"
    r"|tests/browser/test_recording_room\.py::test_(everybody\S*ar-dark|keys)"
    r"|tests/(people|console|audit)/\S*\[postgresql"
    r"|tests/recording/test_(reviewing|drafts|panels|spoken)\S*\[postgresql"
    r"|tests/faults/test_the_proof\S*\[postgresql"
    r"|tests/(scrubbing/test_(two_workers|faults|journeys)|vault/test_(life|faults))\S*\[postgresql"
    r"|tests/browser/test_rings\.py::test_how_a_dialled"
    r"|tests/browser/test_console_pages\.py::test_axe_finds_nothing_where_something_is_wrong\[(en|fr)"
    r"|tests/calls/test_any_order\S*\[postgresql"
    r"|tests/benchmarks/test_(dispatch_)?smoke"
    r"|tests/staffing/test_document\.py::\S*\[example"
)
"""What takes long and repeats what is tried elsewhere: `make test` has to be done within a quarter of an hour."""
# Searches that say nothing of their own length are shorter too, where not everything is asked for.
settings.register_profile("make test", max_examples=50)
NO_SKIPS = os.environ.get("WARMLINE_TESTS_NO_SKIPS") == "1"


def pytest_configure(config: pytest.Config) -> None:
    """Chooses how long searches are."""
    if config.option.markexpr == "not thorough":
        settings.load_profile("make test")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what runs with `make test-all` only."""
    for item in items:
        if THOROUGH.search(item.nodeid):
            item.add_marker(pytest.mark.thorough)


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


@pytest.fixture(scope="session")
def tables_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied: making them takes longer than many a test."""
    file = tmp_path_factory.mktemp("tables") / "warmline.db"
    _make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def tables_on_postgres(postgres_server: str) -> Iterator[str]:
    """The name of a database with all tables, to be copied."""
    with new_database_on(postgres_server) as url:
        _make_tables(url)
        yield str(make_url(url).database)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def tables_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database with its tables: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("tables_on_sqlite"), tmp_path / "warmline.db")
        yield f"sqlite:///{tmp_path / 'warmline.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    with new_database_on(server, like=request.getfixturevalue("tables_on_postgres")) as url:
        yield url


def _make_tables(url: str) -> None:
    engine = open_database(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture
def database(tables_url: str) -> Iterator[Engine]:
    """A database with its tables, of each kind in turn."""
    engine = open_database(tables_url, threads=16)
    yield engine
    engine.dispose()


@pytest.fixture
def hotline(tmp_path: Path, tables_url: str) -> Iterator[Hotline]:
    """The shipped pack on air, on each kind of database in turn."""
    made = make_hotline(tmp_path / "data", tables_url)
    yield made
    made.wiring.database.dispose()


@pytest.fixture
def small_hotline(tmp_path: Path) -> Iterator[Hotline]:
    """The shipped pack on air on SQLite, for what has nothing to do with databases."""
    made = make_hotline(tmp_path / "data")
    yield made
    made.wiring.database.dispose()
