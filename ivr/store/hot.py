"""Reading and writing on the path of every webhook: one read, then one group of writes, whole or not at all.

The group has a guard (an UPDATE, INSERT or DELETE of one row); if the guard finds nothing to do, because another
webhook was faster, none of the rest is written. SQLAlchemy's pool keeps the connections and its Core writes the
statements once, when the process starts; between the two a turn talks to the driver directly, because executing
through Core would cost more than the database does. On PostgreSQL the whole group is a single statement, so a turn is
two round trips.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, Select, Table, bindparam, cast, literal_column, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.expression import ClauseElement

from ivr.store.engine import BUSY_MILLISECONDS, file_identity

Values = Mapping[str, Any]
Upsert = Any
"""An INSERT of one of the two databases: SQLAlchemy has no common type for what both can do."""


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
    """How a row is added to a table: alone, or as part of one statement, if the row of the guard was `taken`.

    With `replaces`, a row with the same key is put in the place of the one before.
    """

    __slots__ = ("_dialect", "_replaces", "_table", "_texts", "columns", "plain")

    def __init__(self, table: Table, dialect: Dialect, replaces: bool = False) -> None:
        self._replaces = replaces
        self.columns = [column.name for column in table.columns]
        self.plain = Prepared(self._over(_insert_into(table, dialect)), dialect)
        self._table = table
        self._dialect = dialect
        self._texts: dict[int, str] = {}

    def as_part(self, place: int) -> str:
        """The text for one place in a group; each value is cast, since a bare one in a SELECT has no type."""
        if place not in self._texts:
            values = [cast(bindparam(f"w{place}_{c.name}"), c.type) for c in self._table.columns]
            rows: Select[Any] = select(*values).select_from(text("taken"))
            added = _insert_into(self._table, self._dialect).from_select(self.columns, rows)
            statement: ClauseElement = self._over(added).returning(literal_column("1"))
            self._texts[place] = str(statement.compile(dialect=self._dialect))
        return self._texts[place]

    def _over(self, statement: Upsert) -> Upsert:
        if not self._replaces:
            return statement
        keys = [column.name for column in statement.table.primary_key]
        changed = {name: statement.excluded[name] for name in self.columns if name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def _insert_into(table: Table, dialect: Dialect) -> Upsert:
    """An INSERT in the words of this database; both know the same further ones."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


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


class _Held(NamedTuple):
    """A connection that is kept between turns, with the file that it was opened on."""

    pooled: PoolProxiedConnection
    connection: HotConnection
    file: tuple[int, int] | None


class HotDatabase:
    """Where turns get their connections: an engine of `open_for_turns`.

    Connections that aren't in use are kept here, since giving one back to the pool and taking it again costs as much as
    a turn's read and one of its writes.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = engine.url.database if engine.dialect.name == "sqlite" else None
        self._writing = threading.Lock()
        self._idle: deque[_Held] = deque()
        driver = engine.dialect.dbapi
        assert driver is not None  # noqa: S101 - every engine has a driver
        self._error: type[Exception] = driver.Error

    @contextmanager
    def connection(self) -> Iterator[HotConnection]:
        """A connection for one turn. Raises DatabaseOutOfReach for whatever the database complains of.

        After ConnectionLost the next connection is a new one.
        """
        held = self._take()
        try:
            yield held.connection
        except self._error as error:
            # A connection that has failed once may be dead: the next turn gets a new one.
            was_lost = bool(getattr(held.pooled.dbapi_connection, "broken", False))
            _drop(held)
            if was_lost:
                self.forget_connections()
                raise ConnectionLost(type(error).__name__) from error
            raise DatabaseOutOfReach(type(error).__name__) from error
        except BaseException:
            self._idle.append(held)
            raise
        self._idle.append(held)

    def forget_connections(self) -> None:
        """Closes every connection that isn't in use."""
        while self._idle:
            with suppress(IndexError):
                _drop(self._idle.pop())

    def _take(self) -> _Held:
        file = file_identity(self._file) if self._file else None
        while self._idle:
            try:
                held = self._idle.pop()
            except IndexError:
                break
            if held.file == file:
                return held
            # The file was deleted or replaced: what is written to the old one is lost.
            _drop(held)
        return self._new()

    def _new(self) -> _Held:
        try:
            pooled = self._engine.raw_connection()
        except (SQLAlchemyError, self._error) as error:
            raise DatabaseOutOfReach(type(error).__name__) from error
        driver = pooled.dbapi_connection
        if self._file is None:
            return _Held(pooled, _PostgresConnection(driver), None)
        return _Held(pooled, _SqliteConnection(driver, self._writing), file_identity(self._file))


def _drop(held: _Held) -> None:
    held.pooled.invalidate()
    held.pooled.close()


def _execute(driver: Any, statement: Prepared, values: Values) -> Any:
    names = statement.names
    if names is None:
        return driver.execute(statement.text, values)
    return driver.execute(statement.text, [values[name] for name in names])
