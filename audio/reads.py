"""Reading without keeping writers waiting, where the database lets the two stand side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

ONLY_READS = "warmline_only_reads"
"""What a connection is told; whoever opens the database may begin a lighter transaction then."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading only."""
    with engine.connect().execution_options(**{ONLY_READS: True}) as connection:
        yield connection
