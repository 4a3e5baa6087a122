"""The life of an entry: until its hour comes, its case closes, or what it needs has gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.operations.checks.vault import check_vault
from ivr.operations.facts_vault import vault_facts
from ivr.vault.errors import NumberShredded
from ivr.vault.key_store import Anchor
from ivr.vault.key_tables import row_keys
from ivr.vault.number import PhoneNumber
from ivr.vault.upkeep import shred_due_numbers, sweep_orphans, tend_keys
from tests.vault.rig import AMINA, DAY, HOUR, JOSEPH, LINE, NOON, Rig


def shred_due(rig: Rig, now: float) -> int:
    return shred_due_numbers(rig.database, rig.vault, now)


def test_a_number_lives_for_72_hours_at_most(rig: Rig) -> None:
    """After three days, to the hour, number, key and the wish's link to it are gone; the wish stays."""
    entry = rig.keep(now=NOON)
    assert rig.open(entry) == AMINA
    assert shred_due(rig, NOON + 71 * HOUR) == 0
    assert rig.open(entry) == AMINA
    assert shred_due(rig, NOON + 72 * HOUR) == 1
    with pytest.raises(NumberShredded):
        rig.open(entry)
    assert rig.rows() == []
    assert not rig.has_key(entry)
    assert rig.numbers_of_wishes() == {entry: None}


def test_no_exact_time_is_kept_beside_a_number(rig: Rig) -> None:
    """The hour of shredding is a whole one: it says no more of when Amina called than the hour."""
    rig.keep(now=NOON)
    assert rig.rows()[0]["shred_at"] % HOUR == 0
    assert 71 * HOUR < rig.rows()[0]["shred_at"] - NOON <= 72 * HOUR


def test_the_key_store_knows_no_exact_time_either(rig: Rig) -> None:
    """Whoever has the key store and the telephone company's list can't say whose key was made at that second."""
    rig.keep(now=NOON)
    rig.keep(now=NOON + HOUR)
    with rig.vault.key_store.reading() as keys:
        kept = dict(keys.connection.execute(select(row_keys)).mappings().one())
    assert kept["used_at"] == (NOON + HOUR) // HOUR * HOUR
    assert [name for name, value in kept.items() if isinstance(value, float) and value % HOUR] == []


def test_a_number_sealed_late_in_an_hour_is_spared_as_long(rig: Rig) -> None:
    """Though only the hour is known, a number asked for again at its very end isn't shredded under its caller."""
    entry = rig.keep(now=NOON)
    late = (NOON + 73 * HOUR) // HOUR * HOUR - 1
    again = rig.vault.keep(AMINA, kind="caller", line_id=LINE, now=late)
    assert shred_due(rig, late + 890) == 0
    rig.store(again)
    assert rig.open(entry, late + 890) == AMINA


@pytest.mark.parametrize("hours", [1, 24, 720])
def test_the_time_is_a_setting(small_rig: Rig, hours: int) -> None:
    """An organisation may choose a shorter or longer time."""
    small_rig.keep_hours = hours
    small_rig.vault = small_rig.another()
    small_rig.keep(now=NOON)
    assert shred_due(small_rig, NOON + (hours - 1) * HOUR) == 0
    assert shred_due(small_rig, NOON + hours * HOUR) == 1


def test_asking_again_starts_the_time_again(rig: Rig) -> None:
    """Amina asks again after two days: she keeps her entry, and three more days."""
    entry = rig.keep(now=NOON)
    assert rig.keep(now=NOON + 48 * HOUR) == entry
    assert shred_due(rig, NOON + 100 * HOUR) == 0
    assert shred_due(rig, NOON + 120 * HOUR) == 1


