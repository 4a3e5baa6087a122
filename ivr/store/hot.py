"""Transactions for the path of every webhook, on the driver's own connections.

SQLAlchemy's pool keeps the connections and its Core has written the statements; between the two, a turn talks to the
driver directly. A turn has four statements, and executing each through Core would cost more than the database does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Dialect, Engine
from sqlalchemy.sql.expression import ClauseElement


class DatabaseOutOfReach(Exception):
    """The database doesn't answer, or not as it should. Retryable; nothing was kept."""


class RowTaken(Exception):
    """A row with this key is there already: another webhook was faster. Retryable: look again."""


class Cursor(Protocol):
    """As much of a driver's cursor as is used here."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Prepared:
    """One statement for one database, compiled when the process starts."""

    __slots__ = ("names", "text")

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self.names: list[str] | None = getattr(compiled, "positiontup", None)


class Transaction:
    """One transaction under way."""

    __slots__ = ("_driver",)

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def run(self, statement: Prepared, values: Mapping[str, Any]) -> Cursor:
        """Executes a statement with its bind parameters by name; rows are plain tuples in the order of the columns."""
        names = statement.names
        if names is None:
            return self._driver.execute(statement.text, values)  # type: ignore[no-any-return]
        return self._driver.execute(statement.text, [values[name] for name in names])  # type: ignore[no-any-return]


class HotDatabase:
    """Where turns begin their transactions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        driver = engine.dialect.dbapi
        assert driver is not None  # noqa: S101 - every engine has a driver
        self._error: type[Exception] = driver.Error
        self._integrity_error: type[Exception] = driver.IntegrityError

    @property
    def dialect(self) -> Dialect:
        """For preparing statements."""
        return self._engine.dialect

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end, or keeps nothing. Raises RowTaken or DatabaseOutOfReach."""
        pooled = self._engine.raw_connection()
        driver: Any = pooled.dbapi_connection
        try:
            if self._sqlite:
                # Writers wait here, before anything has been read that could be out of date by then.
                driver.execute("BEGIN IMMEDIATE")
            yield Transaction(driver)
            if self._sqlite:
                driver.execute("COMMIT")
            else:
                driver.commit()
        except self._integrity_error as error:
            driver.rollback()
            raise RowTaken from error
        except self._error as error:
            # A connection that has failed once may be dead: the next turn gets a new one.
            pooled.invalidate(error)
            raise DatabaseOutOfReach(type(error).__name__) from error
        except BaseException:
            driver.rollback()
            raise
        finally:
            pooled.close()
