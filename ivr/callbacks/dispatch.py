"""Offers callbacks to helpers: to each who is free, in fair order, the first that fits. Any number may run at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import Connection, Engine, select

from ivr.callbacks.book import Book, Change
from ivr.callbacks.machine import State
from ivr.callbacks.matching import Offering
from ivr.callbacks.ports import Hurry
from ivr.callbacks.queue import Glance
from ivr.callbacks.ring_counts import put_off_until
from ivr.store.callback_tables import callbacks
from ivr.store.engine import reading
from ivr.store.tables import lines


class Helper(Protocol):
    """A helper who may be offered something."""

    @property
    def person_id(self) -> str: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def gender(self) -> str: ...
    @property
    def crisis_trained(self) -> bool: ...


class FreeHelpers(Protocol):
    """Who may be rung now, in the order in which it is fair."""

    def free(self, connection: Connection, now: float) -> Sequence[Helper]: ...


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Matches those who wait with those who are free."""

    database: Engine
    book: Book
    helpers: FreeHelpers
    hurry: Hurry
    new_id: Callable[[], str]

    def dispatch(self, now: float) -> int:
        """Offers what can be offered; returns how many helpers are to be rung."""
        with reading(self.database) as connection:
            if not _anybody_waits(connection):
                return 0
            free = self.helpers.free(connection, now)
        glance = Glance()
        return sum(self.offer_to(helper, "rung", now, glance) is not None for helper in free)

    def offer_to(
        self,
        helper: Helper,
        how: Literal["rung", "console", "rang_in"],
        now: float,
        glance: Glance | None = None,
    ) -> str | None:
        """The next callback for this helper: the attempt's id, or None when nobody whom this one may call waits."""
        glance = glance or Glance()
        attempt = self.new_id()
        with self.database.begin() as connection:
            callback_id = glance.first_for(connection, offering_of(helper), now)
            if callback_id is None:
                return None
            change = take(connection, self.book, callback_id, helper, how, attempt, now)
        if change is None:
            return None
        self.hurry.after(callback_id, change.deeds)
        return attempt


def take(
    connection: Connection, book: Book, callback_id: str, helper: Helper, how: str, attempt: str, now: float
) -> Change | None:
    """Takes a certain callback for a helper; None when one of the two isn't free any more, or when the caller's phone
    has rung often enough, or rings for another callback: then this one is put off."""
    row = connection.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
    if row is not None and row.state == State.WAITING:
        until = put_off_until(connection, row, now)
        if until is not None:
            book.put_off(connection, row, until, now)
            return None
    line = select(lines.c.provider).join(callbacks, callbacks.c.line_id == lines.c.id)
    provider = connection.execute(line.where(callbacks.c.id == callback_id)).scalar()
    return book.take(
        connection,
        callback_id,
        helper=helper.person_id,
        how=how,
        attempt=attempt,
        provider=provider or "",
        language=next(iter(helper.languages), ""),
        now=now,
    )


def offering_of(helper: Helper) -> Offering:
    """What a helper can give."""
    return Offering(frozenset(helper.languages), helper.gender, helper.crisis_trained)


def _anybody_waits(connection: Connection) -> bool:
    waits = select(callbacks.c.id).where(
        callbacks.c.state == State.WAITING.value, callbacks.c.ready.is_(True)
    )
    return connection.execute(waits.limit(1)).first() is not None