def test_a_clock_that_was_ahead_keeps_nothing_longer(rig: Rig) -> None:
    """A number kept by a clock two days ahead goes in time, once its caller has asked by the right clock."""
    entry = rig.keep(now=NOON + 48 * HOUR)
    assert rig.keep(now=NOON) == entry
    assert shred_due(rig, NOON + 71 * HOUR) == 0
    assert shred_due(rig, NOON + 72 * HOUR) == 1


def test_a_number_sealed_by_a_clock_far_ahead_goes_in_time(rig: Rig) -> None:
    """Amina's number was sealed, and held, by a clock 300 days ahead: once the clock is right it goes within three
    days, and a hold within two weeks, though nobody calls again."""
    amina = rig.keep(AMINA, now=NOON + 300 * DAY)
    joseph = rig.keep(JOSEPH, now=NOON + 300 * DAY)
    rig.hold(joseph, NOON + 310 * DAY)
    assert shred_due(rig, NOON) == 0
    assert shred_due(rig, NOON + 71 * HOUR) == 0
    assert shred_due(rig, NOON + 72 * HOUR) == 1
    assert not rig.has_key(amina)
    assert shred_due(rig, NOON + 14 * DAY + 1) == 1
    assert not rig.has_key(joseph)


def test_a_shorter_time_holds_for_numbers_that_are_kept_already(small_rig: Rig) -> None:
    """An organisation that kept numbers for thirty days decides on one: those at hand go within a day."""
    small_rig.keep_hours = 720
    small_rig.vault = small_rig.another()
    small_rig.keep(now=NOON)
    small_rig.keep_hours = 24
    small_rig.vault = small_rig.another()
    assert shred_due(small_rig, NOON + HOUR) == 0
    assert shred_due(small_rig, NOON + 25 * HOUR) == 1


def test_a_clock_that_is_behind_for_a_while_shreds_no_callback(rig: Rig) -> None:
    """A machine starts five hours behind, until the network sets its clock: Amina can still be called the next day."""
    entry = rig.keep(now=NOON)
    assert shred_due(rig, NOON - 5 * HOUR) == 0
    assert shred_due(rig, NOON + 60 * HOUR) == 0
    assert rig.open(entry, NOON + 60 * HOUR) == AMINA


def test_a_number_whose_time_is_over_opens_no_more(rig: Rig) -> None:
    """No worker has run for days: Amina's number can't be opened or recognised any more, and one that is held can."""
    amina, joseph = rig.keep(AMINA), rig.keep(JOSEPH)
    rig.hold(joseph, NOON + 7 * DAY)
    assert rig.open(amina, NOON + 71 * HOUR) == AMINA
    with pytest.raises(NumberShredded):
        rig.open(amina, NOON + 72 * HOUR)
    assert rig.recognise(AMINA, NOON + 72 * HOUR) is None
    assert rig.open(joseph, NOON + 6 * DAY) == JOSEPH
    with pytest.raises(NumberShredded):
        rig.open(joseph, NOON + 8 * DAY)


def test_numbers_that_nobody_shreds_are_counted(rig: Rig) -> None:
    """Without a worker the doctor counts what is overdue, and says how to have it shredded; a hold isn't overdue."""
    rig.keep(AMINA)
    rig.hold(rig.keep(JOSEPH), NOON + 7 * DAY)
    assert vault_facts(rig.vault, rig.database, NOON + 72 * HOUR).overdue == 0
    facts = vault_facts(rig.vault, rig.database, NOON + 6 * DAY)
    assert facts.overdue == 1
    assert (check_vault(facts).level, "warmline worker" in check_vault(facts).next_step) == ("problem", True)
    shred_due(rig, NOON + 6 * DAY)
    assert vault_facts(rig.vault, rig.database, NOON + 6 * DAY).overdue == 0


def test_a_clock_that_jumps_back_shreds_nothing(rig: Rig) -> None:
    """A machine wakes up in the year 1970: no number is due there."""
    rig.keep(now=NOON)
    assert shred_due(rig, 0.0) == 0
    assert sweep_orphans(rig.database, rig.vault, 0.0) == 0


