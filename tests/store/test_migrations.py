"""The migrations make exactly the tables that the code believes in."""

from __future__ import annotations

import subprocess
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from flows.fields import MOST_ID
from ivr.schema import ALL_METADATA
from ivr.store.engine import open_database
from ivr.store.migrate import is_up_to_date, migrate
from tests.hotline import settings_for
from tests.serving import PROGRAM, environment_of


def test_the_tables_are_as_the_code_describes_them(database: Engine) -> None:
    """After all migrations nothing is missing, left over or of another kind."""
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, ALL_METADATA)
    assert differences == []


def test_the_longest_names_of_a_flow_and_its_node_fit_where_a_wish_is_kept() -> None:
    """A caller's wish is never lost because the editors of a flow like long names."""
    columns = [table.c.path for one in ALL_METADATA for table in one.tables.values() if "path" in table.c]
    assert len(columns) == 3
    assert all(column.type.length >= 2 * MOST_ID + len("/") for column in columns)


def test_migrating_again_changes_nothing(database: Engine) -> None:
    """An operator who isn't sure can run the migrations once more."""
    assert is_up_to_date(database)
    migrate(database)
    assert is_up_to_date(database)


def test_two_processes_may_migrate_at_once(database_url: str, tmp_path: Path) -> None:
    """Two machines that start together both find the tables made, once."""
    (tmp_path / "data").mkdir()
    environment = environment_of(settings_for(tmp_path / "data", database_url))
    both = [subprocess.Popen([PROGRAM, "migrate"], env=environment) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    engine = open_database(database_url)
    assert is_up_to_date(engine)
    engine.dispose()


def test_no_column_could_hold_a_callers_number(database: Engine) -> None:
    """Of all columns whose name speaks of a number, none is a caller's."""
    known = {"lines.number", "lines.emergency_number", "live_calls.has_number"}
    known |= {"callbacks.number_id", "people.number_id", "people.phone_code"}
    known |= {"attempts.caller_leg", "flashes.number_id", "risk_cases.number_id", "crisis_calls.number_id"}
    of_the_simulator = {"simulated_calls.from_number", "simulated_calls.to_number"}
    inspector = inspect(database)
    found = {
        f"{table}.{column['name']}"
        for table in inspector.get_table_names()
        for column in inspector.get_columns(table)
        if any(word in column["name"] for word in ("number", "phone", "from", "caller"))
    }
    assert found == known | of_the_simulator


def test_what_stays_lies_in_no_order_of_time(sqlite_url: str) -> None:
    """On SQLite the rows that stay have no hidden row number that would tell which call came first."""
    engine = open_database(sqlite_url)
    migrate(engine)
    with engine.connect() as connection:
        for table in ("calls", "visits", "notes", "callbacks", "ended_calls", "outcomes", "attempts"):
            sql = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}
            ).scalar()
            assert "WITHOUT ROWID" in str(sql), table
    engine.dispose()
