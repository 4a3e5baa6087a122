"""Mallory has the whole database, its files and everything else that stays, and tries to find out whose outcome is
whose. For each callback of a crowd that asked in the same hours, every outcome has to be as likely as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Float, insert, inspect, select, text, update

from ivr.audit.tables import audit_rows
from ivr.outcomes.mixing import mix_outcomes
from ivr.outcomes.tables import outcomes
from ivr.people.tables import notices
from ivr.schema import ALL_METADATA
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import open_database, reading, wipe_deleted
from ivr.store.ids import new_id
from ivr.store.migrate import migrate
from ivr.store.tables import calls, visits
from ivr.vault.key_engine import wipe_destroyed
from ivr.vault.number import PhoneNumber
from tests.conftest import missing
from tests.outcomes.house import DANIEL, House
from tests.outcomes.talks import LEILA, attempt_row
from tests.postgres import PostgresServer, find_programs, new_database_on
from tests.vault.rig import LINE, Rig

CROWD = 30
TABLES = [table for metadata in ALL_METADATA for table in metadata.tables.values()]
HOUR = 3600.0


@dataclass
class Crowd:
    """Thirty callers who asked in the same hours, what was known of each meanwhile, and where the files are."""

    house: House
    files: list[Path] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The ids of the callbacks, in the order of asking and of closing."""
    secrets: set[str] = field(default_factory=set)
    """Every id that was needed meanwhile: of callbacks, numbers, attempts and legs."""


def let_them_talk(crowd: Crowd) -> None:
    """Each has a call with its visits, is called back by Leila, and has an outcome; every tenth is in danger."""
    house = crowd.house
    for place in range(CROWD):
        number = PhoneNumber(f"+120255501{place:02d}")
        house.now += 300
        call_id = f"{place:032x}"
        _note_call(house, call_id, place)
        callback_id = house.talked() if place == 0 else _talk(house, number)
        crowd.asked.append(callback_id)
        with house.rig.database.connect() as connection:
            of_this = attempts.c.callback_id == callback_id
            rows = connection.execute(select(attempts.c.id, attempts.c.helper_leg).where(of_this)).all()
        crowd.secrets |= {callback_id, *(row.id for row in rows), *(row.helper_leg for row in rows)}
        if place % 3:
            house.parts.sweep(house.now + 2 * HOUR)
        house.fill_in(callback_id, risk="high" if place % 10 == 0 else "none")
        assert house.parts.close(callback_id, house.now)


def _talk(house: House, number: PhoneNumber) -> str:
    number_id = house.rig.keep(number)
    closed = {
        "state": "closed",
        "ending": "talked",
        "helper": LEILA,
        "tried": 1,
        "attempt": "ab" * 16,
        "asked_at": house.now - 1000,
        "first_rang_at": house.now - 500,
    }
    with house.rig.database.begin() as connection:
        connection.execute(update(callbacks).where(callbacks.c.id == number_id).values(closed))
        connection.execute(insert(attempts).values(attempt_row(number_id, helper_leg=f"CA{new_id()}")))
        house.parts.tasks.open_task(connection, number_id, LEILA, 400, house.now)
    return number_id


def _note_call(house: House, call_id: str, place: int) -> None:
    """What is kept of the call in which somebody asked."""
    row = {
        "id": call_id, "line_id": LINE, "release_id": "e" * 32, "date": "2026-03-01", "band": "12-16",
        "language": "sw", "ended": "goodbye", "duration": "1-3", "turns": 6, "test": False,
    }  # fmt: skip
    visit = {
        "call_id": call_id, "seq": 1, "release_id": "e" * 32, "flow": "first_line", "node": "ask_callback",
        "language": "sw", "left_by": "key", "key": "1", "seconds": 20 + place, "completed": None,
    }  # fmt: skip
    with house.rig.database.begin() as connection:
        connection.execute(insert(calls).values(row))
        connection.execute(insert(visits).values(visit))


def see_through_the_cases(house: House) -> None:
    """Daniel closes every case of a life in danger."""
    with house.rig.database.connect() as connection:
        found = house.parts.cases.open_cases(connection)
    for case in found:
        house.now += 60
        house.parts.cases.close(case.id, "contact_confirmed", DANIEL, house.now)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """The crowd on each kind of database, whose files can be read, after everything was closed and tended."""
    folder = tmp_path_factory.mktemp("crowd")
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{folder / 'warmline.db'}")
        migrate(database)
        rig = Rig(database, f"sqlite:///{folder / 'keys' / 'keys.db'}", folder)
        yield _crowd_of(rig, [folder])
        database.dispose()
        return
    programs = find_programs()
    if programs is None:
        missing("PostgreSQL isn't installed on this machine (Debian: apt-get install postgresql)")
        return
    with (
        PostgresServer(programs) as server,
        new_database_on(server.url) as data,
        new_database_on(server.url) as keys,
    ):
        database = open_database(data)
        migrate(database)
        rig = Rig(database, keys, folder)
        yield _crowd_of(rig, [])
        rig.vault.key_store.engine.dispose()
        database.dispose()


def _crowd_of(rig: Rig, files: list[Path]) -> Crowd:
    made = Crowd(House(rig))
    let_them_talk(made)
    see_through_the_cases(made.house)
    mix_outcomes(rig.database)
    wipe_deleted(rig.database)
    wipe_destroyed(rig.vault.key_store.engine)
    made.files = [path for folder in files for path in folder.rglob("*")]
    return made