def test_a_number_that_is_held_lives_until_the_hold_ends(rig: Rig) -> None:
    """Daniel holds Amina's number for a week: it goes when the week is over, and Joseph's goes in its own time."""
    amina, joseph = rig.keep(AMINA), rig.keep(JOSEPH)
    rig.hold(amina, NOON + 7 * DAY)
    assert shred_due(rig, NOON + 4 * DAY) == 1
    assert rig.open(amina) == AMINA
    assert not rig.has_key(joseph)
    assert shred_due(rig, NOON + 7 * DAY + 1) == 1
    assert not rig.has_key(amina)


def test_many_numbers_are_shredded_in_one_pass(small_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """More numbers than fit one batch are all shredded, and one that is held stays."""
    monkeypatch.setattr("ivr.vault.upkeep.MOST_AT_ONCE", 3)
    kept = [small_rig.keep(PhoneNumber(f"+120255501{place:02}")) for place in range(10)]
    small_rig.hold(kept[4], NOON + 10 * DAY)
    assert shred_due(small_rig, NOON + 4 * DAY) == 9
    assert [row["id"] for row in small_rig.rows()] == [kept[4]]


def test_a_helpers_number_stays_until_it_is_replaced(rig: Rig) -> None:
    """Leila's own number is under no clock and has no token; it goes when she gives another."""
    kept = rig.vault.keep(JOSEPH, kind="helper", line_id="", now=NOON)
    rig.store(kept, line="")
    assert (kept.row["token"], kept.row["epoch"], kept.row["shred_at"]) == ("", "", None)
    assert shred_due(rig, NOON + 1000 * DAY) == 0
    tend_keys(rig.database, rig.vault, NOON + 1000 * DAY)
    assert rig.open(kept.id) == JOSEPH
    with rig.database.begin() as connection:
        assert rig.vault.shred(connection, [kept.id]) == 1
    with pytest.raises(NumberShredded):
        rig.open(kept.id)


def test_a_number_that_is_asked_for_again_in_this_moment_is_spared(rig: Rig) -> None:
    """Amina asks again while her old time runs out: what the turn is about to store will open."""
    entry = rig.keep(now=NOON)
    late = NOON + 72 * HOUR
    again = rig.vault.keep(AMINA, kind="caller", line_id=LINE, now=late)
    assert shred_due(rig, late) == 0
    rig.store(again)
    assert rig.open(entry) == AMINA
    assert shred_due(rig, late + HOUR) == 0


def test_a_call_that_never_stored_what_it_sealed_spares_nothing_for_ever(rig: Rig) -> None:
    """A process died after sealing Amina's number again: within an hour and a half the old entry goes."""
    rig.keep(now=NOON)
    late = NOON + 72 * HOUR
    rig.vault.keep(AMINA, kind="caller", line_id=LINE, now=late)
    assert shred_due(rig, late + 60) == 0
    assert shred_due(rig, late + 900) == 0
    assert shred_due(rig, late + 1.5 * HOUR) == 1


def test_a_shred_during_a_dial(rig: Rig) -> None:
    """Whoever has opened a number already rings it; whoever opens it after the shredding gets nothing, and no error but
    that; there is nothing in between."""
    for round_ in range(5):
        entry = rig.keep(now=NOON + round_)
        gone = threading.Event()
        started = threading.Barrier(5)

        def dial(
            entry: str = entry, gone: threading.Event = gone, started: threading.Barrier = started
        ) -> None:
            vault, opened, shredded = rig.another(), 0, 0
            started.wait()
            while not shredded:
                was_gone = gone.is_set()
                try:
                    with rig.database.connect() as connection:
                        assert vault.open(connection, entry, NOON) == AMINA
                    assert not was_gone
                    opened += 1
                except NumberShredded:
                    shredded += 1

        with ThreadPoolExecutor(4) as threads:
            dialling = [threads.submit(dial) for _ in range(4)]
            started.wait()
            with rig.database.begin() as connection:
                assert rig.vault.shred(connection, [entry]) == 1
                gone.set()
            for each in dialling:
                each.result(timeout=30)


KILLED_BETWEEN = """
import os, signal, sys
from pathlib import Path
from ivr.store.engine import open_database
from tests.vault.rig import AMINA, LINE, NOON, Rig
rig = Rig(open_database(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
if sys.argv[4] == "keeping":
    rig.vault.keep(AMINA, kind="caller", line_id=LINE, now=NOON)
else:
    connection = rig.database.connect()
    connection.begin()
    assert rig.vault.shred(connection, [sys.argv[4]]) == 1
os.kill(os.getpid(), signal.SIGKILL)
"""


def run_and_be_killed(rig: Rig, doing: str) -> None:
    """A process of its own, killed after its work in the key store and before its work in the database."""
    root = Path(__file__).parents[2]
    url = rig.database.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED_BETWEEN, url, rig.key_store_url, str(rig.folder), doing],
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_killed_between_key_and_row(rig: Rig) -> None:
    """Killed after the key was written and before the row: the call that comes again uses that key, and if none comes,
    it is swept within two hours."""
    run_and_be_killed(rig, "keeping")
    assert rig.rows() == []
    assert sweep_orphans(rig.database, rig.vault, NOON + 600) == 0
    kept = rig.vault.keep(AMINA, kind="caller", line_id=LINE, now=NOON + 700)
    assert kept.known
    rig.store(kept)
    assert rig.open(kept.id) == AMINA
    assert sweep_orphans(rig.database, rig.vault, NOON + 2 * HOUR) == 0
    rig.vault.keep(JOSEPH, kind="caller", line_id=LINE, now=NOON)
    assert sweep_orphans(rig.database, rig.vault, NOON + 2 * HOUR) == 1
    assert rig.open(kept.id) == AMINA


