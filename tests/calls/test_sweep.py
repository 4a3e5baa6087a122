"""The sweep: calls whose end never came are ended, and nothing can hold it up."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from ivr.calls.call_rows import TOMBSTONE_SECONDS
from ivr.calls.screens import LONGEST_CONNECTION_SECONDS, MISSED_END_SECONDS
from ivr.calls.sweep import Swept, sweep_calls
from ivr.store.tables import calls, ended_calls, live_calls
from tests.calls.what_is_kept import call_ids, is_live, kept_under
from tests.hotline import Hotline


def sweep(hotline: Hotline) -> Swept:
    wiring = hotline.wiring
    return sweep_calls(wiring.database, wiring.rows, wiring.turns, hotline.clock.now)


@pytest.fixture(autouse=True)
def nothing_left_over(on_air: Hotline) -> None:
    """Each test starts with no call under way."""
    on_air.clock.forward(2 * LONGEST_CONNECTION_SECONDS)
    sweep(on_air)


def test_a_call_without_an_end_is_ended(on_air: Hotline) -> None:
    """Amina's battery dies: a quarter of an hour after her last screen her call is kept as lost, without its id."""
    call = on_air.ring().press("12")
    before = call_ids(on_air)
    on_air.clock.forward(MISSED_END_SECONDS)
    assert sweep(on_air).ended == 0
    on_air.clock.forward(120)
    assert sweep(on_air).ended == 1
    assert not is_live(on_air, call.id)
    (new,) = call_ids(on_air) - before
    kept = kept_under(on_air, new)
    assert "lost" in kept["calls"][0]
    assert [visit[3] for visit in kept["visits"]] == ["language", "welcome", "listen"]
    assert sweep(on_air).ended == 0


def test_the_word_that_comes_after_all_changes_nothing(on_air: Hotline) -> None:
    """The end of a call that was already swept arrives: it is answered, and the call stays kept once, as lost."""
    call = on_air.ring().press("1")
    on_air.clock.forward(2 * MISSED_END_SECONDS)
    sweep(on_air)
    before = call_ids(on_air)
    assert call.hang_up().status_code == 204
    assert call_ids(on_air) == before


def test_a_call_under_way_is_left_alone(on_air: Hotline) -> None:
    """Somebody who takes her time is not cut off: every screen gives the call its time again."""
    call = on_air.ring().press("1")
    for _ in range(5):
        on_air.clock.forward(MISSED_END_SECONDS - 60)
        assert sweep(on_air).ended == 0
        call.press("9")
    assert is_live(on_air, call.id)
    call.hang_up()


def test_marks_of_ended_calls_are_forgotten(on_air: Hotline) -> None:
    """That a call has ended is known for an hour, for repetitions; then even that hashed mark is gone."""
    call = on_air.ring()
    call.hang_up()
    on_air.clock.forward(TOMBSTONE_SECONDS - 10)
    assert sweep(on_air).forgotten == 0
    on_air.clock.forward(20)
    assert sweep(on_air).forgotten >= 1
    with on_air.wiring.database.connect() as connection:
        assert connection.execute(select(ended_calls)).all() == []


@pytest.mark.parametrize(
    "damage", [{"session": "not JSON"}, {"session": '{"v": 99}'}, {"release_id": "gone"}]
)
def test_a_damaged_call_holds_up_nobody(on_air: Hotline, damage: dict[str, str]) -> None:
    """A call that can't be read any more is ended all the same, and so are all others."""
    damaged, sound = on_air.ring().press("1"), on_air.ring().press("1")
    with on_air.wiring.database.begin() as connection:
        connection.execute(
            update(live_calls)
            .where(live_calls.c.provider_call == damaged.id)
            .values(**damage, expires_at=0.0)
        )
    on_air.clock.forward(2 * MISSED_END_SECONDS)
    assert sweep(on_air).ended == 2
    assert not is_live(on_air, damaged.id)
    assert not is_live(on_air, sound.id)


def test_a_damaged_call_is_answered_and_ended_by_its_caller(on_air: Hotline) -> None:
    """The caller of a call that can't be read hears the emergency screen, and the word of her end is taken."""
    call = on_air.ring().press("1")
    with on_air.wiring.database.begin() as connection:
        connection.execute(
            update(live_calls).where(live_calls.c.provider_call == call.id).values(session='{"v": 99}')
        )
    answer = on_air.post(call.on_keys, call.fields(Digits="1"))
    assert answer.text == on_air.wiring.emergency.reply_for("twilio", call.to)
    assert call.hang_up().status_code == 204
    assert not is_live(on_air, call.id)


def test_one_that_cannot_be_ended_holds_up_nobody(on_air: Hotline) -> None:
    """Even a call whose end can't be written, as its random id is taken, doesn't keep the others from being ended."""
    stuck, sound = on_air.ring(), on_air.ring()
    with on_air.wiring.database.begin() as connection:
        call_id = connection.execute(
            select(live_calls.c.call_id).where(live_calls.c.provider_call == stuck.id)
        ).scalar_one()
        connection.execute(
            insert(calls).values(
                id=call_id, line_id="x", release_id="x", date="2026-03-01", band="08-12", ended="lost",
                duration="0-1", turns=1, test=False,
            )
        )  # fmt: skip
        connection.execute(
            update(live_calls).where(live_calls.c.provider_call == stuck.id).values(expires_at=0.0)
        )
    on_air.clock.forward(2 * MISSED_END_SECONDS)
    assert sweep(on_air).ended == 1
    assert not is_live(on_air, sound.id)
    with on_air.wiring.database.begin() as connection:
        connection.execute(live_calls.delete())
