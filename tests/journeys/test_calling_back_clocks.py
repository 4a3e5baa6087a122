"""Amina's number is of one time zone, and she is in another: her phone rings by her own clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.model import Callback, Choice, Pack, Play, Rate
from ivr.audit.log import COMMAND_LINE
from ivr.store.callback_tables import crisis_calls
from tests.calling_back import JOSEPH, TAKES, TALKS, CallingBack, calling_back
from tests.flows.small_packs import small_pack
from tests.hotline import AMINA
from tests.network import Person, by_prompt

HOUR = 3600.0
BY_NUMBER, HERS = "America/New_York", "Pacific/Honolulu"


WHEN = (Choice("2", "in_the_morning"), Choice("3", "in_the_evening"))
PLACES = (Choice("1", "on_the_coast"), Choice("2", "on_the_islands"))
CLOCKS = (("on_the_coast", BY_NUMBER), ("on_the_islands", HERS))


def asks_for_the_clock() -> Pack:
    """A pack that asks when it is safe and where the caller is. Whoever says nothing is noted too."""
    return small_pack(
        Rate("when", ("when_is_it_safe",), WHEN, "safe_when", "where", "where", tries=1),
        Rate("where", ("where_are_you",), PLACES, "which_clock", "ask", "ask", tries=1),
        Callback("ask", "support", "noted", "goodbye", ("safe_when", "which_clock"), CLOCKS),
        Play("noted", ("callback_noted",), "goodbye"),
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[CallingBack]:
    """A hotline whose flow asks for the clock. It is noon on the first of March in UTC."""
    with calling_back(tmp_path, pack=asks_for_the_clock()) as made:
        made.employ("Joseph", JOSEPH)
        made.network.add(Person(JOSEPH, by_prompt(TAKES)), Person(AMINA, by_prompt(TALKS), talks=60))
        yield made


def asks(house: CallingBack, *keys: str) -> None:
    """Amina answers the two questions; "" is silence."""
    call = house.hotline.ring(AMINA)
    for key in keys:
        call.press(key) if key else call.wait()
    assert call.prompts[0] == "callback_noted"
    call.hang_up()


def utc_hour(house: CallingBack, hour: int) -> None:
    """Time goes on to this hour of the day in UTC, and workers work."""
    midnight = house.now - house.now % (24 * HOUR)
    house.on_call(JOSEPH)
    house.go_on(midnight + hour * HOUR - house.now)
    house.work()
    house.until_quiet()


def rung(house: CallingBack) -> bool:
    """Whether Amina's phone has rung."""
    return bool(house.network.ledger.legs_of(AMINA))


def test_her_phone_rings_by_the_clock_that_she_named(house: CallingBack) -> None:
    """Amina's number is of New York; she keys that she is in Hawaii and that mornings are safe. In the morning of New
    York, which is her night, her phone stays silent; in her own morning it rings."""
    asks(house, "2", "2")
    assert house.callback.time_zone == HERS
    for hour in (13, 14, 16, 17):
        utc_hour(house, hour)
        assert not rung(house), f"rung at {hour} o'clock in UTC, when it is night for her"
    utc_hour(house, 19)
    assert rung(house)
    assert datetime.fromtimestamp(house.now, UTC).hour == 19


def test_without_an_answer_the_number_decides(house: CallingBack) -> None:
    """Amina doesn't say where she is: her phone rings in the morning of her number's place."""
    asks(house, "2", "")
    assert house.callback.time_zone == BY_NUMBER
    utc_hour(house, 14)
    assert rung(house)


def test_a_later_call_puts_the_clock_right(house: CallingBack) -> None:
    """Amina says coast, and in a second call islands: the second counts. In a third she answers nothing at all, as
    somebody who can't, and what she said before still holds; in a fourth she answers only when it is safe."""
    asks(house, "2", "1")
    assert house.callback.time_zone == BY_NUMBER
    asks(house, "2", "2")
    assert house.callback.time_zone == HERS
    asks(house, "", "")
    assert house.callback.time_zone == HERS
    utc_hour(house, 14)
    assert not rung(house)
    asks(house, "3", "")
    assert house.callback.time_zone == BY_NUMBER


def test_in_a_crisis_the_clock_that_she_named_counts_too(tmp_path: Path) -> None:
    """Amina has said that she is on the islands, and presses 0 before any call is noted. Whoever takes it knows her
    clock; nobody does, and the call that is noted before all others goes by it."""
    pack = small_pack(
        Rate("where", ("where_are_you",), PLACES, "which_clock", "main", "main", tries=1),
        Callback("ask", "support", "goodbye", "goodbye", ("which_clock",), CLOCKS),
        Play("nobody", ("nobody_free",), "hurried"),
        Callback("hurried", "crisis", "goodbye", "goodbye"),
    )
    with calling_back(tmp_path, pack=pack) as house:
        joseph = house.employ("Joseph", JOSEPH)
        wiring = house.hotline.wiring
        with wiring.database.begin() as connection:
            wiring.people.helpers.train(connection, COMMAND_LINE, joseph, True, house.now)
        call = house.hotline.ring(AMINA).press("20")
        assert [row.time_zone for row in house.rows(crisis_calls)] == [HERS]
        call.reply = house.hotline.post(call.on_keys, call.fields(DialCallStatus="no-answer"))
        call.wait()
        assert (house.callback.priority, house.callback.time_zone) == (0, HERS)
