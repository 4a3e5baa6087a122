"""Puts numbers into a reply in the moment in which it leaves: a kept reply names only the vault's entries."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.engine import reading
from ivr.telephony.contract import VAULT, Dialect
from ivr.vault.errors import CiphertextDamaged, NumberShredded, VaultOutOfReach
from ivr.vault.plain import e164_of
from ivr.vault.vault import Vault

log = structlog.get_logger()


class Filler:
    """Opens the numbers of replies."""

    def __init__(self, database: Engine, vault: Vault, clock: Callable[[], float]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def fill(self, dialect: Dialect, reply: str) -> str:
        """The reply as the provider is to read it. A number that can't be opened isn't rung: the call goes on as if
        nobody had answered there.
        """
        if VAULT not in reply:
            return reply
        return dialect.fill(reply, self._opened(dialect.sealed_in(reply)))

    def _opened(self, entries: list[str]) -> dict[str, str]:
        numbers: dict[str, str] = {}
        try:
            with reading(self._database) as connection:
                for entry in entries:
                    try:
                        numbers[entry] = e164_of(self._vault.open(connection, entry, self._clock()))
                    except (NumberShredded, CiphertextDamaged) as error:
                        log.error("number_not_rung", error=type(error).__name__)
        except (SQLAlchemyError, VaultOutOfReach) as error:
            log.error("numbers_not_rung", error=type(error).__name__)
        return numbers