def rows_of(crowd: Crowd, table: Any) -> list[dict[str, Any]]:
    """A table as it lies: in no order that was asked for."""
    with reading(crowd.house.rig.database) as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_everybody_has_one_outcome_and_nothing_else_is_left(crowd: Crowd) -> None:
    """Thirty outcomes, and no callback, attempt, task, number, hold, case, page or notice of any of them."""
    assert len(rows_of(crowd, outcomes)) == CROWD
    kept = {table.name for table in TABLES if rows_of(crowd, table)}
    assert kept == {"outcomes", "calls", "visits", "audit_rows", "audit_chain_head", "people", "person_roles"}


def test_no_id_of_an_outcome_is_anywhere_else(crowd: Crowd) -> None:
    """The ids of outcomes are in no other table, and no value of an outcome but a code, a day or a count is either."""
    ids = {row["id"] for row in rows_of(crowd, outcomes)}
    for table in TABLES:
        if table is not outcomes:
            values = {str(value) for row in rows_of(crowd, table) for value in row.values()}
            assert not ids & values, table.name
    with crowd.house.rig.vault.key_store.reading() as keys:
        assert not keys.existing(ids)


def test_no_column_can_hold_a_moment_or_a_reference(crowd: Crowd) -> None:
    """The log has no column for an exact time, no foreign key, and but two ids: its own, and the line's."""
    columns = list(outcomes.columns)
    assert not any(isinstance(column.type, Float) for column in columns)
    assert not any(column.foreign_keys for column in columns)
    assert [
        column.name for column in columns if getattr(column.type, "length", 0) == 32 and "id" in column.name
    ] == [
        "id",
        "line_id",
    ]
    with crowd.house.rig.database.connect() as connection:
        assert inspect(connection).get_foreign_keys("outcomes") == []


def test_what_is_shared_with_the_calls_tells_nobody_apart(crowd: Crowd) -> None:
    """Mallory joins outcomes with calls by every column that both have: each outcome fits every call of the crowd."""
    shared = {"line_id", "date", "band", "language", "test"}
    found = rows_of(crowd, calls)
    for outcome in rows_of(crowd, outcomes):
        fitting = [call for call in found if all(call[name] == outcome[name] for name in shared)]
        assert len(fitting) == CROWD
    names = {column.name for column in outcomes.columns} & {column.name for column in calls.columns}
    assert names - shared == {"id", "duration"}, (
        "the length of the call and that of the talk are different things"
    )


def test_the_order_in_the_file_says_nothing(crowd: Crowd) -> None:
    """Read as they lie, outcomes come in the order of random ids, not in that of the closing: nobody in the audit log
    or on a telephone company's list has the same place."""
    ids = [row["id"] for row in rows_of(crowd, outcomes)]
    assert ids == sorted(ids)
    with crowd.house.rig.database.connect() as connection:
        if connection.dialect.name == "postgresql":
            wrote = connection.execute(text("SELECT count(DISTINCT xmin::text) FROM outcomes")).scalar_one()
            assert wrote == 1, "the number of the transaction tells the order of writing"
        else:
            made = text("SELECT sql FROM sqlite_master WHERE name = 'outcomes'")
            assert "WITHOUT ROWID" in connection.execute(made).scalar_one()


def test_what_was_needed_meanwhile_is_nowhere(crowd: Crowd) -> None:
    """No id of a callback, a number, an attempt or a leg is left: on SQLite in no file, neither the database's nor its
    journal nor the key store's; on PostgreSQL in no row."""
    everything = [str(row).encode() for table in TABLES for row in rows_of(crowd, table)]
    everything += [path.read_bytes() for path in crowd.files if path.is_file()]
    content = b"".join(everything)
    assert all(row["id"].encode() in content for row in rows_of(crowd, outcomes))
    assert len(crowd.secrets) > 2 * CROWD
    for secret in crowd.secrets:
        assert secret.encode() not in content


def test_the_audit_log_and_notices_name_no_callback(crowd: Crowd) -> None:
    """The audit log says who looked after a life in danger, and not which; reminders are gone with their callback."""
    rows = rows_of(crowd, audit_rows)
    assert {row["deed"] for row in rows} == {"risk_case_closed"}
    assert {row["about"] for row in rows} == {""}
    assert {row["details"] for row in rows} == {'{"how": "contact_confirmed"}'}
    assert rows_of(crowd, notices) == []


def test_the_time_of_a_row_in_the_audit_log_tells_no_two_cases_apart(crowd: Crowd) -> None:
    """Mallory joins the log's rows about lives in danger with the outcomes of high risk, by date, time and band: the
    cases that were closed in the same four hours have the same time, and each fits all of those outcomes."""
    rows = rows_of(crowd, audit_rows)
    at_risk = [row for row in rows_of(crowd, outcomes) if row["risk"] == "high"]
    assert len(rows) == len(at_risk) == CROWD // 10
    assert {row["at"] % (4 * HOUR) for row in rows} == {0.0}
    assert len({row["at"] for row in rows}) == 1
    assert len({(row["date"], row["band"]) for row in at_risk}) == 1
