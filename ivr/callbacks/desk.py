"""Notes that a caller wishes to be called back, with what was keyed, and without a number.

The wish is kept in the transaction of the turn that says "it is noted": a caller is never told so in vain. Which number
belongs to it is for the vault alone to know.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import Dialect

from flows.effects import RequestCallback
from ivr.callbacks.requested import Requested
from ivr.publishing.hours import kept_of
from ivr.store.hot import Addition, Insertion
from ivr.store.tables import callback_wishes


class WishesOnly:
    """A desk that keeps wishes. It offers nothing to a caller whose phone shows no number: that would be a lie."""

    def __init__(self, dialect: Dialect, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._note = Insertion(callback_wishes, dialect, replaces=True)

    def request(
        self,
        line_id: str,
        wish: RequestCallback,
        *,
        has_number: bool,
        at: float,
        time_zone: str,
        test: bool,
    ) -> Requested:
        """Keeps the wish, or puts it right; "unavailable" without a number to call."""
        if not has_number:
            return Requested("unavailable")
        kept = kept_of(at, time_zone)
        reference = wish.corrects or self._new_id()
        row = {
            "id": reference,
            "line_id": line_id,
            "need": wish.need,
            "language": wish.language,
            "wishes": json.dumps(dict(wish.wishes)),
            "date": kept.date,
            "band": kept.band,
            "test": test,
            "number_id": None,
        }
        return Requested("noted", reference, [Addition(self._note, row)])
