"""Looks into the database all the while: which callbacks there ever were, and what became of each, step by step."""

from __future__ import annotations

import threading
import time
from collections import defaultdict

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.callback_tables import callbacks
from ivr.store.engine import reading

LOOK_SECONDS = 0.5


class Watch:
    """Runs from the beginning to the end of a block. What can't be seen while the database is down is seen later."""

    def __init__(self, database: Engine) -> None:
        self.history: dict[str, list[tuple[float, str, str, int]]] = defaultdict(list)
        """By callback: seconds of the run, state, attempt, how often the caller was rung."""
        self._database = database
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def look(self) -> None:
        """Looks now."""
        columns = callbacks.c
        with reading(self._database) as connection:
            rows = connection.execute(select(columns.id, columns.state, columns.attempt, columns.tried)).all()
        for row in rows:
            seen = (row.state, row.attempt, row.tried)
            history = self.history[row.id]
            if not history or history[-1][1:] != seen:
                history.append((round(time.monotonic() - self._began, 1), *seen))

    def _run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                self.look()
            except SQLAlchemyError:
                continue
