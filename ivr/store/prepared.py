"""SQL written once with SQLAlchemy Core, then run without its overhead on the path of every webhook.

Core compiles and caches a statement in about 60 µs each time it is executed; a turn has three. A prepared statement
is compiled when the process starts and costs what the driver costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql.expression import ClauseElement


class Prepared:
    """One statement for one database. `run` takes its bind parameters by name."""

    __slots__ = ("_names", "_text")

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._names: list[str] | None = getattr(compiled, "positiontup", None)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Executes it; the result's rows are plain tuples in the order of the columns."""
        if self._names is None:
            return connection.exec_driver_sql(self._text, dict(values))
        return connection.exec_driver_sql(self._text, tuple(values[name] for name in self._names))
