"""Epochs: a caller is recognised for as long as her case may be open, and afterwards by nobody."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.vault import sealing
from ivr.vault.epoch_keys import living_epochs
from ivr.vault.epochs import end_of, epoch_of, needed_until, next_epoch
from ivr.vault.upkeep import destroy_old_epochs, shred_due_numbers
from tests.vault.rig import AMINA, DAY, HOUR, JOSEPH, MARCH_FIRST, NOON, Rig

moments = st.floats(0, 4_000_000_000)
LAST_OF_MARCH = MARCH_FIRST + 30.9 * DAY
FIRST_OF_APRIL = MARCH_FIRST + 31.1 * DAY
LATE_IN_APRIL = MARCH_FIRST + 31 * DAY + 72 * HOUR + DAY + HOUR


@given(moments)
def test_every_moment_is_in_one_epoch(at: float) -> None:
    """Months follow each other without a gap, and a key lives until its last number has been shredded."""
    epoch = epoch_of(at)
    assert at < end_of(epoch)
    assert epoch_of(end_of(epoch)) == next_epoch(epoch) > epoch
    assert epoch_of(end_of(epoch) - 1) == epoch
    assert needed_until(epoch, 72) - end_of(epoch) > 72 * HOUR


def destroy(rig: Rig, now: float) -> int:
    """What the hourly upkeep does, twice."""
    return destroy_old_epochs(rig.database, rig.vault, now) + destroy_old_epochs(
        rig.database, rig.vault, now + HOUR
    )


def living(rig: Rig) -> list[str]:
    with rig.vault.key_store.reading() as keys:
        return [epoch.epoch for epoch in living_epochs(keys, rig.vault.master.ring())]


def test_a_caller_is_recognised_over_the_change_of_month(rig: Rig) -> None:
    """Amina asks on the last of March and again on the first of April: she keeps the one entry that she has."""
    asked = rig.keep(now=LAST_OF_MARCH)
    assert rig.recognise(AMINA) == asked
    assert rig.keep(now=FIRST_OF_APRIL) == asked
    assert rig.recognise(AMINA) == asked
    assert rig.recognise(JOSEPH) is None
    assert [row["epoch"] for row in rig.rows()] == ["2026-04"]


def test_a_key_is_printed_nowhere(rig: Rig) -> None:
    """However the keys of months and the master keys are printed or logged, no key is shown."""
    rig.keep()
    with rig.vault.key_store.reading() as keys:
        ring = rig.vault.master.ring()
        (epoch,) = living_epochs(keys, ring)
    assert repr(epoch) == "EpochKey(epoch='2026-03')"
    for secret in (epoch.key, ring.current.key):
        for shown in (repr([epoch]), f"{epoch}", repr(ring), repr(ring.current), repr(rig.vault.master)):
            assert repr(secret) not in shown
            assert secret.hex() not in shown


def test_two_calls_at_the_change_of_month_make_one_entry(rig: Rig) -> None:
    """One phone calls twice at midnight, one process a second before and one after it: there is one entry."""
    both = threading.Barrier(2)

    def keep(now: float) -> str:
        vault = rig.another()
        both.wait()
        return vault.keep(AMINA, kind="caller", line_id="l", now=now).id

    with ThreadPoolExecutor(2) as threads:
        assert len(set(threads.map(keep, (LAST_OF_MARCH, FIRST_OF_APRIL)))) == 1


def test_an_old_key_is_destroyed_on_schedule(rig: Rig) -> None:
    """A month's key goes three days and one after its end, in the key store and with every token made by it."""
    rig.keep(now=LAST_OF_MARCH)
    assert destroy(rig, MARCH_FIRST + 33 * DAY) == 0
    assert living(rig) == ["2026-03"]
    rig.hold(rig.rows()[0]["id"], LATE_IN_APRIL + 9 * DAY)
    assert destroy(rig, LATE_IN_APRIL) == 1
    assert living(rig) == ["2026-04"]


def test_tokens_of_two_epochs_cannot_be_joined(rig: Rig) -> None:
    """With the database, the key store, the master key and the very number in hand, nobody can tell that it was Amina
    who asked in March and again in May: her token of March can't be made any more."""
    rig.keep(now=NOON)
    (march,) = rig.rows()
    shred_due_numbers(rig.database, rig.vault, NOON + 80 * HOUR)
    destroy(rig, LATE_IN_APRIL)
    rig.keep(now=MARCH_FIRST + 65 * DAY)
    (may,) = rig.rows()
    with rig.vault.key_store.reading() as keys:
        living_keys = [epoch.key for epoch in living_epochs(keys, rig.vault.master.ring())]
        everything = keys.epochs()
    assert everything["2026-03"] is None
    made = {sealing.token(key, AMINA) for key in living_keys}
    assert may["token"] in made
    assert march["token"] not in made


