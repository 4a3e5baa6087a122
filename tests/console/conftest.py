"""A hotline with its console, and people in front of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.app import create_app
from ivr.wiring import wire
from tests.console.desk import Desk
from tests.hotline import Clock, Hotline, make_hotline, settings_for, the_shipped_pack


@pytest.fixture
def desk(hotline: Hotline) -> Desk:
    """The console on each kind of database in turn."""
    return Desk(hotline)


@pytest.fixture(scope="session")
def on_air_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hotline on air, to be copied: making one takes longer than most of these tests."""
    data = tmp_path_factory.mktemp("on-air") / "data"
    made = make_hotline(data)
    made.wiring.database.dispose()
    return data


@pytest.fixture
def small_desk(on_air_once: Path, tmp_path: Path) -> Iterator[Desk]:
    """The console on SQLite, for what has nothing to do with databases."""
    data, clock = tmp_path / "data", Clock()
    shutil.copytree(on_air_once, data)
    wiring = wire(settings_for(data), clock=clock)
    hotline = Hotline(wiring, create_app(wiring), clock, the_shipped_pack())
    yield Desk(hotline)
    wiring.database.dispose()
