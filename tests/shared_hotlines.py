"""Hotlines that a whole module of tests rings: every test has calls of its own, so none sees another's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hotline import Hotline, make_hotline
from tests.postgres import new_database_on

BOTH_DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def new_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a new database of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        yield ""
        return
    server: str = request.getfixturevalue("postgres_server")
    with new_database_on(server) as url:
        yield url


@pytest.fixture(scope="module", params=BOTH_DATABASES)
def on_air(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """The shipped pack on air on each kind of database in turn, for all tests of a module."""
    folder: Path = tmp_path_factory.mktemp("shared")
    with new_database(request) as url:
        hotline = make_hotline(folder / "data", url)
        yield hotline
        hotline.wiring.database.dispose()
