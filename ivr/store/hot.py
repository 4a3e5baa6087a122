"""Reading and writing on the path of every webhook: one read, then one group of writes, whole or not at all.

The group has a guard (an UPDATE, INSERT or DELETE of one row); if the guard finds nothing to do, because another
webhook was faster, none of the rest is written. SQLAlchemy's pool keeps the connections and its Core writes the
statements once, when the process starts; between the two a turn talks to the driver directly, because executing
through Core would cost more than the database does. On PostgreSQL (`libpq.py`) the whole group is a single statement,
so a turn is two round trips, or one where its process remembers the call (`ivr/calls/remembered.py`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Dialect, Engine, Table, bindparam, cast, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.expression import ClauseElement

from ivr.store.engine import BUSY_MILLISECONDS, file_identity

SECONDS_WITHOUT_ASKING = 2.0
"""After a silence nobody asks for so long: with every thread waiting, not even the emergency screen would be given."""

Values = Mapping[str, Any]
Statement = Any
"""What changes rows in the words of one of the databases: SQLAlchemy has no common type for what both can do."""

_LIBPQ: Dialect = postgresql.base.PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class DatabaseOutOfReach(Exception):
    """The database doesn't answer, or not as it should. Retryable; nothing was kept."""


class DatabaseSilent(DatabaseOutOfReach):
    """The database is there and says nothing: stopped, or behind a network that swallows everything. Retryable."""


class ConnectionLost(DatabaseOutOfReach):
    """A connection had died, maybe long ago, as when the database has been restarted. A new one may well do.

    Whether anything was kept isn't known: the work has to begin with looking.
    """


class Prepared:
    """One statement for one database, compiled when the process starts.

    `names` are those of its values, in the order in which they are bound.
    """

    __slots__ = ("_dialect", "_groups", "_statement", "names", "text")

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        self.text, self.names = _compiled(statement, dialect)
        self._statement = statement
        self._dialect = dialect
        self._groups: dict[tuple[Insertion, ...], Group] = {}

    def followed_by(self, insertions: tuple[Insertion, ...]) -> Group:
        """This statement as a guard, and rows that are added if it found its row: one statement in all."""
        group = self._groups.get(insertions)
        if group is None:
            group = self._groups[insertions] = self._group(insertions)
        return group

    def _group(self, insertions: Sequence[Insertion]) -> Group:
        if not insertions:
            return Group(self.text, [(0, name) for name in self.names])
        taken = self._statement.returning(literal_column("1").label("one")).cte("taken")
        places: dict[str, tuple[int, str]] = {}
        parts = []
        for place, insertion in enumerate(insertions, start=1):
            part, columns = insertion.out_of(taken, f"w{place}")
            parts.append(part)
            places |= {bound: (place, column) for bound, column in columns.items()}
        one: Any = literal_column("1").label("one")
        ctes = [part.returning(one).cte(f"w{n}") for n, part in enumerate(parts)]
        # What the guard found decides, whatever becomes of the rows after it: one that is there already adds nothing.
        whole = select(one).select_from(taken).add_cte(*ctes)
        text, names = _compiled(whole, self._dialect)
        return Group(text, [places.get(name, (0, name)) for name in names])


class Group(NamedTuple):
    """A guard and what follows it, in one statement. It gives a row, or counts one, exactly if the guard has found its.

    `order` says where each value stands: 0 for the guard's, 1 for the first row's, and its name there.
    """

    text: str
    order: list[tuple[int, str]]


