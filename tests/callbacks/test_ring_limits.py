"""One number is rung by one helper at a time, not without end, and not after its wish was taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from ivr.callbacks import outlook
from ivr.callbacks.outlook import Outlook
from ivr.callbacks.ring_counts import MOST_A_DAY, note_reached, note_ring, put_off_until
from ivr.jobs.callbacks import ringing_of
from ivr.store.callback_tables import callbacks, flash_counts
from ivr.store.tables import lines
from ivr.vault.number import PhoneNumber
from tests.calling_back import JOSEPH, LEILA, CallingBack, calling_back
from tests.hotline import AMINA

HOUR = 3600.0


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables_url: str) -> Iterator[CallingBack]:
    """A hotline that calls back, on each kind of database in turn."""
    monkeypatch.setattr(outlook, "REMEMBERED_SECONDS", -1.0)
    with calling_back(tmp_path, tables_url) as made:
        yield made


def rings(house: CallingBack, times: int, *, reached: bool = False) -> None:
    """Amina's phone has rung so often just now."""
    row = house.callback
    with house.hotline.wiring.database.begin() as connection:
        for _ in range(times):
            note_ring(connection, row.number_id, row.time_zone, house.now)
        if reached:
            note_reached(connection, row.number_id, house.now)


def put_off(house: CallingBack) -> float | None:
    """For how many seconds the one callback has to wait."""
    row = house.callback
    with house.hotline.wiring.database.begin() as connection:
        until = put_off_until(connection, row, house.now)
    return None if until is None else until - house.now


def test_who_takes_it_back_while_a_helper_is_rung_is_not_rung(house: CallingBack) -> None:
    """Amina asks, Joseph's phone is about to ring, and she takes it back: the call is cancelled, Joseph is free again,
    and nobody is rung."""
    house.employ("Joseph", JOSEPH)
    house.ask()
    house.hotline.wiring.callbacks.dispatcher.dispatch(house.now)
    assert house.callback.state == "offered"
    call = house.hotline.ring(AMINA).press("111").press("1")
    assert call.prompts == ["call_cancelled"]
    assert (house.callback.state, house.callback.ending) == ("closed", "withdrawn")
    assert all(0 < row.end_legs_at <= house.now for row in house.attempts)
    house.go_on(1)
    assert house.network.ledger.rings_of(AMINA) == house.network.ledger.rings_of(JOSEPH) == []
    assert house.is_free(JOSEPH, after=1)


def test_one_number_on_two_lines_is_rung_by_one_helper(house: CallingBack) -> None:
    """Amina asked on two lines, and two helpers are free: one of them is offered her, and the other callback waits."""
    house.employ("Joseph", JOSEPH)
    house.employ("Leila", LEILA)
    with house.hotline.wiring.database.begin() as connection:
        first = dict(connection.execute(select(lines)).mappings().first() or {})
        second = first | {"id": "f" * 32, "number": "+12025550199", "name": "second"}
        connection.execute(insert(lines).values(second))
    house.wish()
    vault = house.hotline.wiring.vault
    other = house.wish("+12025550130")
    kept = vault.keep(PhoneNumber(AMINA), kind="caller", line_id="f" * 32, now=house.now)
    with house.hotline.wiring.database.begin() as connection:
        vault.store(connection, kept)
        this = callbacks.c.id == other
        connection.execute(update(callbacks).where(this).values(number_id=kept.id, line_id="f" * 32))
    assert house.hotline.wiring.callbacks.dispatcher.dispatch(house.now) == 1
    assert sorted(row.state for row in house.rows(callbacks)) == ["offered", "waiting"]


def test_taking_back_and_asking_anew_rings_no_sooner(house: CallingBack) -> None:
    """Somebody asks in Amina's name, lets her phone ring, takes it back and asks again: her phone rests for half an
    hour at least, after two rings for three hours; not so when she pressed the key and wanted the call."""
    house.wish()
    assert put_off(house) is None
    rings(house, 1)
    once = put_off(house)
    assert once is not None
    assert 0.5 * HOUR <= once <= HOUR
    rings(house, 1)
    twice = put_off(house)
    assert twice is not None
    assert 3 * HOUR <= twice <= 3.5 * HOUR
    rings(house, 1, reached=True)
    assert put_off(house) is None


def test_a_number_rings_so_often_a_day_and_no_more(house: CallingBack) -> None:
    """Amina's phone has rung six times today: until the day is over no helper is offered her callback, and then it can
    be. Nothing that is counted is her number, or the vault's token of it."""
    house.employ("Joseph", JOSEPH)
    house.wish()
    rings(house, MOST_A_DAY, reached=True)
    assert house.hotline.wiring.callbacks.dispatcher.dispatch(house.now) == 0
    row = house.callback
    assert (row.state, row.ready) == ("waiting", False)
    assert row.not_before >= (house.now // 86400 + 1) * 86400
    kept = {count.subject for count in house.rows(flash_counts)}
    assert all(len(subject) == 64 and AMINA[1:] not in subject for subject in kept)
    house.hotline.clock.forward(86400)
    assert put_off(house) is None


def test_at_night_a_number_rings_three_times(house: CallingBack) -> None:
    """At night Amina's phone rings three times at the most, whoever asks; she may still be rung in a crisis."""
    house.wish()
    house.hotline.clock.forward(-((house.now + 3 * HOUR) % 86400) + 86400 + 2 * HOUR)
    rings(house, 3, reached=True)
    assert put_off(house) == 5 * HOUR
    with house.hotline.wiring.database.begin() as connection:
        connection.execute(update(callbacks).values(crisis=True))
    assert put_off(house) is None


def test_what_is_promised_counts_all_who_want_the_same_helpers(house: CallingBack) -> None:
    """Thirty wait in Swahili for the two helpers who speak English too: Amina, who speaks English, isn't told that it
    takes an hour. Those whom only others can take aren't before her."""
    for name, number in (("Joseph", JOSEPH), ("Leila", LEILA)):
        house.employ(name, number, languages=("en", "sw"))
    for each in range(30):
        house.wish(f"+120255501{each:02d}", language="ar" if each < 15 else "sw")
    house.hotline.clock.forward(60)
    wish = house.wish(AMINA)
    row = next(row for row in house.rows(callbacks) if row.id == wish)
    wiring = house.hotline.wiring
    told = Outlook(wiring.database, wiring.people.helpers).waiting_time
    assert told(row._mapping, house.now) not in ("wait_within_an_hour", "wait_within_two_hours")
    with wiring.database.begin() as connection:
        connection.execute(update(callbacks).where(callbacks.c.id != wish).values(language="ar"))
    assert told(row._mapping, house.now) == "wait_within_an_hour"


def test_a_job_that_comes_too_late_rings_nobody(house: CallingBack) -> None:
    """The queue stood still for an hour and a half after Joseph was offered Amina: he is free for others by then, so
    the old job rings nobody, and Amina is offered anew."""
    house.employ("Joseph", JOSEPH)
    house.wish()
    house.hotline.wiring.callbacks.dispatcher.dispatch(house.now)
    [late] = house.attempts
    house.hotline.clock.forward(1.5 * HOUR)
    assert ringing_of(house.hotline.wiring).ring(late.id) == "not now"
    assert [row.state for row in house.attempts] == ["over"]
    assert house.network.ledger.rings_of(JOSEPH) == []
    house.go_on(1)
    house.go_on(1)
    assert len(house.network.ledger.rings_of(JOSEPH)) == 1
