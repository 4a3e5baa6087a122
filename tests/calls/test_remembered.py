"""What a web process remembers of calls is a hint and nothing more: whatever else happens meanwhile counts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from flows.session import Session
from ivr.app import create_app
from ivr.calls.call_rows import CallRows
from ivr.calls.live import LiveCall, OnLine
from ivr.calls.remembered import Known, Remembered
from ivr.calls.sweep import sweep_calls
from ivr.publishing.lines import save_line
from ivr.store.tables import live_calls
from ivr.wiring import wire
from tests.calls.what_is_kept import all_rows, kept_of_call
from tests.hotline import LINE, Hotline, Ringing


@pytest.fixture
def other(on_air: Hotline) -> Iterator[Hotline]:
    """A second web process for the same callers."""
    wiring = wire(on_air.wiring.settings, clock=on_air.clock)
    yield replace(on_air, wiring=wiring, app=create_app(wiring))
    wiring.database.dispose()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls that were read from the database, as they are read."""
    found: list[str] = []
    under_way = CallRows.under_way

    def noted(self: CallRows, connection: Any, provider: str, provider_call: str) -> Any:
        found.append(provider_call)
        return under_way(self, connection, provider, provider_call)

    monkeypatch.setattr(CallRows, "under_way", noted)
    return found


def at(process: Hotline, call: Ringing) -> Ringing:
    """The same call, its next webhook going to this process."""
    call.hotline = process
    return call


def ways(process: Hotline, call: Ringing) -> list[tuple[Any, ...]]:
    """Where a call has been, and how each screen was left; without the seconds."""
    return [visit[:7] for visit in kept_of_call(process, call.id)["visits"]]


def remembered(process: Hotline) -> int:
    return len(process.wiring.turns._house.remembered)


def known(turn: int) -> Known:
    line = OnLine("l", LINE.number, "twilio", "r", "UTC", "112", "{}", False, "KE", False)
    return Known(line, LiveCall("c", "r", True, turn, "", "", 1.0, 0.0, 0.0), Session("f", "n"))


def test_a_call_that_stays_with_its_process_is_read_only_at_its_end(
    on_air: Hotline, reads: list[str]
) -> None:
    """Amina's keys reach the same process one after the other: none has to be looked up, and each is kept."""
    call = on_air.ring().press("1222")
    assert reads == []
    assert [visit[5] for visit in kept_of_call(on_air, call.id)["visits"]] == ["key"] * 4
    call.hang_up()
    assert reads == [call.id]


def test_nothing_is_remembered_of_a_call_that_is_over(on_air: Hotline) -> None:
    """When Amina hangs up, her place in the menus leaves the process's memory with the rest."""
    before = remembered(on_air)
    call = on_air.ring().press("1")
    assert remembered(on_air) == before + 1
    call.hang_up()
    assert remembered(on_air) == before


def test_two_processes_share_a_call_in_any_order(on_air: Hotline, other: Hotline) -> None:
    """Amina's keys reach two processes by turns: she hears what she would have heard from one."""
    alone = on_air.ring()
    shared = on_air.ring()
    for place, key in enumerate("1443241"):
        alone.press(key)
        at(other if place in (1, 2, 5) else on_air, shared).press(key)
        assert shared.prompts == alone.prompts
    assert ways(on_air, shared) == ways(on_air, alone)
    at(on_air, shared).hang_up()
    alone.hang_up()


def test_a_turn_that_another_process_took_is_answered_with_its_reply(on_air: Hotline, other: Hotline) -> None:
    """Two processes get different keys for the same screen: the first wins, the second gives its reply and keeps
    nothing."""
    call = on_air.ring().press("1")
    target = call.on_keys
    first = other.post(target, call.fields(Digits="4"))
    rows = all_rows(on_air)
    late = on_air.post(target, call.fields(Digits="2"))
    assert late.data == first.data
    assert all_rows(on_air) == rows
    call.hang_up()


