"""A hotline that calls back, shared by all tests of a module: each begins with nobody waiting, and Joseph on call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calling_back import JOSEPH, LEILA, CallingBack, calling_back
from tests.shared_hotlines import BOTH_DATABASES, new_database


def employ_everybody(made: CallingBack) -> CallingBack:
    """Joseph is a man who speaks English, Leila a woman who speaks English and Swahili."""
    made.employ("Joseph", JOSEPH, gender="man")
    made.employ("Leila", LEILA, gender="woman", languages=("en", "sw"))
    return made


def tonight(made: CallingBack) -> CallingBack:
    """Only Joseph is on call."""
    made.start_afresh()
    made.on_call(JOSEPH)
    return made


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CallingBack]:
    """The hotline of a module."""
    with calling_back(tmp_path_factory.mktemp("house")) as made:
        yield employ_everybody(made)


@pytest.fixture
def night(shared_house: CallingBack) -> CallingBack:
    """A night on it."""
    return tonight(shared_house)


@pytest.fixture(scope="module", params=BOTH_DATABASES)
def shared_house_on_each(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CallingBack]:
    """The hotline of a module, on each kind of database in turn."""
    folder: Path = tmp_path_factory.mktemp("house")
    with new_database(request) as url, calling_back(folder, url) as made:
        yield employ_everybody(made)


@pytest.fixture
def night_on_each(shared_house_on_each: CallingBack) -> CallingBack:
    """A night on each kind of database."""
    return tonight(shared_house_on_each)
