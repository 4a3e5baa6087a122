"""A flood of wishes: a line notes so many new callbacks in an hour and says honestly that there can't be more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, func, select

from ivr.callbacks.flash_counts import DAY, forget_old
from ivr.callbacks.wish_cap import HOUR, WishCap, next_hour
from ivr.people.roles import Role
from ivr.store.callback_tables import callbacks, flash_counts
from ivr.store.engine import open_database
from ivr.vault.tables import vault_entries
from tests.console.desk import Desk
from tests.hotline import AMINA, Hotline, Ringing, make_hotline

ASK = "1111111"
"""English, to talk to someone, and an answer to each of five questions."""
LINE_ID = "a" * 32


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Hotline]:
    """A line that notes two new callbacks in an hour; it is the beginning of one."""
    made = make_hotline(tmp_path / "data", callbacks_an_hour=2)
    yield made
    made.wiring.database.dispose()


def count(hotline: Hotline, table: Any) -> int:
    with hotline.wiring.database.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def asks(hotline: Hotline, caller: str, keys: str = ASK) -> Ringing:
    return hotline.ring(caller).press(keys)


def mallory_fills(hotline: Hotline) -> None:
    """Mallory asks with two numbers that aren't hers."""
    for forged in ("+12025550160", "+12025550161"):
        assert asks(hotline, forged).prompts[0] == "callback_noted"


@pytest.mark.parametrize(("keys", "silences"), [("11", 0), ("1", 3)], ids=["asking", "silent"])
def test_whoever_comes_after_the_cap_hears_the_emergency_number(
    hotline: Hotline, keys: str, silences: int
) -> None:
    """Mallory has filled the hour: Amina asks for a call, or keys nothing. Before any question she is told that no call
    can be noted, with the emergency number, and nothing of hers is kept. In the next hour she can ask."""
    mallory_fills(hotline)
    call = asks(hotline, AMINA, keys)
    for _ in range(silences):
        call.wait()
    assert call.prompts[:2] == ["callback_unavailable", "emergency_words"]
    assert {"digit_1", "digit_2"} <= set(call.prompts)
    assert (count(hotline, callbacks), count(hotline, vault_entries)) == (2, 2)
    hotline.clock.now = next_hour(hotline.clock.now)
    assert asks(hotline, AMINA).prompts[0] == "callback_noted"


def test_who_has_asked_before_can_still_change_and_take_back(hotline: Hotline) -> None:
    """Amina's call is noted when the flood comes: she can change her answers, and take it back."""
    assert asks(hotline, AMINA).prompts[0] == "callback_noted"
    assert asks(hotline, "+12025550160").prompts[0] == "callback_noted"
    assert asks(hotline, AMINA, "112#1111").prompts[0] == "callback_noted"
    assert asks(hotline, AMINA, "111").prompts[0] == "call_cancelled"


def test_a_crisis_is_never_capped(hotline: Hotline) -> None:
    """Mallory has filled the hour: somebody in a crisis can ask as always, and takes nobody's place."""
    mallory_fills(hotline)
    call = hotline.ring(AMINA).press("10").wait()
    call.press("1111")
    assert call.prompts[0] == "crisis_noted"
    assert count(hotline, callbacks) == 3


def test_asking_and_taking_back_uses_up_places(hotline: Hotline) -> None:
    """Mallory asks and takes back in one number's name, again and again: each new wish counts."""
    for _ in range(2):
        asks(hotline, AMINA, ASK).hang_up()
        asks(hotline, AMINA, "111").hang_up()
        with hotline.wiring.database.begin() as connection:
            connection.execute(callbacks.update().values(state="closed"))
    assert asks(hotline, AMINA, "11").prompts[0] == "callback_unavailable"


def test_what_the_network_repeats_counts_once(hotline: Hotline) -> None:
    """The network posts the last key three times: one place is taken."""
    call = asks(hotline, AMINA, ASK[:-1])
    address = call.on_keys
    for _ in range(3):
        hotline.post(address, call.fields(Digits="1"))
    with hotline.wiring.database.connect() as connection:
        assert connection.execute(select(flash_counts.c.count)).scalars().all() == [1]


def test_the_flood_that_comes_meanwhile_is_said_at_the_end(hotline: Hotline) -> None:
    """There was a place when Amina was asked, and there is none when she has answered: she is told so."""
    call = asks(hotline, AMINA, ASK[:-1])
    mallory_fills(hotline)
    assert call.press("1").prompts[:2] == ["callback_unavailable", "emergency_words"]
    assert (count(hotline, callbacks), count(hotline, vault_entries)) == (2, 2)


def test_a_turn_that_asks_for_nothing_counts_nothing(hotline: Hotline) -> None:
    """Menus are as quick as before: the count is looked at when a call is asked for, and when it is noted."""
    call = hotline.ring(AMINA)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "flash_counts" in statement:
            asked.append(statement.split()[0])

    event.listen(hotline.wiring.database, "before_cursor_execute", note)
    call.press(ASK[:1])
    assert asked == []
    call.press(ASK[1:-1])
    assert asked == ["SELECT"]
    call.press("1")
    assert asked == ["SELECT", "SELECT", "INSERT"]


def test_many_processes_stay_within_the_cap_together(database: Engine) -> None:
    """Eight processes note callbacks at once, more than fit: exactly as many as may be are noted, on each kind of
    database."""
    engines = [open_database(database.url.render_as_string(hide_password=False)) for _ in range(8)]
    at = 1_772_366_400.0

    def take(engine: Engine) -> int:
        cap = WishCap(engine, 25)
        return sum(cap.take_place(LINE_ID, at) for _ in range(6))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, engines)) == 25
    for engine in engines:
        engine.dispose()
    cap = WishCap(database, 25)
    assert cap.is_full(LINE_ID, at)
    assert not cap.is_full("b" * 32, at)
    assert not cap.is_full(LINE_ID, at + HOUR)


def test_the_counts_are_forgotten_after_two_days(database: Engine) -> None:
    """What was counted goes with all other counts of its day."""
    WishCap(database, 5).take_place(LINE_ID, 1_772_366_400.0)
    with database.begin() as connection:
        assert forget_old(connection, 1_772_366_400.0 + 3 * DAY) == 1


def test_where_the_database_says_nothing_nobody_is_told_of_a_cap() -> None:
    """The counts can't be read or written: the turn itself will say what is wrong, and no flood is claimed."""
    nowhere = WishCap(create_engine("sqlite:///"), 1)
    assert not nowhere.is_full(LINE_ID, 0.0)
    assert nowhere.take_place(LINE_ID, 0.0)


def test_the_board_says_that_a_line_is_full(tmp_path: Path) -> None:
    """Daniel reads on the board that a line notes nothing new, until when, and what may be behind it."""
    made = make_hotline(tmp_path / "data", callbacks_an_hour=2)
    desk = Desk(made)
    browser = desk.signed_in(desk.employ("Daniel", Role.SUPERVISOR))
    browser.get("/console/board")
    assert "Look whether somebody rings with forged numbers" not in browser.text
    mallory_fills(made)
    browser.get("/console/board")
    assert "As many callbacks were asked for on First line in this hour as it notes." in browser.text
    assert "New ones are noted again:" in browser.text
    made.wiring.database.dispose()
