"""The pace at which a provider is asked to ring somebody, shared by all processes."""

from __future__ import annotations

import multiprocessing
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from ivr.callbacks.pace import MOST_AHEAD_SECONDS, ONLY_NOW, reserve
from ivr.store.callback_tables import provider_pace
from ivr.store.engine import open_database
from ivr.store.migrate import migrate

NOON = 1_772_366_400.0
CLOSE = 1e-5
"""Seconds by which a time since 1970 may be off in a double."""


def one(database: Engine, now: float, per_second: float = 1.0, ahead: float = ONLY_NOW) -> float | None:
    with database.begin() as connection:
        return reserve(connection, "twilio", now, per_second, ahead)


def gaps_of(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(moments)]


def most_in_any_second(moments: list[float]) -> int:
    """The most moments in any second, its end not counted."""
    ordered = sorted(moments)
    return max(sum(first <= each < first + 1 - CLOSE for each in ordered) for first in ordered)


def test_the_first_request_goes_at_once_and_the_next_waits(database: Engine) -> None:
    """Joseph's phone is asked for at once; Leila's, at the same moment, a second later."""
    assert one(database, NOON, ahead=5) == NOON
    assert one(database, NOON, ahead=5) == pytest.approx(NOON + 1)
    assert one(database, NOON, ahead=5) == pytest.approx(NOON + 2)


def test_whoever_takes_only_the_present_moment_goes_last(database: Engine) -> None:
    """A ring-back isn't asked for while a helper's phone still waits to be asked for."""
    one(database, NOON, ahead=5)
    one(database, NOON, ahead=5)
    assert one(database, NOON + 1) is None
    assert one(database, NOON + 2) == NOON + 2


def test_nobody_takes_a_moment_far_ahead(database: Engine) -> None:
    """Of a hundred requests at once only ten seconds' worth are promised a moment; the others look again later."""
    taken = [one(database, NOON, ahead=600) for _ in range(100)]
    assert sum(moment is not None for moment in taken) == MOST_AHEAD_SECONDS + 1


def test_time_that_nobody_used_is_not_saved_up(database: Engine) -> None:
    """After a quiet night two requests still don't go out in the same second."""
    one(database, NOON)
    assert one(database, NOON + 8 * 3600) == NOON + 8 * 3600
    assert one(database, NOON + 8 * 3600) is None


def test_providers_have_a_pace_each(database: Engine) -> None:
    """That one provider is busy keeps nobody waiting who is rung by the other."""
    one(database, NOON)
    with database.begin() as connection:
        assert reserve(connection, "simulator", NOON, 1.0, ONLY_NOW) == NOON


def test_what_is_not_committed_is_not_taken(database: Engine) -> None:
    """A process that dies before it has written down whom it rings has taken nobody's moment."""
    with database.connect() as connection:
        assert reserve(connection, "twilio", NOON, 1.0, ONLY_NOW) == NOON
        connection.rollback()
    assert one(database, NOON) == NOON


def test_a_clock_that_ran_ahead_stops_nobody(database: Engine) -> None:
    """A machine whose clock was a day ahead for a while keeps nobody waiting for that day to come."""
    assert one(database, NOON + 86_400) == NOON + 86_400
    assert one(database, NOON) == NOON
    assert one(database, NOON) is None


def test_a_clock_that_is_set_back_a_little_costs_only_that_little(database: Engine) -> None:
    """A clock put right by five seconds makes requests wait for those, and breaks no pace."""
    one(database, NOON)
    assert one(database, NOON - 5) is None
    assert one(database, NOON + 1) == NOON + 1


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('pace') / 'warmline.db'}")
    migrate(engine)
    return engine


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.floats(0, 3), st.sampled_from([ONLY_NOW, 0.7, 4.0, 30.0])), min_size=1, max_size=40
    ),
    per_second=st.sampled_from([0.3, 1.0, 2.5, 30.0]),
)
def test_the_pace_holds_whoever_asks_whenever(
    one_database: Engine, steps: list[tuple[float, float]], per_second: float
) -> None:
    """However many ask, and with whatever patience: between two requests there is always the whole interval."""
    with one_database.begin() as connection:
        connection.execute(delete(provider_pace))
    now, taken = NOON, []
    for passed, ahead in steps:
        now += passed
        moment = one(one_database, now, per_second, ahead)
        if moment is not None:
            assert now <= moment <= now + min(ahead, MOST_AHEAD_SECONDS) + CLOSE
            taken.append(moment)
    gaps = gaps_of(taken)
    assert taken[0] == NOON + steps[0][0]
    assert all(gap >= 1 / per_second - CLOSE for gap in gaps)


def test_sixteen_threads_keep_one_pace(database: Engine) -> None:
    """Sixteen that want to ring somebody at once, again and again, are together no faster than the provider allows."""
    taken: list[float] = []
    until = time.time() + 1.5

    def ask() -> None:
        while time.time() < until:
            moment = one(database, time.time(), 20.0, 0.2)
            if moment is not None:
                taken.append(moment)
            time.sleep(0.005)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gaps = gaps_of(sorted(taken))
    assert min(gaps) >= 1 / 20 - CLOSE
    assert most_in_any_second(taken) <= 20
    # A busy machine may use fewer of its moments, never more.
    assert len(taken) >= 10


def _ask_from_a_process(url: str, begin: float, results: str) -> None:
    engine = open_database(url)
    time.sleep(max(0.0, begin - time.time()))
    taken = [one(engine, time.time(), 50.0, 0.5) for _ in range(25)]
    Path(results).write_text("\n".join(repr(moment) for moment in taken if moment is not None))


def test_four_processes_keep_one_pace(tables_url: str, tmp_path: Path) -> None:
    """Web and worker processes that share nothing but the database don't take the same moment twice."""
    context = multiprocessing.get_context("spawn")
    begin = time.time() + 4
    files = [tmp_path / f"taken-{number}" for number in range(4)]
    processes = [
        context.Process(target=_ask_from_a_process, args=(tables_url, begin, str(file))) for file in files
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    taken = sorted(float(line) for file in files for line in file.read_text().splitlines())
    gaps = gaps_of(taken)
    assert len(taken) >= 20
    assert min(gaps) >= 1 / 50 - CLOSE
