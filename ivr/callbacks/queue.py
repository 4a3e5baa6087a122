"""Whose turn it is: the first callback that a helper may have. Its cost doesn't grow with the length of the queue.

One look at the index for each language, wish and training that fits, and the earliest of what is found there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import Connection, select, update

from ivr.callbacks.machine import State
from ivr.callbacks.matching import Offering
from ivr.store.callback_tables import callbacks

Kind = tuple[str | None, str, bool]
"""Language (None: never chosen), wish for a woman or a man, for crisis-trained helpers only."""


@dataclass(slots=True)
class Glance:
    """One look over the queue for many helpers: of what nobody waits, nobody looks twice."""

    empty: set[Kind] = field(default_factory=set)

    def first_for(self, connection: Connection, offering: Offering, now: float) -> str | None:
        """The callback that is offered next to such a helper, by its id. Skips what others are just taking."""
        found = [
            row for kind in _kinds(offering) if (row := self._first_of(connection, kind, now)) is not None
        ]
        if not found:
            return None
        return str(min(found, key=lambda row: (row.priority, row.ranked_at, row.id)).id)

    def _first_of(self, connection: Connection, kind: Kind, now: float) -> Any:
        if kind in self.empty:
            return None
        language, gender, crisis = kind
        columns = callbacks.c
        query = (
            select(columns.id, columns.priority, columns.ranked_at)
            .where(
                columns.state == State.WAITING.value,
                columns.ready.is_(True),
                columns.language.is_(None) if language is None else columns.language == language,
                columns.gender == gender,
                columns.crisis.is_(crisis),
                # Reckoned with, it keeps SQLite from the index of ends, which reads the whole queue and sorts it.
                columns.until + 0.0 > now,
                columns.number_id.is_not(None),
            )
            .order_by(columns.priority, columns.ranked_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = connection.execute(query).first()
        if row is None:
            self.empty.add(kind)
        return row


def _kinds(offering: Offering) -> Iterator[Kind]:
    languages: Iterable[str | None] = (*sorted(offering.languages), None)
    genders = ("", offering.gender) if offering.gender in ("woman", "man") else ("",)
    trained = (True, False) if offering.crisis_trained else (False,)
    return product(languages, genders, trained)


def make_ready(connection: Connection, now: float) -> int:
    """Puts into the queue those whose safe hours have begun; returns how many."""
    columns = callbacks.c
    begun = (
        columns.state == State.WAITING.value,
        columns.ready.is_(False),
        columns.not_before <= now,
        columns.until > now,
    )
    return connection.execute(
        update(callbacks).where(*begun).values(ready=True, version=columns.version + 1)
    ).rowcount
