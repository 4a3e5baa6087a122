"""Claims: of many who want the same caller, or the same helper, in the same moment, exactly one succeeds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from ivr.callbacks import machine
from ivr.callbacks.matching import Offering
from ivr.callbacks.queue import Glance
from ivr.callbacks.taking import HelperNotFree, NobodyWaits, TakenMeanwhile
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import open_database
from ivr.store.migrate import migrate
from tests.callbacks.book_rig import ASKED, Rig

AT_ONCE = 16
NOW = ASKED + 60


@pytest.fixture
def rig(database: Engine) -> Rig:
    """Callbacks and helpers on each kind of database."""
    made = Rig(database)
    made.start_afresh()
    return made


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """All of it in the same moment, each in a thread of its own; what came of each."""
    ready = Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        ready.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


def taken(rig: Rig, helper: str, callback_id: str) -> bool:
    """Whether this helper got this callback from the page."""
    try:
        rig.taking.take(helper, callback_id, "console", NOW)
    except (TakenMeanwhile, HelperNotFree, NobodyWaits):
        return False
    return True


def test_sixteen_helpers_want_the_same_caller(rig: Rig) -> None:
    """Sixteen press "take" in the same moment: one has Amina, fifteen are as free as before."""
    helpers = [rig.helper(f"helper{number}") for number in range(AT_ONCE)]
    rig.waits("amina")
    got = at_once([lambda helper=helper: taken(rig, helper, "amina") for helper in helpers])  # type: ignore[misc]
    assert got.count(True) == 1
    assert len(rig.rows(attempts)) == 1
    assert rig.busy() == {helpers[got.index(True)]: rig.row("amina").attempt}


def test_one_helper_is_wanted_by_sixteen_at_once(rig: Rig) -> None:
    """Sixteen workers look for somebody for sixteen callers, and only Joseph is free: he gets one call."""
    rig.helper("joseph")
    for number in range(AT_ONCE):
        rig.waits(f"caller-{number:02}")
    offered = at_once([lambda: rig.dispatcher.dispatch(NOW)] * AT_ONCE)
    assert sum(offered) == 1  # type: ignore[arg-type]
    assert [row.state for row in rig.rows(callbacks)].count("offered") == 1
    assert list(rig.busy()) == ["joseph"]


def test_sixteen_workers_serve_sixteen_callers_with_sixteen_helpers(rig: Rig) -> None:
    """Each caller has one helper and each helper one caller, however many workers were at it."""
    helpers = {rig.helper(f"helper{number}") for number in range(AT_ONCE)}
    for number in range(AT_ONCE):
        rig.waits(f"caller-{number:02}", ASKED + number)
    at_once([lambda: rig.dispatcher.dispatch(NOW)] * AT_ONCE)
    rig.dispatcher.dispatch(NOW)
    rows = rig.rows(callbacks)
    assert {row.state for row in rows} == {"offered"}
    assert {row.helper for row in rows} == helpers
    assert len(rig.rows(attempts)) == AT_ONCE


def test_pages_and_workers_do_not_wait_for_each_other(rig: Rig) -> None:
    """Helpers press "take" while workers offer them the same callers: nobody gets an error, and nobody two calls."""
    helpers = [rig.helper(f"helper{number}") for number in range(8)]
    for number in range(8):
        rig.waits(f"caller-{number:02}", ASKED + number)
    for _ in range(3):
        at_once(
            [lambda helper=helper, number=number: taken(rig, helper, f"caller-{number:02}")  # type: ignore[misc]
             for number, helper in enumerate(helpers)]
            + [lambda: rig.dispatcher.dispatch(NOW)] * 8
        )  # fmt: skip
    busy = rig.busy()
    assert len(set(busy.values())) == len(busy)
    assert {row.attempt: row.helper for row in rig.rows(callbacks) if row.attempt} == {
        attempt: helper for helper, attempt in busy.items()
    }


def test_two_keys_in_the_same_moment_ring_her_once(rig: Rig) -> None:
    """Joseph's key arrives sixteen times at once: her phone is rung once, and counted once."""
    rig.helper("joseph")
    rig.waits("amina")
    rig.dispatcher.dispatch(NOW)
    attempt = rig.row("amina").attempt

    def key() -> object:
        with rig.database.begin() as connection:
            change = rig.book.in_attempt(connection, attempt, machine.HelperAccepted(attempt), NOW)
        return change is not None and bool(change.deeds)

    assert at_once([key] * AT_ONCE).count(True) == 1
    assert rig.row("amina").tried == 1


def test_the_end_of_a_leg_told_by_many_at_once_ends_it_once(rig: Rig) -> None:
    """Both legs' endings come sixteen times in the same moment: one task, one talk, and Joseph is free."""
    rig.helper("joseph")
    rig.waits("amina")
    rig.dispatcher.dispatch(NOW)
    attempt = rig.row("amina").attempt
    with rig.database.begin() as connection:
        for what in (machine.HelperAccepted(attempt), machine.CallerAccepted(attempt)):
            rig.book.in_attempt(connection, attempt, what, NOW)

    def helper() -> object:
        with rig.database.begin() as connection:
            return rig.book.helper_leg_is_over(connection, attempt, NOW + 300)

    def caller() -> object:
        with rig.database.begin() as connection:
            return rig.book.in_attempt(connection, attempt, machine.CallerLegOver(attempt), NOW + 300)

    changes = at_once([helper, caller] * (AT_ONCE // 2))
    deeds = [deed for change in changes if change is not None for deed in change.deeds]  # type: ignore[attr-defined]
    assert deeds.count(machine.CloseCase()) == 1
    assert (rig.row("amina").ending, rig.busy()) == ("talked", {})


@pytest.mark.postgres
def test_a_worker_passes_over_what_another_is_just_taking(postgres_url: str) -> None:
    """While one worker holds the first who waits, another is given the second, and waits for nobody."""
    engine = open_database(postgres_url, threads=4)
    migrate(engine)
    rig = Rig(engine)
    rig.start_afresh()
    rig.waits("first", ASKED)
    rig.waits("second", ASKED + 1)
    offering = Offering(frozenset({"en"}), "", crisis_trained=False)
    with rig.database.begin() as one, rig.database.begin() as other:
        assert Glance().first_for(one, offering, NOW) == "first"
        assert Glance().first_for(other, offering, NOW) == "second"
    engine.dispose()