def test_killed_in_the_middle_of_shredding(rig: Rig) -> None:
    """Killed after the key was destroyed and before the row went: the number is gone already, and the row is swept."""
    entry = rig.keep()
    run_and_be_killed(rig, entry)
    assert not rig.has_key(entry)
    with pytest.raises(NumberShredded):
        rig.open(entry)
    assert sweep_orphans(rig.database, rig.vault, NOON) == 1
    assert rig.rows() == []
    assert rig.numbers_of_wishes() == {entry: None}


def test_an_empty_key_store_in_place_of_the_real_one_sweeps_nothing(small_rig: Rig, tmp_path: Path) -> None:
    """Somebody points Warmline at a new, empty key store by mistake: no entry is thrown away over it."""
    entry = small_rig.keep()
    real = small_rig.key_store_url
    small_rig.key_store_url = f"sqlite:///{tmp_path / 'mistake' / 'keys.db'}"
    small_rig.vault = small_rig.another()
    small_rig.vault.key_store.prepare()
    assert sweep_orphans(small_rig.database, small_rig.vault, NOON) == 0
    small_rig.key_store_url = real
    small_rig.vault = small_rig.another()
    assert small_rig.open(entry) == AMINA


def test_the_end_of_the_audit_log_is_noted_beside_the_keys(rig: Rig) -> None:
    """Each hour the key store notes where the audit log ends: rows taken away at its end are missed."""
    tend_keys(rig.database, rig.vault, NOON)
    with rig.vault.key_store.reading() as keys:
        assert keys.anchor("audit") == Anchor(0, "")


def test_a_noted_end_only_moves_forward(small_rig: Rig) -> None:
    """An audit log that has become shorter doesn't shorten what is noted of it."""
    with small_rig.vault.key_store.writing() as keys:
        for seq in (3, 7, 5):
            keys.move_anchor("audit", Anchor(seq, "chained"))
        assert keys.anchor("audit") == Anchor(7, "chained")