class Insertion:
    """How a row is added to a table: alone, or as part of one statement, if the row of the guard was `taken`.

    With `replaces`, a row with the same key is put in the place of the one before; with `changes`, only these of its
    columns are, and only where `provided` holds for it.
    """

    __slots__ = ("_changes", "_provided", "_table", "_write", "plain")

    def __init__(
        self,
        table: Table,
        dialect: Dialect,
        replaces: bool = False,
        changes: Sequence[str] = (),
        provided: ColumnElement[bool] | None = None,
    ) -> None:
        keys = {column.name for column in table.primary_key}
        every = [column.name for column in table.columns if column.name not in keys]
        self._changes = every if replaces else list(changes)
        self._provided = provided
        self._table = table
        self._write = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
        self.plain = Prepared(self._over(self._write(table)), dialect)

    def out_of(self, taken: CTE, prefix: str) -> tuple[Statement, dict[str, str]]:
        """The INSERT of one row if `taken` has one, and the columns by the names that its values are bound as.

        Each value is cast, since in a SELECT it has no type.
        """
        columns = {f"{prefix}_{column.name}": column for column in self._table.columns}
        row = select(*[cast(bindparam(name), column.type) for name, column in columns.items()])
        added = self._write(self._table).from_select(list(self._table.columns), row.select_from(taken))
        return self._over(added), {name: column.name for name, column in columns.items()}

    def _over(self, statement: Statement) -> Statement:
        if not self._changes:
            return statement
        keys = [column.name for column in statement.table.primary_key]
        changed = {name: statement.excluded[name] for name in self._changes}
        return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=self._provided)


def _compiled(statement: ClauseElement, dialect: Dialect) -> tuple[str, list[str]]:
    """Values are `?` for SQLite's driver and `$1` for libpq."""
    in_words_of = _LIBPQ if dialect.name == "postgresql" else dialect
    compiled: Any = statement.compile(dialect=in_words_of)
    return str(compiled), list(compiled.positiontup)


class Addition(NamedTuple):
    """One row to be added with a group of writes."""

    to: Insertion
    values: Values


class HotConnection:
    """One turn's connection."""

    def read(self, statement: Prepared, values: Values) -> Any:
        """One row as a plain tuple in the order of the columns, or None. Waits for no writer."""
        raise NotImplementedError

    def write(self, guard: Prepared, values: Values, additions: Sequence[Addition]) -> bool:
        """The group of writes; False, and nothing written, when the guard found no row."""
        raise NotImplementedError

    def at_rest(self) -> bool:
        """Whether nothing is under way, so that somebody else can go on with this connection."""
        raise NotImplementedError

    def lost_by(self, error: Exception) -> bool:
        """Whether it is this connection that an error of the driver is about, and another one may well do."""
        raise NotImplementedError


class _SqliteConnection(HotConnection):
    def __init__(self, driver: Any, writing: threading.Lock) -> None:
        self._driver = driver
        self._writing = writing

    def read(self, statement: Prepared, values: Values) -> Any:
        return _execute(self._driver, statement, values).fetchone()

    def at_rest(self) -> bool:
        return not self._driver.in_transaction

    def lost_by(self, error: Exception) -> bool:
        del error
        return False

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
        self._silent_until = 0.0
        driver = engine.dialect.dbapi
        assert driver is not None  # noqa: S101 - every engine has a driver
        self._error: type[Exception] = driver.Error

    @contextmanager
    def connection(self) -> Iterator[HotConnection]:
        """A connection for one turn. Raises DatabaseOutOfReach for whatever the database complains of.

        After ConnectionLost the next connection is a new one.
        """
        if time.monotonic() < self._silent_until:
            raise DatabaseSilent
        held = self._take()
        try:
            yield held.connection
        except self._error as error:
            # A connection that has failed once may be dead: the next turn gets a new one.
            lost = held.connection.lost_by(error)
            _drop(held)
            if lost:
                self.forget_connections()
                raise ConnectionLost(type(error).__name__) from error
            raise DatabaseOutOfReach(type(error).__name__) from error
        except BaseException as error:
            if isinstance(error, DatabaseSilent):
                self._silent_until = time.monotonic() + SECONDS_WITHOUT_ASKING
            if held.connection.at_rest():
                self._idle.append(held)
            else:
                _drop(held)
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
            return _Held(pooled, _postgres_connection(driver), None)
        return _Held(pooled, _SqliteConnection(driver, self._writing), file_identity(self._file))


def _postgres_connection(driver: Any) -> HotConnection:
    # Imported here, because where the database is SQLite, psycopg is never needed.
    from ivr.store.libpq import PostgresConnection

    return PostgresConnection(driver)


def _drop(held: _Held) -> None:
    held.pooled.invalidate()
    held.pooled.close()


def _execute(driver: Any, statement: Prepared, values: Values) -> Any:
    return driver.execute(statement.text, [values[name] for name in statement.names])
