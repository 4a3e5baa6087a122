"""Callers hear how long it will take, from the roster and the queue as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.callbacks import outlook
from tests.calling_back import JOSEPH, CallingBack, calling_back
from tests.hotline import AMINA


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CallingBack]:
    """A hotline that calls back, whose roster is read for every caller anew."""
    monkeypatch.setattr(outlook, "REMEMBERED_SECONDS", -1.0)
    with calling_back(tmp_path) as made:
        yield made


def heard(house: CallingBack, caller: str = AMINA) -> list[str]:
    """What a caller hears at the end of asking, in English, with no answer to the questions."""
    call = house.hotline.ring(caller).press("111")
    while "callback_noted" not in call.prompts:
        call.wait()
    return call.prompts


def test_with_a_helper_on_call_it_is_within_the_hour(house: CallingBack) -> None:
    """Joseph is on call: the first caller hears "within an hour"; the tenth, behind nine others, doesn't."""
    house.employ("Joseph", JOSEPH)
    assert "wait_within_an_hour" in heard(house)
    for last in range(1, 9):
        heard(house, f"+1202555016{last}")
    assert not {"wait_within_an_hour", "wait_within_two_hours"} & set(heard(house, "+12025550170"))


def test_with_nobody_on_any_roster_no_time_is_told(house: CallingBack) -> None:
    """Nobody is on call, and no shift is planned: the caller hears that we can't say when."""
    assert "wait_unknown" in heard(house)
