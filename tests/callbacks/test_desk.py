"""Asking to be called back: one wish a number, honest where it can't be, and no number but the vault's id."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from flows.effects import RequestCallback
from ivr.callbacks.desk import Desk
from ivr.calls.sweep import sweep_calls
from ivr.publishing.lines import save_line
from ivr.store.callback_tables import callbacks
from ivr.store.tables import live_calls
from ivr.vault import reach
from ivr.vault.number import PhoneNumber
from ivr.vault.tables import number_holds, vault_entries
from ivr.vault.upkeep import shred_due_numbers
from tests.calls.what_is_kept import forget_wishes
from tests.hotline import AMINA, LINE, Hotline, Ringing, make_hotline
from tests.vault.rig import MARCH_FIRST, Rig

HOUR = 3600.0
THE_LINE = replace(LINE, id="a" * 32, time_zone="UTC")
ASK = "1111111"
"""English, to talk to someone, and an answer to each of five questions."""
ASK_AGAIN = "112#1111"
"""To talk to someone, to change what is noted already, and the questions again."""


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the vault is there is found out anew by each turn."""
    monkeypatch.setattr(reach, "REMEMBERED_SECONDS", 0.0)


@pytest.fixture
def hotline(on_air: Hotline) -> Hotline:
    """A hotline that nobody has asked anything of."""
    forget_wishes(on_air)
    return on_air


class NothingKnown:
    """Nobody can say how long it takes."""

    def waiting_time(self, callback: Mapping[str, Any], now: float) -> str:
        del callback, now
        return "wait_unknown"


def wishes(hotline: Hotline) -> list[dict[str, Any]]:
    with hotline.wiring.database.connect() as connection:
        query = select(callbacks).order_by(callbacks.c.id)
        return [dict(row) for row in connection.execute(query).mappings()]


def numbers(hotline: Hotline) -> list[str]:
    with hotline.wiring.database.connect() as connection:
        return list(connection.execute(select(vault_entries.c.id)).scalars())


def opened(hotline: Hotline, entry: str) -> PhoneNumber:
    with hotline.wiring.database.connect() as connection:
        return hotline.wiring.vault.open(connection, entry, hotline.clock.now)


@contextmanager
def without_a_vault(hotline: Hotline) -> Iterator[None]:
    """The disk of the key store is gone, until the end of the block."""
    keys = hotline.wiring.settings.data / "keys"
    keys.rename(keys.with_suffix(".aside"))
    try:
        yield
    finally:
        keys.with_suffix(".aside").rename(keys)


def test_a_wish_points_to_the_number_that_rang(hotline: Hotline) -> None:
    """Amina asks to be called: the wish names an entry of the vault, and that opens to her number."""
    call = hotline.ring().press(ASK)
    assert call.prompts[0] == "callback_noted"
    (wish,) = wishes(hotline)
    assert opened(hotline, wish["number_id"]) == PhoneNumber(AMINA)
    assert AMINA[1:] not in json.dumps(wish)


def test_a_number_has_one_wish(hotline: Hotline) -> None:
    """Amina asks in three calls: there is one wish, with her newest answers, and each call says that it is noted."""
    for before, answer in [("1", "1"), ("2#", "2"), ("2#", "3")]:
        call = hotline.ring().press("11" + before + answer + "111")
        assert call.prompts[0] == "callback_noted"
        call.hang_up()
    (wish,) = wishes(hotline)
    assert json.loads(wish["wishes"])["safe_when"] == "in_the_evening"
    assert numbers(hotline) == [wish["number_id"]]
    hotline.ring("+12025550148").press(ASK)
    assert len(wishes(hotline)) == 2


