"""What the tests of the people's room share."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.people.house import House


@pytest.fixture
def house(database: Engine) -> House:
    """The people's room on each kind of database in turn."""
    return House(database)