def test_the_tokens_of_a_destroyed_epoch_are_emptied(rig: Rig) -> None:
    """An entry that can't be opened any more keeps no token of a month that is over."""
    entry = rig.keep(now=NOON)
    with rig.vault.key_store.writing() as keys:
        keys.destroy({entry: ""}, used_before=float("inf"))
    destroy(rig, LATE_IN_APRIL)
    assert [row["token"] for row in rig.rows()] == [""]


def test_tokens_are_emptied_though_the_upkeep_was_killed(rig: Rig) -> None:
    """Killed after the month's key was destroyed and before its tokens went: the next hour empties them."""
    entry = rig.keep(now=NOON)
    with rig.vault.key_store.writing() as keys:
        keys.destroy_epoch("2026-03")
    assert rig.rows()[0]["token"] != ""
    destroy_old_epochs(rig.database, rig.vault, LATE_IN_APRIL)
    assert rig.rows()[0]["token"] == ""
    assert rig.open(entry) == AMINA


def test_a_number_that_is_held_moves_on_into_the_new_epoch(rig: Rig) -> None:
    """Amina's number is held into the next month: she is still recognised, and asks for no second call."""
    entry = rig.keep(now=LAST_OF_MARCH)
    rig.hold(entry, LATE_IN_APRIL + 10 * DAY)
    destroy(rig, LATE_IN_APRIL)
    assert rig.recognise(AMINA) == entry
    assert rig.open(entry) == AMINA
    assert rig.keep(now=LATE_IN_APRIL + DAY) == entry
    assert [row["epoch"] for row in rig.rows()] == ["2026-04"]


def test_a_clock_that_runs_ahead_for_a_while_destroys_no_key(rig: Rig) -> None:
    """A machine believes for half an hour that it is next year: the keys of this month are still there afterwards."""
    entry = rig.keep(now=NOON)
    for minutes in (0, 30):
        assert destroy_old_epochs(rig.database, rig.vault, NOON + 365 * DAY + minutes * 60) == 0
    assert destroy_old_epochs(rig.database, rig.vault, NOON + HOUR) == 0
    assert destroy_old_epochs(rig.database, rig.vault, NOON + 365 * DAY) == 0
    assert rig.recognise(AMINA) == entry


def test_a_clock_that_jumps_back_makes_no_second_key(rig: Rig) -> None:
    """A machine believes that it is March again, whose key is destroyed: the key of April serves, and no new one."""
    rig.hold(rig.keep(JOSEPH, now=NOON), LATE_IN_APRIL + DAY)
    destroy(rig, LATE_IN_APRIL)
    known = living(rig)
    entry = rig.keep(AMINA, now=NOON)
    assert living(rig) == known == ["2026-04"]
    assert rig.recognise(AMINA) == entry
    assert rig.open(entry) == AMINA


def test_a_clock_that_jumps_forth_and_back_keeps_one_key_an_epoch(rig: Rig) -> None:
    """However a clock jumps about, each month has one key, and Amina one entry."""
    jumps = (NOON, NOON + 200 * DAY, NOON - 40 * DAY, NOON + 31 * DAY, NOON)
    assert len({rig.keep(now=at) for at in jumps}) == 1
    with rig.vault.key_store.reading() as keys:
        assert list(keys.epochs()) == ["2026-01", "2026-03", "2026-04", "2026-09"]


def test_many_first_callers_of_a_month_make_one_key(rig: Rig) -> None:
    """Eight callers are the first of the month at once: there is one key, and each is recognised."""
    vaults = [rig.another() for _ in range(8)]
    together = threading.Barrier(8)

    def keep(place: int) -> str:
        number = type(AMINA)(f"+1202555010{place}")
        together.wait()
        kept = vaults[place].keep(number, kind="caller", line_id="l", now=NOON)
        return str(kept.row["epoch"])

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(keep, range(8))) == {"2026-03"}
    assert living(rig) == ["2026-03"]


@pytest.mark.parametrize("days", [1, 31, 91, 181])
def test_at_most_three_months_have_a_key(small_rig: Rig, days: float) -> None:
    """However long a hotline runs, no more keys of months live than can be needed."""
    small_rig.keep(now=NOON)
    now = NOON + days * DAY
    small_rig.keep(now=now)
    destroy(small_rig, now)
    assert len(living(small_rig)) <= 3
