"""Whether numbers can be kept now. Asked by every turn, so it is remembered, and only one turn at a time finds out."""

from __future__ import annotations

import threading
import time

import structlog

from ivr.vault.errors import MasterKeyRetired, VaultOutOfReach
from ivr.vault.key_store import RETIRED, Keys, KeyStore
from ivr.vault.master_keys import MasterKeys, Ring

REMEMBERED_SECONDS = 5.0

log = structlog.get_logger()


def check_usable(keys: Keys, ring: Ring) -> None:
    """Raises KeysWithNumbers, MasterKeyRetired: why numbers can't be kept though key store and master key are there."""
    keys.check_apart()
    if keys.state_of_master(ring.current.id) == RETIRED:
        raise MasterKeyRetired(ring.current.id)


class Reach:
    """Whether the key store and the master key are there."""

    def __init__(self, store: KeyStore, master: MasterKeys) -> None:
        self._store = store
        self._master = master
        self._asking = threading.Lock()
        self._known: bool | None = None
        self._asked_at = 0.0

    def is_there(self) -> bool:
        """As it is, or was a few seconds ago. While one turn asks, others go by what was known before."""
        if self._known is not None and time.monotonic() - self._asked_at < REMEMBERED_SECONDS:
            return self._known
        if not self._asking.acquire(blocking=self._known is None):
            return bool(self._known)
        try:
            found = self._ask()
            self._known, self._asked_at = found, time.monotonic()
            return found
        finally:
            self._asking.release()

    def _ask(self) -> bool:
        try:
            ring = self._master.ring()
            with self._store.reading() as keys:
                check_usable(keys, ring)
        except VaultOutOfReach as error:
            # Callers still get every menu; a callback isn't offered to them.
            log.error("vault_out_of_reach", error=type(error).__name__)
            return False
        return True
