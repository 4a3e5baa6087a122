"""Turns on a real PostgreSQL: values come back as they went in, and a connection that is lost costs no caller."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, bindparam, insert, make_url, select, text, update

from ivr.store import libpq
from ivr.store.engine import open_database, open_for_turns
from ivr.store.hot import Addition, ConnectionLost, DatabaseOutOfReach, HotDatabase, Insertion, Prepared
from ivr.store.libpq import PostgresConnection
from ivr.store.migrate import migrate
from ivr.store.tables import live_calls, metadata, notes, visits

pytestmark = pytest.mark.postgres

CALL: dict[str, Any] = {
    "provider": "twilio",
    "provider_call": "CA1",
    "call_id": "c1",
    "line_id": "l",
    "release_id": "r",
    "has_number": 1,
    "turn": 2_000_000_000,
    "session": "ኣሚና قالت «0» \\ ' \" \n\t😀",
    "reply": "<Response/>",
    "screen_seconds": 0.1 + 0.2,
    "started_at": 1_772_366_400.123456,
    "turn_at": 5e-324,
    "expires_at": 1.7976931348623157e308,
}


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    made = open_database(postgres_url)
    migrate(made)
    with made.begin() as connection:
        connection.execute(insert(live_calls).values(CALL))
    yield made
    made.dispose()


@pytest.fixture
def turns(engine: Engine, postgres_url: str) -> Iterator[HotDatabase]:
    made = HotDatabase(open_for_turns(postgres_url, 2))
    yield made
    made.forget_connections()


@pytest.fixture
def read(engine: Engine) -> Prepared:
    return Prepared(select(live_calls).where(live_calls.c.provider_call == bindparam("call")), engine.dialect)


def ask(turns: HotDatabase, read: Prepared, call: str = "CA1") -> Any:
    with turns.connection() as connection:
        return connection.read(read, {"call": call})


def guard(engine: Engine) -> Prepared:
    return Prepared(
        update(live_calls)
        .where(live_calls.c.provider_call == bindparam("call"))
        .values({name: bindparam(f"new_{name}") for name in CALL if name != "provider_call"}),
        engine.dialect,
    )


def visit(engine: Engine, **changes: Any) -> Addition:
    row = {
        "call_id": "c1",
        "seq": 1,
        "release_id": "r",
        "flow": "f",
        "node": "n",
        "language": None,
        "left_by": "key",
        "key": None,
        "seconds": -1,
        "completed": None,
        **changes,
    }
    return Addition(Insertion(visits, engine.dialect), row)


def test_what_goes_in_comes_out(engine: Engine, turns: HotDatabase, read: Prepared) -> None:
    """Letters of every script, numbers at their limits, yes, no and nothing are stored as they are, and read so."""
    assert ask(turns, read) == tuple(CALL[column.name] for column in live_calls.columns)
    changed = {**CALL, "session": "' OR 1=1 --", "turn": -5, "turn_at": -1e-9}
    values = {"call": "CA1", **{f"new_{name}": value for name, value in changed.items()}}
    rows = [visit(engine, completed=True), visit(engine, seq=2, completed=False), visit(engine, seq=3)]
    with turns.connection() as connection:
        assert connection.write(guard(engine), values, rows)
    assert ask(turns, read) == tuple(changed[column.name] for column in live_calls.columns)
    reading = Prepared(select(visits.c.completed).where(visits.c.seq == bindparam("seq")), engine.dialect)
    with turns.connection() as connection:
        found = [connection.read(reading, {"seq": seq}) for seq in (1, 2, 3, 4)]
    assert found == [(True,), (False,), (None,), None]


def test_every_column_of_every_table_can_be_read(engine: Engine, turns: HotDatabase) -> None:
    """No table has a column of a kind that a turn couldn't read."""
    for table in metadata.sorted_tables:
        with turns.connection() as connection:
            described = connection._libpq  # type: ignore[attr-defined]
            answer = described.exec_(str(select(table).limit(0)).replace(":param_1", "0").encode())
        kinds = {answer.ftype(place) for place in range(answer.nfields)}
        assert kinds <= set(libpq._READ), table.name


def test_no_text_is_cut_at_a_nul(turns: HotDatabase, read: Prepared) -> None:
    """Mallory sends the id of Amina's call with a NUL and more after it: that is no call, and not Amina's."""
    with pytest.raises(DatabaseOutOfReach):
        ask(turns, read, "CA1\0and more")
    assert ask(turns, read) is not None


