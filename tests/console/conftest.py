"""A hotline with its console, and people in front of it."""

from __future__ import annotations

import pytest

from tests.console.desk import Desk
from tests.hotline import Hotline


@pytest.fixture
def desk(hotline: Hotline) -> Desk:
    """The console on each kind of database in turn."""
    return Desk(hotline)


@pytest.fixture
def small_desk(small_hotline: Hotline) -> Desk:
    """The console on SQLite, for what has nothing to do with databases."""
    return Desk(small_hotline)
