"""The vault: a number goes in and becomes an id; only telephony and break-glass get one out again.

A key is on disk before anything that it opens, and destroyed before the row that it opened. Whatever dies in between
leaves a key without a row or a row without a key; both are worthless, and swept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from ivr.store.callback_tables import callbacks, flashes, risk_cases
from ivr.vault import sealing
from ivr.vault.allowed import check_can_be_called
from ivr.vault.due import is_due
from ivr.vault.epoch_keys import EpochKey, epoch_in_use, living_epochs
from ivr.vault.errors import CannotBeCalled, CiphertextDamaged, MasterKeyRetired, NumberShredded
from ivr.vault.key_store import Keys, KeyStore, Wrapped
from ivr.vault.master_keys import MasterKeys, Ring
from ivr.vault.number import PhoneNumber
from ivr.vault.plain import e164_of
from ivr.vault.reach import Reach
from ivr.vault.sealing import Label
from ivr.vault.tables import number_holds, vault_entries

Kind = Literal["caller", "helper"]
ROW = "row"
HOUR = 3600.0
SETTLED_SECONDS = HOUR + 900.0
"""After this, no turn that has sealed something can still be about to store it: a quarter of an hour after the end of
the hour that the key store knows."""


class KeptNumber(NamedTuple):
    """A sealed number, to be stored as `row` by the transaction that makes use of it."""

    id: str
    row: dict[str, Any]
    known: bool
    """Whether this number had this id before."""


class Vault:
    """The vault of one installation."""

    def __init__(
        self,
        store: KeyStore,
        master: MasterKeys,
        *,
        new_id: Callable[[], str],
        keep_hours: int,
        countries: Callable[[], Collection[str]],
    ) -> None:
        self.key_store = store
        self.master = master
        self.keep_hours = keep_hours
        self._new_id = new_id
        self._countries = countries
        self._reach = Reach(store, master)

    def can_keep(self) -> bool:
        """Whether key store and master key are there; remembered for some seconds, so that no caller waits for it."""
        return self._reach.is_there()

    def keep(
        self,
        number: PhoneNumber,
        *,
        kind: Kind,
        line_id: str,
        now: float,
    ) -> KeptNumber:
        """Seals a number. A caller's number that a line knows already keeps its id.

        Its key is on disk when this returns. Raises CannotBeCalled, VaultOutOfReach.
        """
        check_can_be_called(number, self._countries())
        try:
            return self._keep(number, kind, line_id, now)
        except MasterKeyRetired:
            # A rotation came between reading the ring and using it: the file has a newer key by now.
            return self._keep(number, kind, line_id, now)

    def can_be_called(self, number: PhoneNumber) -> bool:
        """Whether this hotline rings such a number."""
        try:
            check_can_be_called(number, self._countries())
        except CannotBeCalled:
            return False
        return True

    def store(self, connection: Connection, kept: KeptNumber) -> None:
        """Stores what was kept, in the caller's transaction."""
        connection.execute(delete(vault_entries).where(vault_entries.c.id == kept.id))
        connection.execute(insert(vault_entries).values(kept.row))

    def recognise(
        self, connection: Connection, number: PhoneNumber, *, kind: Kind, line_id: str, now: float
    ) -> str | None:
        """The entry with this number whose time isn't over, looked for under every living epoch.

        Raises VaultOutOfReach, CiphertextDamaged.
        """
        ring = self.master.ring()
        with self.key_store.reading() as keys:
            tokens = [sealing.token(epoch.key, number) for epoch in living_epochs(keys, ring)]
        query = select(vault_entries.c.id).where(
            vault_entries.c.token.in_(tokens),
            vault_entries.c.kind == kind,
            vault_entries.c.line_id == line_id,
            ~is_due(now),
        )
        found: str | None = connection.execute(query.limit(1)).scalar()
        return found

    def mark(self, number: PhoneNumber, now: float) -> str:
        """A token by which a phone is known again for a month or so, and nobody's number. Where nothing was kept yet
        under a key that lives, one is made: otherwise nobody's guesses could be counted by their phone.

        Raises VaultOutOfReach, CiphertextDamaged.
        """
        ring = self.master.ring()
        with self.key_store.reading() as keys:
            living = living_epochs(keys, ring)
        newest = max(living, key=lambda one: one.epoch) if living else self._new_epoch(now)
        return sealing.token(newest.key, number)

    def open(self, connection: Connection, entry_id: str, now: float) -> PhoneNumber:
        """A number that is about to be rung, or revealed by a supervisor. One whose time is over counts as shredded,
        even where no worker has come to do so.

        Raises NumberShredded, CiphertextDamaged, MasterKeyMissing, VaultOutOfReach.
        """
        query = select(
            vault_entries.c.kind, vault_entries.c.line_id, vault_entries.c.epoch, vault_entries.c.sealed
        ).where(vault_entries.c.id == entry_id, ~is_due(now))
        row = connection.execute(query).first()
        if row is None:
            raise NumberShredded(entry_id)
        with self.key_store.reading() as keys:
            key = keys.row_key(entry_id)
        if key is None:
            raise NumberShredded(entry_id)
        label = Label(entry_id, row.kind, row.line_id, row.epoch)
        return sealing.unseal(row.sealed, self._unwrapped(key, self.master.ring()), label)

    def reveal(self, connection: Connection, entry_id: str, now: float) -> str:
        """A number in the open, for break-glass alone. Raises what `open` raises."""
        return e164_of(self.open(connection, entry_id, now))

    def shred(
        self, connection: Connection, entry_ids: Collection[str], spare_after: float = float("inf")
    ) -> int:
        """Destroys numbers: their keys, for good and at once, then their rows, in the caller's transaction.

        A callback whose number is gone keeps no trace of it. Spared is a number that a turn after `spare_after` has
        sealed again and not stored yet: its caller is asking in this moment. Returns how many are gone.

        Raises VaultOutOfReach.
        """
        query = select(vault_entries.c.id, vault_entries.c.sealed).where(vault_entries.c.id.in_(entry_ids))
        rows = {row.id: sealing.print_of(row.sealed) for row in connection.execute(query)}
        with self.key_store.writing() as keys:
            gone = keys.destroy(rows, used_before=spare_after)
        forget_rows(connection, gone)
        return len(gone)

    def seal_anew(self, connection: Connection, entry_id: str, now: float) -> bool:
        """Gives a caller's entry a token of the epoch in use; False when a call was faster, or it can't be opened."""
        query = select(vault_entries).where(vault_entries.c.id == entry_id)
        row = connection.execute(query).first()
        if row is None:
            return False
        try:
            number = self.open(connection, entry_id, now)
        except (NumberShredded, CiphertextDamaged):
            return False
        with self.key_store.writing() as keys:
            key = keys.row_key(entry_id)
            if key is None:
                return False
            ring = self.master.ring()
            epoch = epoch_in_use(keys, ring, now, self.keep_hours)
            changed = _sealed(number, self._unwrapped(key, ring), entry_id, row.kind, row.line_id, epoch)
            keys.used_again(
                entry_id,
                claim=sealing.claim(epoch.key, number, row.line_id),
                claim_epoch=epoch.epoch,
                sealed_as=sealing.print_of(changed["sealed"]),
                now=now,
            )
        same = vault_entries.c.sealed == row.sealed
        this = vault_entries.c.id == entry_id
        return connection.execute(update(vault_entries).where(this, same).values(changed)).rowcount == 1

    def _new_epoch(self, now: float) -> EpochKey:
        try:
            return self._epoch(now)
        except MasterKeyRetired:
            # As in `keep`: a rotation came between reading the ring and using it.
            return self._epoch(now)

    def _epoch(self, now: float) -> EpochKey:
        ring = self.master.ring()
        with self.key_store.writing() as keys:
            keys.use_master(ring.current.id)
            return epoch_in_use(keys, ring, now, self.keep_hours)

    def _keep(self, number: PhoneNumber, kind: Kind, line_id: str, now: float) -> KeptNumber:
        ring = self.master.ring()
        with self.key_store.writing() as keys:
            keys.use_master(ring.current.id)
            if kind == "helper":
                return self._new_entry(keys, ring, number, kind, line_id, None, now)
            epoch = epoch_in_use(keys, ring, now, self.keep_hours)
            claims = [sealing.claim(each.key, number, line_id) for each in living_epochs(keys, ring)]
            key = keys.claimed(claims)
            if key is None:
                return self._new_entry(keys, ring, number, kind, line_id, epoch, now)
            try:
                return self._entry_again(keys, ring, key, number, line_id, epoch, now)
            except CiphertextDamaged:
                keys.destroy({key.of: ""}, used_before=float("inf"))
                return self._new_entry(keys, ring, number, kind, line_id, epoch, now)

    def _new_entry(
        self,
        keys: Keys,
        ring: Ring,
        number: PhoneNumber,
        kind: Kind,
        line_id: str,
        epoch: EpochKey | None,
        now: float,
    ) -> KeptNumber:
        entry_id, row_key = self._new_id(), os.urandom(sealing.KEY_BYTES)
        nonce = os.urandom(sealing.NONCE_BYTES)
        wrapped = sealing.wrap(row_key, ring.current.key, nonce, ROW, entry_id)
        row = self._row(number, row_key, entry_id, kind, line_id, epoch, now)
        keys.put_row_key(
            Wrapped(entry_id, ring.current.id, wrapped),
            claim=sealing.claim(epoch.key, number, line_id) if epoch else None,
            claim_epoch=epoch.epoch if epoch else "",
            sealed_as=sealing.print_of(row["sealed"]),
            now=now,
        )
        return KeptNumber(entry_id, row, False)

    def _entry_again(
        self,
        keys: Keys,
        ring: Ring,
        key: Wrapped,
        number: PhoneNumber,
        line_id: str,
        epoch: EpochKey,
        now: float,
    ) -> KeptNumber:
        row = self._row(number, self._unwrapped(key, ring), key.of, "caller", line_id, epoch, now)
        keys.used_again(
            key.of,
            claim=sealing.claim(epoch.key, number, line_id),
            claim_epoch=epoch.epoch,
            sealed_as=sealing.print_of(row["sealed"]),
            now=now,
        )
        return KeptNumber(key.of, row, True)

    def _row(
        self,
        number: PhoneNumber,
        row_key: bytes,
        entry_id: str,
        kind: Kind,
        line_id: str,
        epoch: EpochKey | None,
        now: float,
    ) -> dict[str, Any]:
        shred_at = None if kind == "helper" else now // HOUR * HOUR + self.keep_hours * HOUR
        sealed = _sealed(number, row_key, entry_id, kind, line_id, epoch)
        return {"id": entry_id, "kind": kind, "line_id": line_id, **sealed, "shred_at": shred_at}

    def _unwrapped(self, key: Wrapped, ring: Ring) -> bytes:
        return sealing.unwrap(key.wrapped, ring.key(key.master_key_id), ROW, key.of)


def forget_rows(connection: Connection, entry_ids: Collection[str]) -> None:
    """Deletes the rows of entries whose keys are gone."""
    connection.execute(delete(vault_entries).where(vault_entries.c.id.in_(entry_ids)))
    connection.execute(delete(number_holds).where(number_holds.c.entry_id.in_(entry_ids)))
    connection.execute(delete(flashes).where(flashes.c.number_id.in_(entry_ids)))
    for table in (callbacks, risk_cases):
        connection.execute(update(table).where(table.c.number_id.in_(entry_ids)).values(number_id=None))


def _sealed(
    number: PhoneNumber, row_key: bytes, entry_id: str, kind: str, line_id: str, epoch: EpochKey | None
) -> dict[str, Any]:
    label = Label(entry_id, kind, line_id, epoch.epoch if epoch else "")
    return {
        "sealed": sealing.seal(number, row_key, os.urandom(sealing.NONCE_BYTES), label),
        "epoch": label.epoch,
        "token": sealing.token(epoch.key, number) if epoch else "",
    }
