"""Shared by the tests of what is deleted at the provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scrubbing.rig import Rig, rig_on
from tests.shared_hotlines import BOTH_DATABASES, new_database


@pytest.fixture(scope="module", params=BOTH_DATABASES)
def shared_rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One rig for all tests of a module, on each kind of database in turn."""
    with new_database(request) as url, rig_on(tmp_path_factory.mktemp("scrubbing"), url) as made:
        yield made


@pytest.fixture
def rig(shared_rig: Rig) -> Rig:
    """The rig with nothing at the provider and nothing on the list."""
    shared_rig.start_afresh()
    return shared_rig
