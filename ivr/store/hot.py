"""Reading and writing on the path of every webhook: one read, then one group of writes, whole or not at all.

The group has a guard (an UPDATE, INSERT or DELETE of one row); if the guard finds nothing to do, because another
webhook was faster, none of the rest is written. SQLAlchemy's pool keeps the connections and its Core writes the
statements once, when the process starts; between the two a turn talks to the driver directly, because executing
through Core would cost more than the database does. On PostgreSQL the whole group is a single statement, so a turn is
two round trips.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, Select, Table, bindparam, cast, insert, literal_column, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import ClauseElement

from ivr.store.engine import BUSY_MILLISECONDS

Values = Mapping[str, Any]


class DatabaseOutOfReach(Exception):
    """The database doesn't answer, or not as it should. Retryable; nothing was kept."""


class ConnectionLost(DatabaseOutOfReach):
    """A connection had died, maybe long ago, as when the database has been restarted. A new one may well do.

    Whether anything was kept isn't known: the work has to begin with looking.
    """


class Prepared:
    """One statement for one database, compiled when the process starts."""

    __slots__ = ("names", "text")

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self.names: list[str] | None = getattr(compiled, "positiontup", None)


class Insertion:
    """How a row is added to a table: alone, or as part of one statement, if the row of the guard was `taken`."""

    __slots__ = ("_dialect", "_table", "_texts", "columns", "plain")

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self.plain = Prepared(insert(table), dialect)
        self.columns = [column.name for column in table.columns]
        self._table = table
        self._dialect = dialect
        self._texts: dict[int, str] = {}

    def as_part(self, place: int) -> str:
        """The text for one place in a group; each value is cast, since a bare one in a SELECT has no type."""
        if place not in self._texts:
            values = [cast(bindparam(f"w{place}_{c.name}"), c.type) for c in self._table.columns]
            rows: Select[Any] = select(*values).select_from(text("taken"))
            added = insert(self._table).from_select(self.columns, rows)
            statement: ClauseElement = added.returning(literal_column("1"))
            self._texts[place] = str(statement.compile(dialect=self._dialect))
        return self._texts[place]


class Addition(NamedTuple):
    """One row to be added with a group of writes."""

    to: Insertion
    values: Values


class HotConnection:
    """One turn's connection."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def read(self, statement: Prepared, values: Values) -> Any:
        """One row as a plain tuple in the order of the columns, or None. Waits for no writer."""
        return _execute(self._driver, statement, values).fetchone()

    def write(self, guard: Prepared, values: Values, additions: Sequence[Addition]) -> bool:
        """The group of writes; False, and nothing written, when the guard found no row."""
        raise NotImplementedError


class _SqliteConnection(HotConnection):
    def __init__(self, driver: Any, writing: threading.Lock) -> None:
        super().__init__(driver)
        self._writing = writing

    def write(self, guard: Prepared, values: Values, additions: Sequence[Addition]) -> bool:
        # SQLite has one writer at a time, and whoever finds it busy sleeps; here the next thread goes on at once.
        # Where somebody else holds the database, each would wait its full time in turn, the last one for ever.
        if not self._writing.acquire(timeout=BUSY_MILLISECONDS / 1000):
            raise DatabaseOutOfReach("busy")
        try:
            return self._write(guard, values, additions)
        finally:
            self._writing.release()

    def _write(self, guard: Prepared, values: Values, additions: Sequence[Addition]) -> bool:
        driver = self._driver
        driver.execute("BEGIN IMMEDIATE")
        try:
            taken: bool = _execute(driver, guard, values).rowcount == 1
            if taken:
                for insertion, row in additions:
                    _execute(driver, insertion.plain, row)
            driver.execute("COMMIT")
        except BaseException:
            driver.rollback()
            raise
        return taken


class _PostgresConnection(HotConnection):
    def write(self, guard: Prepared, values: Values, additions: Sequence[Addition]) -> bool:
        parts = [f"taken AS ({guard.text} RETURNING 1)"]
        together = dict(values)
        for place, (insertion, row) in enumerate(additions):
            parts.append(f"w{place} AS ({insertion.as_part(place)})")
            together.update({f"w{place}_{name}": row[name] for name in insertion.columns})
        # The pieces are our own compiled statements; every value is bound.
        statement = f"WITH {', '.join(parts)} SELECT count(*) FROM taken"  # noqa: S608
        return bool(self._driver.execute(statement, together).fetchone()[0])


class HotDatabase:
    """Where turns get their connections: an engine of `open_for_turns`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._writing = threading.Lock()
        driver = engine.dialect.dbapi
        assert driver is not None  # noqa: S101 - every engine has a driver
        self._error: type[Exception] = driver.Error

    @contextmanager
    def connection(self) -> Iterator[HotConnection]:
        """A connection for one turn. Raises DatabaseOutOfReach for whatever the database complains of.

        After ConnectionLost the next connection is a new one.
        """
        try:
            pooled = self._engine.raw_connection()
        except (SQLAlchemyError, self._error) as error:
            raise DatabaseOutOfReach(type(error).__name__) from error
        driver: Any = pooled.dbapi_connection
        try:
            if self._sqlite:
                yield _SqliteConnection(driver, self._writing)
            else:
                yield _PostgresConnection(driver)
        except self._error as error:
            # A connection that has failed once may be dead: the next turn gets a new one.
            was_lost = bool(getattr(driver, "broken", False))
            pooled.invalidate(error)
            if was_lost:
                self._engine.dispose()
                raise ConnectionLost(type(error).__name__) from error
            raise DatabaseOutOfReach(type(error).__name__) from error
        finally:
            pooled.close()


def _execute(driver: Any, statement: Prepared, values: Values) -> Any:
    names = statement.names
    if names is None:
        return driver.execute(statement.text, values)
    return driver.execute(statement.text, [values[name] for name in names])
