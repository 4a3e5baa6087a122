"""A callback that is over becomes one anonymous row, however often its closing is killed, repeated or done by two."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select, update

from ivr.outcomes.bands import WAITS, wait_band
from ivr.outcomes.closing import to_close
from ivr.outcomes.tables import outcome_tasks
from ivr.store.callback_tables import attempts, callbacks, flashes, risk_cases
from ivr.store.engine import open_database
from ivr.vault.errors import KeyStoreOutOfReach, NumberShredded
from ivr.vault.key_store import KeyStore
from ivr.vault.number import PhoneNumber
from tests.callback_rows import put_callback
from tests.outcomes.talks import LEILA, attempt_row, close_it, left_of, outcome_rows, talked
from tests.vault.rig import AMINA, LINE, NOON, Rig

LATER = NOON + 7200


def test_a_talk_becomes_one_row_that_leads_nowhere(rig: Rig) -> None:
    """Amina's callback is closed: what was keyed is kept once under a new id, and her number, the callback, the attempt
    and the task are gone."""
    callback_id = talked(rig)
    assert close_it(rig, callback_id)
    (row,) = outcome_rows(rig)
    assert row.pop("id") != callback_id
    assert row == {
        "line_id": LINE, "date": "2026-03-01", "band": "12-16", "language": "sw",
        "path": "call>breathing>ask_callback", "need": "emotional_support", "ending": "talked", "missed": "",
        "attempts": 1, "wait": "15-60", "duration": "5-10", "filled_in": "phone", "contact_type": "talk",
        "issue": "family", "distress_before": 7, "distress_after": 4, "asked_about_suicide": "yes",
        "risk": "none", "action": "listened", "follow_up": "none", "test": False,
    }  # fmt: skip
    assert left_of(rig, callback_id) == []
    assert not rig.has_key(callback_id)
    with pytest.raises(NumberShredded):
        rig.open(callback_id)


def test_closing_again_changes_nothing(rig: Rig) -> None:
    """The job comes a second time, and for a callback that never was: nothing happens."""
    callback_id = talked(rig)
    assert close_it(rig, callback_id)
    assert not close_it(rig, callback_id)
    assert not close_it(rig, "f" * 32)
    assert len(outcome_rows(rig)) == 1


@pytest.mark.parametrize("ending", ["unreached", "expired", "withdrawn"])
def test_without_a_talk_nothing_has_to_be_filled_in(rig: Rig, ending: str) -> None:
    """Nobody talked: the callback is closed at once, and the row says how it ended and why, with nothing made up."""
    callback_id = talked(rig, task="", ending=ending, missed="no_answer", first_rang_at=0.0)
    assert close_it(rig, callback_id)
    (row,) = outcome_rows(rig)
    assert (row["ending"], row["missed"], row["wait"], row["duration"]) == (ending, "no_answer", "", "")
    assert (row["filled_in"], row["risk"], row["distress_before"]) == ("", "", None)


@pytest.mark.parametrize(
    ("state", "task"), [("waiting", "done"), ("talking", "done"), ("closed", "open"), ("closed", "")]
)
def test_what_isn_t_over_isn_t_closed(rig: Rig, state: str, task: str) -> None:
    """While a callback lives, or a helper who talked hasn't filled in the outcome, its number and rows stay."""
    callback_id = talked(rig, task=task, state=state)
    assert to_close(rig.database, LATER) == []
    assert not close_it(rig, callback_id)
    assert rig.open(callback_id) == AMINA
    assert outcome_rows(rig) == []


def test_an_outcome_that_was_given_up_closes_too(rig: Rig) -> None:
    """Leila never filled it in: after a time it is given up, and the callback is closed without her answers."""
    callback_id = talked(rig, task="given_up")
    assert to_close(rig.database, LATER) == [callback_id]
    assert close_it(rig, callback_id)
    assert outcome_rows(rig)[0]["contact_type"] == ""


def test_a_leg_that_may_be_alive_is_waited_for(rig: Rig) -> None:
    """Somebody may still be on the line: the attempt stays until it is hung up, or so old that nobody can be."""
    callback_id = talked(rig)
    with rig.database.begin() as connection:
        connection.execute(insert(attempts).values(attempt_row(callback_id, state="live")))
    assert to_close(rig.database, LATER) == []
    assert not close_it(rig, callback_id)
    assert close_it(rig, callback_id, NOON + 24 * 3600)
    assert left_of(rig, callback_id) == []


def _another_callback(rig: Rig, number_id: str) -> None:
    with rig.database.begin() as connection:
        put_callback(connection, "c" * 32, at=NOON, number_id=number_id)


def _a_flash(rig: Rig, number_id: str) -> None:
    row = {
        "id": "f" * 32, "line_id": LINE, "number_id": number_id, "provider": "twilio", "came_at": NOON,
        "state": "waiting", "asked_at": 0.0, "tries": 0, "leg": "",
    }  # fmt: skip
    with rig.database.begin() as connection:
        connection.execute(insert(flashes).values(row))


def _a_hold(rig: Rig, number_id: str) -> None:
    rig.hold(number_id, NOON + 7 * 86_400)


def _a_risk_case(rig: Rig, number_id: str) -> None:
    row = {
        "id": "d" * 32, "line_id": LINE, "number_id": number_id, "language": "sw", "risk": "high",
        "helper_id": LEILA, "opened_at": NOON, "due_at": NOON + 3600, "accepted_by": "",
    }  # fmt: skip
    with rig.database.begin() as connection:
        connection.execute(insert(risk_cases).values(row))


