"""Notes that a caller wishes to be called back, with what was keyed, and with the number sealed in the vault.

The wish and the sealed number are kept in the transaction of the turn that says "it is noted": a caller is never told
so in vain. A number has one wish a line. The wish bears the id of the vault's entry, and the vault gives one number one
id, so two calls at once from one phone put the same wish right instead of making two.
"""

from __future__ import annotations

import json

import structlog
from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import SQLAlchemyError

from flows.effects import RequestCallback
from flows.inputs import NumberFact
from ivr.callbacks.requested import Requested
from ivr.publishing.hours import kept_of
from ivr.store.engine import reading
from ivr.store.hot import Addition, Insertion
from ivr.store.tables import callback_wishes
from ivr.vault.errors import CannotBeCalled, CiphertextDamaged, VaultOutOfReach
from ivr.vault.number import PhoneNumber
from ivr.vault.tables import vault_entries
from ivr.vault.vault import KeptNumber, Vault

log = structlog.get_logger()

UNAVAILABLE = Requested("unavailable")


class Desk:
    """Where callers' wishes for a callback are left."""

    def __init__(self, database: Engine, dialect: Dialect, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._wish = Insertion(callback_wishes, dialect, replaces=True)
        self._number = Insertion(vault_entries, dialect, replaces=True)

    def number_of(self, caller: PhoneNumber | None) -> NumberFact:
        """What is said of a caller's number once, when the call begins. "unavailable": it is never rung from here."""
        if caller is None:
            return "no"
        return "yes" if self._vault.can_be_called(caller) else "unavailable"

    def is_open(self) -> bool:
        """Whether a wish can be noted now."""
        return self._vault.can_keep()

    def request(
        self,
        line_id: str,
        wish: RequestCallback,
        *,
        caller: PhoneNumber | None,
        at: float,
        time_zone: str,
        test: bool,
    ) -> Requested:
        """Keeps the wish, or puts it right; "unavailable" where no number can be kept or called."""
        if caller is None or not self._vault.can_keep():
            return UNAVAILABLE
        try:
            kept = self._vault.keep(caller, kind="caller", line_id=line_id, now=at)
        except (CannotBeCalled, VaultOutOfReach, CiphertextDamaged) as error:
            log.warning("callback_not_noted", error=type(error).__name__)
            return UNAVAILABLE
        noted = kept_of(at, time_zone)
        row = {
            "id": kept.id,
            "line_id": line_id,
            "need": wish.need,
            "language": wish.language,
            "wishes": json.dumps(dict(wish.wishes)),
            "date": noted.date,
            "band": noted.band,
            "test": test,
            "number_id": kept.id,
        }
        is_new = wish.corrects == kept.id or not self._is_noted(kept, caller, line_id, at)
        return Requested(
            "noted" if is_new else "already_noted",
            kept.id,
            [Addition(self._number, kept.row), Addition(self._wish, row)],
        )

    def _is_noted(self, kept: KeptNumber, caller: PhoneNumber, line_id: str, at: float) -> bool:
        """Whether a wish of this number has been stored; one whose call was cut short has only left its key."""
        if not kept.known:
            return False
        try:
            with reading(self._database) as connection:
                found = self._vault.recognise(connection, caller, kind="caller", line_id=line_id, now=at)
                return found == kept.id
        except (SQLAlchemyError, VaultOutOfReach, CiphertextDamaged):
            # The turn's own writes will say what is wrong with the database; the number is sealed already.
            return False