def test_a_row_that_cannot_be_written_leaves_nothing(engine: Engine, turns: HotDatabase) -> None:
    """One row of a group is refused: none of it is kept, and the connection serves the next turn."""
    values = {"call": "CA1", **{f"new_{name}": value for name, value in {**CALL, "turn": 7}.items()}}
    with pytest.raises(DatabaseOutOfReach), turns.connection() as connection:
        connection.write(guard(engine), values, [visit(engine), visit(engine)])
    with engine.connect() as connection:
        assert connection.execute(select(live_calls.c.turn)).scalar_one() == CALL["turn"]
        assert connection.execute(select(visits)).first() is None


def test_a_long_text_is_sent_to_its_end(engine: Engine, turns: HotDatabase, read: Prepared) -> None:
    """More than a network takes at once arrives whole, and comes back whole."""
    long = {**CALL, "session": "ጤና " * 4_000_000}
    values = {"call": "CA1", **{f"new_{name}": value for name, value in long.items()}}
    with turns.connection() as connection:
        assert connection.write(guard(engine), values, [])
    assert ask(turns, read)[list(live_calls.columns.keys()).index("session")] == long["session"]


@pytest.mark.parametrize(
    "happening", ["DEALLOCATE ALL", "DISCARD ALL", "ALTER TABLE live_calls ALTER COLUMN turn TYPE bigint"]
)
def test_a_statement_that_the_server_knows_no_longer(
    turns: HotDatabase, read: Prepared, happening: str
) -> None:
    """The server has forgotten a statement, or its table has changed: a new connection does it, as after a restart."""
    ask(turns, read)
    with turns.connection() as connection:
        connection._libpq.exec_(happening.encode())  # type: ignore[attr-defined]
    with pytest.raises(ConnectionLost):
        ask(turns, read)
    assert ask(turns, read) is not None


def test_a_connection_that_the_server_has_ended(engine: Engine, turns: HotDatabase, read: Prepared) -> None:
    """Somebody ends all connections on the server: the first turn learns of it, the next has a new one."""
    ask(turns, read)
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        )
    with pytest.raises(ConnectionLost):
        ask(turns, read)
    assert ask(turns, read) is not None


def test_a_turn_cut_short_leaves_its_answer_to_nobody(
    turns: HotDatabase, read: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread is stopped between asking and hearing: the next turn doesn't get the answer to somebody else's."""
    ask(turns, read)
    with monkeypatch.context() as context:

        def stopped(_self: PostgresConnection) -> Any:
            raise SystemExit

        context.setattr(PostgresConnection, "_answer", stopped)
        with pytest.raises(SystemExit):
            ask(turns, read)
    assert ask(turns, read, "CA2") is None
    assert ask(turns, read)[1] == "CA1"


def test_prepared_statements_are_bounded(
    engine: Engine, turns: HotDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many kinds of turn there are, the server keeps few statements for us, and each turn is taken."""
    monkeypatch.setattr(libpq, "MOST_PREPARED", 3)
    note = Insertion(notes, engine.dialect)
    values = {"call": "CA1", **{f"new_{name}": value for name, value in CALL.items()}}
    held = guard(engine)
    for most in (*range(8), 7, 0):
        rows = [
            Addition(
                note, {"call_id": f"{time.monotonic_ns()}", "seq": seq, "name": "mood", "value": "better"}
            )
            for seq in range(most)
        ]
        with turns.connection() as connection:
            assert connection.write(held, values, rows)
    with turns.connection() as connection:
        known = connection._libpq.exec_(b"SELECT name FROM pg_prepared_statements")  # type: ignore[attr-defined]
    assert known.ntuples <= 4


def test_a_lock_is_waited_for_only_so_long(engine: Engine, turns: HotDatabase, read: Prepared) -> None:
    """Somebody holds the table: the turn gives up in time for the provider, and the next one is an ordinary one."""
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE live_calls"))
        began = time.monotonic()
        with pytest.raises(DatabaseOutOfReach):
            ask(turns, read)
        assert time.monotonic() - began < 5
    assert ask(turns, read) is not None


def test_threads_share_no_connection(turns: HotDatabase, read: Prepared) -> None:
    """Many turns at once: each hears the answer to its own question."""
    wrong: list[Any] = []

    def many() -> None:
        for number in range(200):
            call = "CA1" if number % 2 else "CA2"
            found = ask(turns, read, call)
            if (found is not None) != (call == "CA1"):
                wrong.append(found)

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_driver_is_the_one_with_libpq_in_it(postgres_url: str) -> None:
    """psycopg is installed with its compiled part: without it a turn would cost many times as much."""
    assert psycopg.pq.__impl__ == "binary"
    assert make_url(postgres_url).drivername == "postgresql+psycopg"