def test_a_changed_emergency_number_is_said_in_the_very_next_turn(on_air: Hotline) -> None:
    """Daniel corrects a line's emergency number while Amina is in a menu: pressing 0, she hears the new one."""
    call = on_air.ring().press("1")
    try:
        with on_air.wiring.database.begin() as connection:
            save_line(connection, replace(LINE, emergency_number="907"))
        call.press("0")
        assert [prompt for prompt in call.prompts if prompt.startswith("digit_")][:3] == [
            "digit_9",
            "digit_0",
            "digit_7",
        ]
    finally:
        with on_air.wiring.database.begin() as connection:
            save_line(connection, LINE)
    call.hang_up()


def test_a_call_that_another_process_ended_begins_anew(on_air: Hotline, other: Hotline) -> None:
    """Another process was told that the call is over: a key that still comes here changes nothing that was kept."""
    call = on_air.ring().press("1")
    at(other, call).hang_up()
    rows = all_rows(on_air)
    answer = on_air.post(call.on_keys, call.fields(Digits="2"))
    assert "/phone/twilio/voice" in answer.text
    assert all_rows(on_air) == rows


def test_a_swept_call_is_over_for_every_process(on_air: Hotline, other: Hotline) -> None:
    """The sweep has given up a call that a process still remembers: a key for it is answered with the beginning."""
    call = on_air.ring().press("1")
    on_air.clock.forward(4 * 3600)
    wiring = other.wiring
    sweep_calls(wiring.database, wiring.rows, wiring.turns, on_air.clock())
    rows = all_rows(on_air)
    answer = on_air.post(call.on_keys, call.fields(Digits="2"))
    assert "/phone/twilio/voice" in answer.text
    assert all_rows(on_air) == rows


def test_a_database_put_back_counts_more_than_memory(on_air: Hotline) -> None:
    """A backup is put in place in which the call took another way to the same turn: it goes on from there."""
    call, elsewhere = on_air.ring().press("1"), on_air.ring().press("2")
    with on_air.wiring.database.begin() as connection:
        here = live_calls.c.provider_call
        row = connection.execute(select(live_calls).where(here == elsewhere.id)).mappings().one()
        connection.execute(
            update(live_calls)
            .where(here == call.id)
            .values(session=row["session"], reply=row["reply"], turn_at=row["turn_at"] - 100)
        )
    assert call.press("2").said == elsewhere.press("2").said
    assert {language for _, language in call.said} == {on_air.pack.languages[1]}
    call.hang_up()
    elsewhere.hang_up()


def test_what_is_remembered_is_used_once_and_for_its_own_turn() -> None:
    """A call is remembered for the turn that it waits for: neither for another one nor a second time."""
    memory = Remembered()
    memory.keep(("twilio", "CA1"), known(3))
    assert memory.take(("twilio", "CA2"), 3) is None
    assert memory.take(("twilio", "CA1"), 3) == known(3)
    assert memory.take(("twilio", "CA1"), 3) is None
    memory.keep(("twilio", "CA1"), known(3))
    assert memory.take(("twilio", "CA1"), 4) is None
    assert len(memory) == 0


def test_a_quiet_process_forgets_all_the_same() -> None:
    """Nobody rings any more: what was remembered of the last caller is gone soon, and not only with the next one."""
    memory = Remembered(seconds=0.1)
    memory.keep(("twilio", "CA1"), known(1))
    assert len(memory) == 1
    end = time.monotonic() + 5
    while len(memory) and time.monotonic() < end:
        time.sleep(0.02)
    assert len(memory) == 0
    memory.keep(("twilio", "CA2"), known(1))
    while len(memory) and time.monotonic() < end:
        time.sleep(0.02)
    assert len(memory) == 0


def test_memory_is_bounded() -> None:
    """However many people ring, no more is remembered than was meant; whoever is forgotten is read."""
    memory = Remembered(most=10)
    for number in range(100):
        memory.keep(("twilio", f"CA{number}"), known(1))
        assert len(memory) <= 10
    assert memory.take(("twilio", "CA99"), 1) is not None
    assert memory.take(("twilio", "CA0"), 1) is None
