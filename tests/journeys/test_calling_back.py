"""From a wish keyed in a call to two people talking, on real webhooks: each way it can go, whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calling_back import JOSEPH, TAKES, TALKS, CallingBack, calling_back
from tests.hotline import AMINA, LINE_NUMBER
from tests.network import Person, by_prompt


@pytest.fixture
def house(tmp_path: Path) -> Iterator[CallingBack]:
    """A hotline that calls back, with Joseph on call."""
    with calling_back(tmp_path) as made:
        made.employ("Joseph", JOSEPH)
        yield made


def test_amina_asks_and_joseph_calls(house: CallingBack) -> None:
    """Joseph is rung, takes it, Amina is rung, presses the key, and they talk; neither has seen the other's number."""
    house.network.add(Person(JOSEPH, by_prompt(TAKES)), Person(AMINA, by_prompt(TALKS), talks=300))
    house.ask()
    house.work()
    house.until_quiet()
    [bridge] = house.network.ledger.bridges()
    assert bridge.numbers == {JOSEPH, AMINA}
    assert {leg.shown for leg in house.network.ledger.legs} == {LINE_NUMBER}
    assert (house.callback.state, house.callback.ending) == ("closed", "talked")