@pytest.mark.parametrize("need", [_another_callback, _a_flash, _a_hold, _a_risk_case])
def test_a_number_that_is_still_needed_stays(rig: Rig, need: Callable[[Rig, str], None]) -> None:
    """Amina has asked again, has rung once more, or a supervisor looks after her: the callback is closed, and
    her number stays for what needs it."""
    callback_id = talked(rig)
    need(rig, callback_id)
    assert close_it(rig, callback_id)
    assert left_of(rig, callback_id) == []
    assert len(outcome_rows(rig)) == 1
    assert rig.open(callback_id) == AMINA


def test_the_last_of_two_callbacks_of_a_number_shreds_it(rig: Rig) -> None:
    """Two callbacks of Amina's are over: with the second the number goes."""
    first = talked(rig)
    _another_callback(rig, first)
    with rig.database.begin() as connection:
        second = callbacks.c.id == "c" * 32
        connection.execute(update(callbacks).where(second).values(state="closed", ending="withdrawn"))
    assert close_it(rig, first)
    assert rig.has_key(first)
    assert close_it(rig, "c" * 32)
    assert not rig.has_key(first)


def test_a_caller_who_asks_in_this_moment_loses_nothing(rig: Rig) -> None:
    """Amina asks again while her last callback is being closed: it waits, so that her new wish finds its number."""
    callback_id = talked(rig)
    kept = rig.vault.keep(AMINA, kind="caller", line_id=LINE, now=LATER)
    assert not close_it(rig, callback_id)
    with rig.database.begin() as connection:
        rig.vault.store(connection, kept)
        put_callback(connection, "c" * 32, at=LATER, number_id=kept.id)
    assert close_it(rig, callback_id)
    assert rig.open(kept.id) == AMINA


def test_a_number_whose_time_was_over_is_no_hindrance(rig: Rig) -> None:
    """The number went when its time was over: the outcome is still written."""
    callback_id = talked(rig)
    with rig.database.begin() as connection:
        rig.vault.shred(connection, [callback_id])
    assert close_it(rig, callback_id)
    assert len(outcome_rows(rig)) == 1


def test_while_the_vault_is_out_of_reach_nothing_is_closed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key can't be destroyed now: nothing is written and nothing deleted, and the next time does it."""

    def fail(_store: KeyStore) -> Any:
        raise KeyStoreOutOfReach("no key store")

    callback_id = talked(rig)
    with monkeypatch.context() as patch:
        patch.setattr(KeyStore, "writing", fail)
        with pytest.raises(KeyStoreOutOfReach):
            close_it(rig, callback_id)
    assert outcome_rows(rig) == []
    assert "callbacks" in left_of(rig, callback_id)
    assert close_it(rig, callback_id)


def _dies_at(engines: list[Engine], step: int) -> None:
    """From now on this process is killed at its nth statement, counted over all its databases."""
    left = [step]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", count)


def _close_in_a_process_that_dies(rig: Rig, callback_id: str, step: int) -> bool:
    """Whether it died before it was done."""
    url = rig.database.url.render_as_string(hide_password=False)
    child = os.fork()
    if child == 0:
        try:
            other = Rig(open_database(url), rig.key_store_url, rig.folder)
            _dies_at([other.database, other.vault.key_store.engine], step)
            close_it(other, callback_id)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_killed_between_any_two_writes_it_is_done_again_and_never_twice(rig: Rig) -> None:
    """A worker is killed before each statement and each commit in turn. Whatever it left, the next one finishes: one
    row for each callback, no number, and nothing else."""
    steps, callbacks_made = 0, []
    while True:
        callback_id = talked(rig, PhoneNumber(f"+120255501{steps:02d}"))
        callbacks_made.append(callback_id)
        died = _close_in_a_process_that_dies(rig, callback_id, steps)
        close_it(rig, callback_id)
        assert left_of(rig, callback_id) == [], steps
        assert not rig.has_key(callback_id), steps
        assert len(outcome_rows(rig)) == len(callbacks_made), steps
        if not died:
            break
        steps += 1
    assert steps > 12
    assert rig.rows() == []


def test_two_workers_at_once_write_one_row_each_time(rig: Rig) -> None:
    """Two workers get the same callbacks at the same moment: each callback has one row, and one of them wrote it."""
    made = [talked(rig, PhoneNumber(f"+120255501{n:02d}")) for n in range(20)]
    workers = [rig, Rig(rig.database, rig.key_store_url, rig.folder)]
    together, wrote, failed = threading.Barrier(2), [], []

    def work(worker: Rig) -> None:
        try:
            for callback_id in made:
                together.wait(20)
                if close_it(worker, callback_id):
                    wrote.append(callback_id)
        except Exception as error:
            failed.append(error)
            together.abort()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(wrote) == sorted(made)
    assert len(outcome_rows(rig)) == len(made)
    assert rig.rows() == []


def test_an_answer_that_comes_too_late_finds_no_task(rig: Rig) -> None:
    """After the closing there is no task any more that an answer could be written to."""
    callback_id = talked(rig)
    close_it(rig, callback_id)
    with rig.database.connect() as connection:
        assert connection.execute(select(outcome_tasks)).first() is None


@pytest.mark.parametrize(
    ("minutes", "band"),
    [(0, "0-15"), (14.9, "0-15"), (15, "15-60"), (59, "15-60"), (60, "1-2h"),
     (121, "2-6h"), (359, "2-6h"), (360, "6-24h"), (1440, "24h+"), (9999, "24h+")],
)  # fmt: skip
def test_how_long_a_caller_waited_is_kept_as_a_band(minutes: float, band: str) -> None:
    """From asking until the phone rang, in one of six bands; none where it never rang."""
    assert wait_band(NOON, NOON + minutes * 60) == band
    assert band in WAITS
    assert wait_band(NOON, 0.0) == ""
