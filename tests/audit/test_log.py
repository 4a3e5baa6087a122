"""The audit log: rows that can't be changed unnoticed, and that two writers at once don't break."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog, ChainHeadMissing, Head, entries, head_of, holds
from ivr.audit.tables import metadata
from ivr.store.engine import reading

LOG = AuditLog(b"s" * 40)
NOW = 1_772_366_400.25
WRITERS, ROWS = 6, 12


def write(database: Engine, rows: int = 5) -> list[Head]:
    """Some rows; returns the head after each."""
    heads = []
    for number in range(rows):
        with database.begin() as connection:
            deed = list(Deed)[number % len(Deed)]
            heads.append(
                LOG.append(
                    connection, at=NOW + number, who="d" * 32, deed=deed, details={"reason": f"no. {number}"}
                )
            )
    return heads


def broken_at(database: Engine, *noted: Head) -> int | None:
    """The first row that isn't as it was written."""
    with reading(database) as connection:
        return LOG.verify(connection, noted).broken_at


def touch(database: Engine, *statements: str) -> None:
    """What somebody does who may do everything in the database, and begins by taking the triggers away."""
    if database.dialect.name == "postgresql":
        first = ["ALTER TABLE audit_rows DISABLE TRIGGER ALL"]
    else:
        first = [f"DROP TRIGGER IF EXISTS audit_rows_no_{deed}" for deed in ("UPDATE", "DELETE", "replace")]
    with database.begin() as connection:
        for statement in (*first, *statements):
            connection.execute(text(statement))


def test_a_log_that_nobody_touched_is_whole(database: Engine) -> None:
    """Rows are there in their order, and the end of the log can be noted and is found again."""
    assert broken_at(database) is None
    heads = write(database)
    assert broken_at(database) is None
    assert broken_at(database, *heads, Head(0, "")) is None
    with reading(database) as connection:
        found = entries(connection, 3)
        assert [entry.seq for entry in found] == [5, 4, 3]
        assert [entry.seq for entry in entries(connection, 3, before=3)] == [2, 1]
        assert found[0].details == {"reason": "no. 4"}
        assert head_of(connection) == heads[-1]
        assert all(holds(connection, head) for head in heads)


def test_many_writers_at_once_make_one_chain(database: Engine) -> None:
    """However many people do things in the same moment, each deed has its row, and the log is whole at every moment."""

    def writer(number: int) -> int | None:
        for row in range(ROWS):
            with database.begin() as connection:
                LOG.append(
                    connection, at=NOW, who=f"{number}", deed=Deed.SIGNED_IN, details={"row": str(row)}
                )
            seen = broken_at(database)
            if seen is not None:
                return seen
        return None

    with ThreadPoolExecutor(WRITERS) as pool:
        assert set(pool.map(writer, range(WRITERS))) == {None}
    with reading(database) as connection:
        found = entries(connection, 1000)
    assert len(found) == WRITERS * ROWS
    assert broken_at(database) is None
    for number in range(WRITERS):
        of_one = [entry.details["row"] for entry in found[::-1] if entry.who == str(number)]
        assert of_one == [str(row) for row in range(ROWS)]


def test_a_deed_that_fails_leaves_no_row(database: Engine) -> None:
    """The row and the deed happen together or not at all."""
    write(database, 2)
    with pytest.raises(RuntimeError), database.begin() as connection:
        LOG.append(connection, at=NOW, who="d", deed=Deed.PERSON_CLOSED)
        raise RuntimeError
    with reading(database) as connection:
        assert head_of(connection).seq == 2
    assert broken_at(database) is None


