"""A connection to PostgreSQL that gives up on a server that is there and says nothing.

A server that is stopped, or moved with its disk held, neither answers nor hangs up, and its kernel goes on taking what
is sent: no time limit of the network ends that, and a thread of the web server would wait for ever.
"""

from __future__ import annotations

from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

Result = TypeVar("Result")

LONGEST_ANSWER_SECONDS = 4.0
"""A server that is well gives up a statement by itself before this."""
LOOK_SECONDS = 0.1


class BoundedConnection(Connection[Any]):
    """Each wait for an answer is bounded; afterwards the connection is closed, since nobody knows what it would say."""

    def wait(
        self, gen: PQGen[Result], interval: float = LOOK_SECONDS, timeout: float | None = None
    ) -> Result:
        """Raises OperationalError when there is no answer in time."""
        try:
            return super().wait(gen, interval, LONGEST_ANSWER_SECONDS if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise
