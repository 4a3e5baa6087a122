"""The vault of the vault's own tests on each kind of database in turn, and the outcomes' room upon it."""

import pytest

from tests.outcomes.house import House
from tests.vault.conftest import key_store_url, rig, small_rig
from tests.vault.rig import Rig

__all__ = ["key_store_url", "rig", "small_rig"]


@pytest.fixture
def house(rig: Rig) -> House:
    """The room on each kind of database in turn."""
    return House(rig)


@pytest.fixture
def small_house(small_rig: Rig) -> House:
    """The room on SQLite, for what has nothing to do with databases."""
    return House(small_rig)
