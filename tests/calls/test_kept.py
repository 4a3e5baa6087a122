"""What is kept of calls, as staff see it: their course, and nothing that leads back to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from ivr.calls.kept import kept_calls
from ivr.store.tables import calls
from tests.calls.what_is_kept import call_ids
from tests.hotline import (
    LINE,
    SIMULATOR_ACCOUNT,
    SIMULATOR_TOKEN,
    Hotline,
    make_hotline,
    with_simulator,
)


def latest(hotline: Hotline, before: set[str]) -> dict[str, object]:
    (new,) = call_ids(hotline) - before
    with hotline.wiring.database.connect() as connection:
        return next(call for call in kept_calls(connection, 1000) if call["id"] == new)


def test_a_call_that_is_hung_up_is_kept_with_where(on_air: Hotline) -> None:
    """Amina hangs up in the middle of an exercise: where, how, and after how many seconds is kept."""
    before = call_ids(on_air)
    call = on_air.ring().press("1").press("2").press("1")
    on_air.clock.forward(1.2)
    call.hang_up()
    kept = latest(on_air, before)
    visits = kept["visits"]
    assert isinstance(visits, list)
    assert [(v["node"], v["left_by"], v["key"]) for v in visits] == [
        ("language", "key", "1"),
        ("welcome", "key", "2"),
        ("listen", "key", "1"),
        ("breathing", "hung_up", None),
    ]
    assert visits[-1]["seconds"] == 1
    assert visits[-1]["completed"] is False or visits[-1]["completed"] == 0
    assert kept["ended"] == "hung_up"
    assert kept["language"] == "en"


def test_only_bands_are_kept(on_air: Hotline) -> None:
    """A call is kept with a date, four hours and a band of minutes, and its id is random."""
    before = call_ids(on_air)
    on_air.ring().press("1").hang_up()
    kept = latest(on_air, before)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(kept["date"]))
    assert re.fullmatch(r"\d\d-\d\d", str(kept["band"]))
    assert kept["duration"] == "0-1"
    assert re.fullmatch(r"[0-9a-f]{32}", str(kept["id"]))


def test_the_same_caller_is_a_stranger_each_time(on_air: Hotline) -> None:
    """Two calls of the same phone share nothing but what was keyed: nobody can tell that it was the same person."""
    before = call_ids(on_air)
    for _ in range(2):
        on_air.ring().press("1").hang_up()
    first, second = call_ids(on_air) - before
    with on_air.wiring.database.connect() as connection:
        rows = [
            connection.execute(select(calls).where(calls.c.id == one)).mappings().one()
            for one in (first, second)
        ]
    assert {k: v for k, v in rows[0].items() if k != "id"} == {k: v for k, v in rows[1].items() if k != "id"}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline on the simulator."""
    folder = tmp_path_factory.mktemp("simulated")
    hotline = make_hotline(folder / "data", line=replace(LINE, provider="simulator"), **with_simulator())
    hotline.account, hotline.token = SIMULATOR_ACCOUNT, SIMULATOR_TOKEN
    yield hotline
    hotline.wiring.database.dispose()


def test_calls_of_the_simulator_are_marked_as_tests(simulated: Hotline) -> None:
    """A call from the telephone in the browser, and the callback it wishes for, are marked as tests."""
    simulated.ring(provider="simulator").press("1111222").hang_up()
    with simulated.wiring.database.connect() as connection:
        (kept,) = kept_calls(connection, 10)
        wished = connection.execute(text("SELECT test FROM callbacks")).scalars().all()
    assert kept["test"]
    assert all(wished)
    assert wished


def test_a_line_of_one_provider_is_not_rung_through_another(simulated: Hotline) -> None:
    """The simulator's line can't be rung through the real provider, nor the other way round."""
    simulated.account, simulated.token = "AC" + "0" * 32, "12345"
    call = simulated.ring(provider="twilio")
    simulated.account, simulated.token = SIMULATOR_ACCOUNT, SIMULATOR_TOKEN
    assert "<Gather" not in call.text
    assert "<Hangup/>" in call.text
