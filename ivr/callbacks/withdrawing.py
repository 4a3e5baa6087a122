"""A caller takes back a callback while a helper is being rung for it, or she is herself: nobody is rung any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.book import Book, ChangedMeanwhile
from ivr.callbacks.machine import Ending, Withdrawn
from ivr.callbacks.ports import Hurry

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """Takes callbacks back that a helper is busy with."""

    database: Engine
    book: Book
    hurry: Hurry
    sweep_soon: Callable[[], object]
    """Asks workers to hang up at once what is left on the line. Never raises."""

    def withdraw(self, callback_id: str, now: float) -> bool:
        """Whether it is taken back; False where the two talk already, or it couldn't be written."""
        try:
            with self.database.begin() as connection:
                change = self.book.happened(connection, callback_id, Withdrawn(), now)
        except (ChangedMeanwhile, SQLAlchemyError) as error:
            log.warning("callback_not_taken_back", error=type(error).__name__)
            return False
        if change is None or change.callback.ending is not Ending.WITHDRAWN:
            return False
        self.hurry.after(callback_id, change.deeds)
        self.sweep_soon()
        return True
