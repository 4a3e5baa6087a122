"""Turns on PostgreSQL: prepared statements through libpq itself, each answered within a bounded time or given up.

psycopg's cursor costs more than all the rest of a turn, and waits for a server that is stopped but not gone for as long
as that takes. psycopg opens the connections; its `pq` passes the statements on. Values go as text, and the server says
of what type they are.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Sequence
from typing import Any

from psycopg import Connection, DataError, Error, OperationalError
from psycopg.errors import error_from_result
from psycopg.postgres import types
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from ivr.store.bounded import LONGEST_ANSWER_SECONDS
from ivr.store.hot import Addition, DatabaseSilent, HotConnection, Prepared, Values

MOST_PREPARED = 200
"""Statements that one connection may know. There are a few dozen: rows that turns add come in few orders."""

_FORGOTTEN = frozenset({"26000", "0A000", "42P05"})
"""The server knows a prepared statement no longer, or its tables have changed meanwhile, or it knows another one."""

Read = Callable[[bytes], Any]


_WRITE: dict[type, Callable[[Any], bytes | None]] = {
    str: str.encode,
    int: b"%d".__mod__,
    float: lambda value: repr(value).encode(),
    bool: {True: b"t", False: b"f"}.__getitem__,
    bytes: lambda value: b"\\x" + value.hex().encode(),
    type(None): lambda _value: None,
}

_READ: dict[int, Read] = {
    **{types[name].oid: bytes.decode for name in ("text", "varchar")},
    **{types[name].oid: int for name in ("int2", "int4", "int8")},
    types["float8"].oid: float,
    types["bool"].oid: b"t".__eq__,
    types["bytea"].oid: lambda cell: bytes.fromhex(cell[2:].decode()),
}


class PostgresConnection(HotConnection):
    """One turn's connection to PostgreSQL. Begins no transaction: each statement is one."""

    def __init__(self, driver: Connection[Any]) -> None:
        self._libpq = driver.pgconn
        self._socket = select.poll()
        self._socket.register(self._libpq.socket, select.POLLIN)
        self._names: dict[str, bytes] = {}
        self._readers: dict[str, list[Read]] = {}

    def read(self, statement: Prepared, values: Values) -> Any:
        found = self._ask(statement.text, [_WRITE[type(v := values[name])](v) for name in statement.names])
        if not found.ntuples:
            return None
        readers = self._readers.get(statement.text)
        if readers is None:
            readers = [_READ[found.ftype(place)] for place in range(found.nfields)]
            self._readers[statement.text] = readers
        cells = [found.get_value(0, place) for place in range(len(readers))]
        return tuple(
            [None if cell is None else read(cell) for read, cell in zip(readers, cells, strict=True)]
        )

    def write(self, guard: Prepared, values: Values, additions: Sequence[Addition]) -> bool:
        group = guard.followed_by(tuple([addition.to for addition in additions]))
        rows = (values, *[addition.values for addition in additions])
        done = self._ask(group.text, [_WRITE[type(v := rows[p][name])](v) for p, name in group.order])
        return done.command_tuples == 1

    def at_rest(self) -> bool:
        return self._libpq.transaction_status == TransactionStatus.IDLE

    def lost_by(self, error: Exception) -> bool:
        forgotten = isinstance(error, Error) and error.sqlstate in _FORGOTTEN
        return forgotten or self._libpq.status == ConnStatus.BAD

    def _ask(self, text: str, values: list[bytes | None]) -> PGresult:
        if b"\0" in b"".join(filter(None, values)):
            # libpq would end the text there, and so ask about another call.
            raise DataError("text with a NUL can't be stored")
        name = self._names.get(text)
        if name is None:
            name = self._prepare(text)
        self._libpq.send_query_prepared(name, values)
        return self._answer()

    def _prepare(self, text: str) -> bytes:
        """The name of a new prepared statement; when there are too many already, the one that is for a single use."""
        name = b"warmline_%d" % len(self._names) if len(self._names) < MOST_PREPARED else b""
        self._libpq.send_prepare(name, text.encode())
        self._answer()
        if name:
            self._names[text] = name
        return name

    def _answer(self) -> PGresult:
        libpq = self._libpq
        end = time.monotonic() + LONGEST_ANSWER_SECONDS
        if libpq.flush():
            self._send_the_rest(end)
        answer = None
        while True:
            while libpq.is_busy():
                if not self._socket.poll((end - time.monotonic()) * 1000):
                    raise DatabaseSilent
                libpq.consume_input()
            part = libpq.get_result()
            if part is None:
                break
            answer = part
        if answer is None:
            raise OperationalError("the connection is closed")
        if answer.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise error_from_result(answer)
        return answer

    def _send_the_rest(self, end: float) -> None:
        """A network that takes nothing for a while may also wait for us to read."""
        libpq = self._libpq
        self._socket.modify(libpq.socket, select.POLLIN | select.POLLOUT)
        while libpq.flush():
            if not self._socket.poll((end - time.monotonic()) * 1000):
                raise DatabaseSilent
            libpq.consume_input()
        self._socket.modify(libpq.socket, select.POLLIN)