CHANGES = {
    "another time": ("UPDATE audit_rows SET at = at + 1 WHERE seq = 3", 3),
    "another person": ("UPDATE audit_rows SET who = 'mallory' WHERE seq = 3", 3),
    "another deed": ("UPDATE audit_rows SET deed = 'signed_out' WHERE seq = 3", 3),
    "about another": ("UPDATE audit_rows SET about = 'x' WHERE seq = 3", 3),
    "another reason": ("UPDATE audit_rows SET details = '{}' WHERE seq = 3", 3),
    "a blank in the reason": ("UPDATE audit_rows SET details = details || ' ' WHERE seq = 3", 3),
    "another hash": ("UPDATE audit_rows SET chained = 'x' WHERE seq = 3", 3),
    "the first row removed": ("DELETE FROM audit_rows WHERE seq = 1", 1),
    "a row removed": ("DELETE FROM audit_rows WHERE seq = 3", 3),
    "the last row removed": ("DELETE FROM audit_rows WHERE seq = 5", 5),
    "all rows removed": ("DELETE FROM audit_rows", 1),
    "a row moved": ("UPDATE audit_rows SET seq = 30 WHERE seq = 3", 3),
    "a row added at the end": (
        "INSERT INTO audit_rows SELECT 6, at, who, deed, about, details, chained FROM audit_rows WHERE seq = 5", 6,
    ),
    "a row added before the beginning": (
        "INSERT INTO audit_rows SELECT 0, at, who, deed, about, details, chained FROM audit_rows WHERE seq = 5", 1,
    ),
    "the head set back": ("UPDATE audit_chain_head SET seq = 4", 5),
    "the head set forward": ("UPDATE audit_chain_head SET seq = 6", 6),
    "another head": ("UPDATE audit_chain_head SET chained = 'x'", 6),
    "no head": ("DELETE FROM audit_chain_head", 1),
}  # fmt: skip


@pytest.mark.parametrize("what", list(CHANGES))
def test_whatever_is_touched_is_noticed(database: Engine, what: str) -> None:
    """Somebody who can write to the database changes, removes or adds something: the look through names the row."""
    statement, row = CHANGES[what]
    write(database)
    touch(database, statement)
    assert broken_at(database) == row


def test_swapped_rows_are_noticed(database: Engine) -> None:
    """Two rows that change places are noticed, although each is as it was written."""
    write(database)
    touch(
        database,
        "UPDATE audit_rows SET seq = 20 WHERE seq = 2",
        "UPDATE audit_rows SET seq = 2 WHERE seq = 4",
        "UPDATE audit_rows SET seq = 4 WHERE seq = 20",
    )
    assert broken_at(database) == 2


def test_newest_rows_taken_away_with_the_head_are_noticed_by_whoever_noted_it(database: Engine) -> None:
    """Mallory takes away the row that tells on her and sets the head back: the log looks whole, but not to whoever has
    noted where it ended, nor after others have written on."""
    heads = write(database)
    touch(
        database,
        "DELETE FROM audit_rows WHERE seq = 5",
        f"UPDATE audit_chain_head SET seq = 4, chained = '{heads[3].chained}'",
    )
    assert broken_at(database) is None
    assert broken_at(database, heads[3]) is None
    assert broken_at(database, heads[4]) == 5
    with database.begin() as connection:
        assert not holds(connection, heads[4])
        LOG.append(connection, at=NOW, who="d", deed=Deed.SIGNED_OUT)
        LOG.append(connection, at=NOW, who="d", deed=Deed.SIGNED_OUT)
        assert not holds(connection, heads[4])
    assert broken_at(database) is None
    assert broken_at(database, heads[4]) == 5


def test_without_the_key_nobody_can_write_a_row(database: Engine) -> None:
    """Rows that were chained with another key are noticed from the first of them on."""
    write(database, 2)
    with database.begin() as connection:
        AuditLog(b"t" * 40).append(connection, at=NOW, who="m", deed=Deed.NUMBER_REVEALED)
    assert broken_at(database) == 3


def test_without_a_head_nothing_can_be_done_unseen(database: Engine) -> None:
    """Where the head is gone, no deed that leaves a row happens any more."""
    write(database, 2)
    touch(database, "DELETE FROM audit_chain_head")
    with pytest.raises(ChainHeadMissing), database.begin() as connection:
        LOG.append(connection, at=NOW, who="d", deed=Deed.NUMBER_REVEALED)


REFUSED = [
    "UPDATE audit_rows SET who = 'x' WHERE seq = 1",
    "UPDATE audit_rows SET seq = 9 WHERE seq = 1",
    "DELETE FROM audit_rows WHERE seq = 2",
    "DELETE FROM audit_rows",
]
ON_ONE = {
    "sqlite": [
        "INSERT OR REPLACE INTO audit_rows VALUES (1, 0, 'x', 'x', '', '{}', 'x')",
        "REPLACE INTO audit_rows SELECT 2, at, who, deed, about, details, chained FROM audit_rows WHERE seq = 1",
        "INSERT INTO audit_rows VALUES (1, 0, '', '', '', '', '') ON CONFLICT (seq) DO UPDATE SET who = 'x'",
    ],
    "postgresql": [
        "TRUNCATE audit_rows",
        "INSERT INTO audit_rows VALUES (1, 0, '', '', '', '', '') ON CONFLICT (seq) DO UPDATE SET who = 'x'",
    ],
}


