"""A turn's group of writes, on each kind of database: the guard alone says whether it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, func, insert, literal_column, select, update

from ivr.store.callback_tables import flash_counts
from ivr.store.engine import open_for_turns
from ivr.store.hot import Addition, HotDatabase, Insertion, Prepared
from ivr.store.tables import live_calls

CALL: dict[str, Any] = {
    "provider": "twilio", "provider_call": "CA1", "call_id": "c1", "line_id": "l", "release_id": "r", "has_number": 1,
    "turn": 1, "session": "{}", "reply": "<Response/>", "screen_seconds": 1.0, "started_at": 1.0, "turn_at": 1.0,
    "expires_at": 1.0,
}  # fmt: skip


@pytest.fixture
def turns(database: Engine) -> Iterator[HotDatabase]:
    """Amina's call waits for turn 1, and one count is there already."""
    with database.begin() as connection:
        connection.execute(insert(live_calls).values(CALL))
        connection.execute(insert(flash_counts).values(subject="there", day="d", count=1))
    made = HotDatabase(open_for_turns(database.url.render_as_string(hide_password=False), 2))
    yield made
    made.forget_connections()


def write(database: Engine, turns: HotDatabase, of_turn: int, *subjects: str) -> bool:
    """Moves the call on from a turn, with rows that are only changed where they count less than one."""
    at_that = update(live_calls).where(live_calls.c.turn == bindparam("of"))
    next_turn = at_that.values(turn=bindparam("next"))
    fewer = flash_counts.c.count < literal_column("1")
    counted = Insertion(flash_counts, database.dialect, changes=("count",), provided=fewer)
    rows = [Addition(counted, {"subject": subject, "day": "d", "count": 7}) for subject in subjects]
    with turns.connection() as connection:
        return connection.write(
            Prepared(next_turn, database.dialect), {"of": of_turn, "next": of_turn + 1}, rows
        )


@pytest.mark.parametrize("subjects", [(), ("new",), ("there",), ("new", "there"), ("there", "new")])
def test_the_guard_says_whether_it_was_written(
    database: Engine, turns: HotDatabase, subjects: tuple[str, ...]
) -> None:
    """Whether the rows after it are new, or there already so that nothing is added: the turn was taken if its call was
    at it, and wasn't if another webhook was faster."""
    assert not write(database, turns, 2, *subjects)
    with database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(flash_counts)).scalar_one() == 1
    assert write(database, turns, 1, *subjects)
    with database.connect() as connection:
        found = connection.execute(select(flash_counts.c.subject, flash_counts.c["count"])).all()
        assert connection.execute(select(live_calls.c.turn)).scalar_one() == 2
    assert {row[0]: row[1] for row in found} == {"there": 1} | dict.fromkeys(set(subjects) - {"there"}, 7)
