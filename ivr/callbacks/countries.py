"""Which countries are called back: those that the operator names, or else those of the lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.engine import reading
from ivr.store.tables import lines

REMEMBERED_SECONDS = 60.0


def countries_called(named: Collection[str], database: Engine) -> Callable[[], Collection[str]]:
    """Asked at the beginning of every call, so the lines' countries are remembered for a minute."""
    known: frozenset[str] = frozenset()
    read_at = float("-inf")

    def of_the_lines() -> Collection[str]:
        nonlocal known, read_at
        if time.monotonic() - read_at > REMEMBERED_SECONDS:
            known, read_at = _read(database, known), time.monotonic()
        return known

    return of_the_lines if not named else lambda: named


def _read(database: Engine, before: frozenset[str]) -> frozenset[str]:
    try:
        with reading(database) as connection:
            return frozenset(connection.execute(select(lines.c.country)).scalars())
    except SQLAlchemyError:
        return before