def test_the_database_itself_refuses_to_change_a_row(database: Engine) -> None:
    """A mistake in the program, or somebody with the program's rights, can't change or delete a row."""
    write(database)
    for statement in REFUSED + ON_ONE[database.dialect.name]:
        with pytest.raises(DBAPIError, match="append-only"), database.begin() as connection:
            connection.execute(text(statement))
    assert broken_at(database) is None


def test_what_nobody_could_have_written_is_noticed(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes in the place of text, or no text at all, are named as the row that was touched, and can still be shown."""
    from ivr.store.engine import open_database
    from ivr.store.migrate import migrate

    for value in ("x'ff00'", "CAST(x'ff' AS TEXT)", "''", "'[1]'", "'{'"):
        database = open_database(f"sqlite:///{tmp_path_factory.mktemp('touched') / 'warmline.db'}")
        migrate(database)
        write(database)
        touch(database, f"UPDATE audit_rows SET details = {value} WHERE seq = 2")
        assert broken_at(database) in (1, 2), value
        if "ff" not in value:
            with reading(database) as connection:
                assert len(entries(connection, 10)) == 5
        database.dispose()


ANY_TEXT = st.text(max_size=60)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 4e9), ANY_TEXT, st.dictionaries(st.sampled_from(["reason", "until"]), ANY_TEXT)
        ),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_people_type_the_log_stays_whole(rows: list[tuple[float, str, dict[str, str]]]) -> None:
    """Emojis, control characters, halves of characters, whole numbers as times: what is read is what was chained."""
    database = create_engine("sqlite://")
    metadata.create_all(database)
    with closing(database.raw_connection()) as raw:
        raw.execute("INSERT INTO audit_chain_head VALUES (1, 0, '')")
        raw.commit()
    for at, about, details in rows:
        with database.begin() as connection:
            told = about.encode("utf-8", "replace").decode()[:64]
            LOG.append(connection, at=int(at), who="d", deed=Deed.NUMBER_HELD, about=told, details=details)
            LOG.append(connection, at=at, who="d", deed=Deed.NUMBER_HELD, details=details)
    with database.connect() as connection:
        assert LOG.verify(connection).broken_at is None
        assert all(isinstance(json.dumps(dict(entry.details)), str) for entry in entries(connection, 100))
    database.dispose()


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_single_change_is_noticed(data: st.DataObject) -> None:
    """Whichever single thing is changed in whichever row, the log isn't whole any more."""
    database = create_engine("sqlite://")
    metadata.create_all(database)
    with closing(database.raw_connection()) as raw:
        raw.execute("INSERT INTO audit_chain_head VALUES (1, 0, '')")
        raw.commit()
    write(database, 6)
    column = data.draw(st.sampled_from(["seq", "at", "who", "deed", "about", "details", "chained"]))
    row = data.draw(st.integers(1, 6))
    value = data.draw(st.one_of(st.integers(-9, 99), st.text(max_size=5), st.none(), st.binary(max_size=4)))
    with closing(database.raw_connection()) as raw:
        raw.execute("PRAGMA ignore_check_constraints=ON")
        before = raw.execute(f"SELECT {column} FROM audit_rows WHERE seq = ?", (row,)).fetchone()[0]
        try:
            raw.execute(f"UPDATE audit_rows SET {column} = ? WHERE seq = ?", (value, row))
        except (sqlite3.Error, UnicodeError):
            return
        after = [found[0] for found in raw.execute(f"SELECT {column} FROM audit_rows")]
        raw.commit()
    with database.connect() as connection:
        broken = LOG.verify(connection).broken_at
    assert (broken is None) == (before in after and type(value) is type(before) and value == before)
    database.dispose()


def test_people_and_deeds_can_be_looked_for(database: Engine) -> None:
    """An admin may look at what one person did, or at who did one thing."""
    write(database, 4)
    with database.begin() as connection:
        LOG.append(connection, at=NOW, who="sara", deed=Deed.NUMBER_REVEALED)
    with reading(database) as connection:
        assert [entry.seq for entry in entries(connection, 9, who="sara")] == [5]
        assert [entry.seq for entry in entries(connection, 9, deed=Deed.INVITATION_USED.value)] == [2]
        assert entries(connection, 9, before=5, who="sara") == []