def test_whether_it_is_noted_already_is_asked_of_the_vault(rig: Rig) -> None:
    """Amina asks again, in the next month too: it is noted already. Not so for Joseph, nor once her time is over
    without a worker, nor where a call died before it stored anything."""
    desk = Desk(rig.database, rig.database.dialect, rig.vault, NothingKnown())
    wish = RequestCallback("emotional_support", "sw", ())

    def ask(caller: PhoneNumber, at: float, *, stored: bool = True) -> str:
        asked = desk.request(THE_LINE, wish, caller=caller, at=at, test=False)
        if stored:
            with rig.database.begin() as connection:
                for table, addition in zip((vault_entries, callbacks), asked.additions, strict=True):
                    connection.execute(delete(table).where(table.c.id == asked.reference))
                    connection.execute(insert(table).values(addition.values))
        return asked.answer

    late = MARCH_FIRST + 30.9 * 24 * HOUR
    amina, joseph = PhoneNumber(AMINA), PhoneNumber("+12025550148")
    assert ask(amina, late, stored=False) == "noted"
    assert ask(amina, late) == "noted"
    assert ask(amina, late + HOUR) == "already_noted"
    assert ask(amina, late + 48 * HOUR) == "already_noted"
    assert ask(joseph, late + 48 * HOUR) == "noted"
    assert ask(amina, late + 125 * HOUR) == "noted"


def test_two_lines_know_nothing_of_each_other(small_hotline: Hotline) -> None:
    """Amina asks on two lines of one organisation: each has its own wish, and the two name different entries."""
    second = LINE.__class__("", "+12025550101", "Second line", "twilio", None, "KE", "Africa/Nairobi", "112")
    with small_hotline.wiring.database.begin() as connection:
        save_line(connection, second)
        release = connection.exec_driver_sql(
            "SELECT release_id FROM lines WHERE release_id IS NOT NULL"
        ).scalar()
        connection.exec_driver_sql("UPDATE lines SET release_id = ?", (release,))
    for line in (LINE.number, second.number):
        small_hotline.ring(to=line).press(ASK)
    assert len({wish["number_id"] for wish in wishes(small_hotline)}) == 2


def test_two_calls_at_once_from_one_phone_make_one_wish(hotline: Hotline) -> None:
    """Amina's phone rings the hotline many times at once, and every call asks: one wish, one number, all are noted."""
    calls = [hotline.ring().press(ASK[:-1]) for _ in range(6)]
    together = threading.Barrier(len(calls))

    def ask(call: Ringing) -> list[str]:
        together.wait()
        return call.press("1").prompts[:1]

    with ThreadPoolExecutor(len(calls)) as threads:
        assert list(threads.map(ask, calls)) == [["callback_noted"]] * len(calls)
    (wish,) = wishes(hotline)
    assert numbers(hotline) == [wish["number_id"]]
    assert opened(hotline, wish["number_id"]) == PhoneNumber(AMINA)


def test_asking_again_starts_the_clock_again(hotline: Hotline) -> None:
    """Amina asks again on the third day: her number isn't shredded under her."""
    hotline.ring().press(ASK).hang_up()
    (first,) = wishes(hotline)
    hotline.clock.forward(70 * HOUR)
    hotline.ring().press(ASK_AGAIN).hang_up()
    wiring = hotline.wiring
    assert shred_due_numbers(wiring.database, wiring.vault, hotline.clock.now + 10 * HOUR) == 0
    assert [wish["number_id"] for wish in wishes(hotline)] == [first["number_id"]]
    assert shred_due_numbers(wiring.database, wiring.vault, hotline.clock.now + 72 * HOUR) == 1
    assert [wish["number_id"] for wish in wishes(hotline)] == [None]


def test_asking_again_does_not_end_a_hold(hotline: Hotline) -> None:
    """Amina calls again while a supervisor holds her number: it stays held."""
    hotline.ring().press(ASK).hang_up()
    (wish,) = wishes(hotline)
    row = {"entry_id": wish["number_id"], "held_until": 9e9, "held_by": "daniel", "reason": "in danger"}
    with hotline.wiring.database.begin() as connection:
        connection.execute(insert(number_holds).values(row))
    hotline.ring().press(ASK_AGAIN).hang_up()
    wiring = hotline.wiring
    assert shred_due_numbers(wiring.database, wiring.vault, hotline.clock.now + 100 * HOUR) == 0


