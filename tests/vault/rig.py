"""A vault for tests, with its own key store and master key file, beside a database that has all tables."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from ivr.store.callback_tables import callbacks
from ivr.store.ids import new_id
from ivr.vault.key_store import KeyStore
from ivr.vault.master_keys import MasterKeys, add_new_key
from ivr.vault.number import PhoneNumber
from ivr.vault.tables import number_holds, vault_entries
from ivr.vault.vault import KeptNumber, Vault
from tests.callback_rows import put_callback

HOUR = 3600.0
DAY = 24 * HOUR
MARCH_FIRST = 1_772_323_200.0
"""2026-03-01, midnight in UTC."""
NOON = MARCH_FIRST + 12 * HOUR + 1234.5
AMINA = PhoneNumber("+12025550147")
JOSEPH = PhoneNumber("+12025550148")
COUNTRIES = frozenset({"US", "KE"})
LINE = "a" * 32


@dataclass
class Rig:
    """A vault, and everything it stands on."""

    database: Engine
    key_store_url: str
    folder: Path
    keep_hours: int = 72
    ids: Callable[[], str] = new_id
    vault: Vault = field(init=False)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        if not self.master_file.exists():
            add_new_key(self.master_file)
        self.vault = self.another()
        self.vault.key_store.prepare()

    @property
    def master_file(self) -> Path:
        return self.folder / "master" / "master.key"

    def another(self) -> Vault:
        """The vault as another process has it."""
        return Vault(
            KeyStore(self.key_store_url),
            MasterKeys(self.master_file),
            new_id=self.ids,
            keep_hours=self.keep_hours,
            countries=lambda: COUNTRIES,
        )

    def keep(self, number: PhoneNumber = AMINA, now: float = NOON, line: str = LINE) -> str:
        """A caller's number, kept and stored with a callback; its id."""
        kept = self.vault.keep(number, kind="caller", line_id=line, now=now)
        self.store(kept, line)
        return kept.id

    def store(self, kept: KeptNumber, line: str = LINE) -> None:
        """What a turn stores."""
        with self.database.begin() as connection:
            self.vault.store(connection, kept)
            put_callback(connection, kept.id, at=NOON, line_id=line)

    def hold(self, entry_id: str, until: float) -> None:
        """What a supervisor's hold leaves."""
        row = {"entry_id": entry_id, "held_until": until, "held_by": "daniel", "reason": "in danger"}
        with self.database.begin() as connection:
            connection.execute(insert(number_holds).values(row))

    def open(self, entry_id: str, now: float = NOON) -> PhoneNumber:
        """The number of an entry."""
        with self.database.connect() as connection:
            return self.vault.open(connection, entry_id, now)

    def recognise(self, number: PhoneNumber, now: float = NOON) -> str | None:
        """The entry of a number."""
        with self.database.connect() as connection:
            return self.vault.recognise(connection, number, kind="caller", line_id=LINE, now=now)

    def rows(self) -> list[dict[str, Any]]:
        """Every entry, as whoever steals the database sees it."""
        with self.database.connect() as connection:
            query = select(vault_entries).order_by(vault_entries.c.id)
            return [dict(row) for row in connection.execute(query).mappings()]

    def numbers_of_wishes(self) -> dict[str, str | None]:
        """Which entry each wish points to."""
        with self.database.connect() as connection:
            query = select(callbacks.c.id, callbacks.c.number_id)
            return {row.id: row.number_id for row in connection.execute(query)}

    def has_key(self, entry_id: str) -> bool:
        """Whether the key of an entry is there."""
        with self.vault.key_store.reading() as keys:
            return keys.row_key(entry_id) is not None