def test_after_shredding_a_new_wish_is_a_new_one(hotline: Hotline) -> None:
    """What Amina asks after her number was shredded can't be tied to what she asked before."""
    hotline.ring().press(ASK).hang_up()
    hotline.clock.forward(73 * HOUR)
    shred_due_numbers(hotline.wiring.database, hotline.wiring.vault, hotline.clock.now)
    hotline.ring().press(ASK).hang_up()
    first, second = sorted(wishes(hotline), key=lambda wish: wish["number_id"] or "")
    assert first["number_id"] is None
    assert second["id"] != first["id"]


def test_callers_get_their_menus_while_the_vault_is_gone(hotline: Hotline) -> None:
    """The key store is gone: callers hear every menu, and are told honestly, before any question, that no call can be
    noted; when it is back, they are asked again."""
    with without_a_vault(hotline):
        call = hotline.ring().press("1")
        assert call.prompts[0] == "welcome"
        call.press("1")
        assert call.prompts[0] == "callback_unavailable"
        assert wishes(hotline) == []
        call.wait().press("2")
        assert call.prompts[0] == "exercises_intro"
    assert hotline.ring().press(ASK).prompts[0] == "callback_noted"


def test_the_vault_goes_while_questions_are_answered(hotline: Hotline) -> None:
    """The key store goes while Amina answers: she is told so, nothing half is kept, and she isn't told it was noted."""
    call = hotline.ring().press(ASK[:-1])
    with without_a_vault(hotline):
        call.press("1")
    assert call.prompts[0] == "callback_unavailable"
    assert (wishes(hotline), numbers(hotline)) == ([], [])


def test_urgent_help_without_a_vault(hotline: Hotline) -> None:
    """Whoever presses 0 while the vault is gone still hears the emergency number."""
    with without_a_vault(hotline):
        call = hotline.ring().press("1").press("0")
        assert "nobody_free" in call.prompts
        call.wait()
    assert call.prompts == ["callback_unavailable"]


@pytest.mark.parametrize(
    ("caller", "heard"),
    [
        ("+19005550123", "callback_unavailable"),
        ("+18765550123", "callback_unavailable"),
        ("+255712555012", "callback_unavailable"),
        ("+1202555010", "callback_unavailable"),
        ("anonymous", "no_number"),
        ("+266696687", "no_number"),
        ("", "no_number"),
        (AMINA, "may_we_call"),
    ],
)
def test_what_a_caller_is_offered(hotline: Hotline, caller: str, heard: str) -> None:
    """A phone that can't be called, because it costs extra, is abroad or hides its number, is told so at once."""
    call = hotline.ring(caller).press("1").press("1")
    assert call.prompts[0] == heard
    assert numbers(hotline) == []


def test_the_countries_of_the_lines_are_called(tmp_path: Path) -> None:
    """Where no countries are set, those of the lines are called, and no others."""
    made = make_hotline(tmp_path / "data", callback_countries="")
    assert made.ring("+254712555012").press("1").press("1").prompts[0] == "may_we_call"
    assert made.ring(AMINA).press("1").press("1").prompts[0] == "callback_unavailable"
    made.wiring.database.dispose()


def test_no_number_is_in_a_call_under_way(hotline: Hotline) -> None:
    """While a call lasts, its row says that the phone can be called, and not which it is."""
    this = live_calls.c.provider_call == hotline.ring().press(ASK).id
    with hotline.wiring.database.connect() as connection:
        row = connection.execute(select(live_calls).where(this)).mappings().one()
    assert row["has_number"] == 1
    assert AMINA[1:] not in repr(dict(row))


def test_a_lost_call_keeps_its_wish(hotline: Hotline) -> None:
    """A call whose end was never reported is ended by the sweep; what it asked for stays, with its number."""
    hotline.ring().press(ASK)
    hotline.clock.forward(2 * HOUR)
    wiring = hotline.wiring
    sweep_calls(wiring.database, wiring.rows, wiring.turns, hotline.clock.now)
    (wish,) = wishes(hotline)
    assert opened(hotline, wish["number_id"]) == PhoneNumber(AMINA)
