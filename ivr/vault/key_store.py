"""The key store: where the keys of entries and of epochs are, wrapped by the master key.

Writers take turns, so that whatever one has looked up still holds when it writes. A transaction is on disk when it
ends: a key is there before anything that it opens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, inspect, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.vault import key_engine
from ivr.vault.errors import KeyStoreOutOfReach, KeysWithNumbers, MasterKeyRetired
from ivr.vault.key_tables import anchors, epoch_keys, master_keys, metadata, row_keys
from ivr.vault.tables import vault_entries

HOUR = 3600.0
ACTIVE, RETIRED = "active", "retired"


class Wrapped(NamedTuple):
    """A key as it is stored; `of` is its entry or its epoch."""

    of: str
    master_key_id: str
    wrapped: bytes


class Anchor(NamedTuple):
    """Where a chain ended when it was last noted."""

    seq: int
    chained: str


class KeyStore:
    """The key store of one installation."""

    def __init__(self, url: str) -> None:
        self.engine = key_engine.open_key_store(url)

    def prepare(self) -> None:
        """Makes what is missing: the file, the tables. Raises KeyStoreOutOfReach, KeysWithNumbers."""
        try:
            path = key_engine.file_of(self.engine)
            if path is not None:
                key_engine.make_file(path)
            with self.writing() as keys:
                keys.check_apart()
                metadata.create_all(keys.connection)
        except OSError as error:
            raise KeyStoreOutOfReach(type(error).__name__) from error

    @contextmanager
    def writing(self) -> Iterator[Keys]:
        """A transaction that may write; the next writer waits. Raises KeyStoreOutOfReach."""
        try:
            with self.engine.begin() as connection:
                key_engine.one_writer_at_a_time(connection)
                yield Keys(connection)
        except SQLAlchemyError as error:
            raise KeyStoreOutOfReach(type(error).__name__) from error

    @contextmanager
    def reading(self) -> Iterator[Keys]:
        """A transaction that only reads. Raises KeyStoreOutOfReach."""
        try:
            with self.engine.connect().execution_options(**{key_engine.ONLY_READS: True}) as connection:
                yield Keys(connection)
        except SQLAlchemyError as error:
            raise KeyStoreOutOfReach(type(error).__name__) from error


class Keys:
    """One transaction in the key store."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def check_apart(self) -> None:
        """Raises KeysWithNumbers where this is the database of the numbers: one backup would hold both."""
        if inspect(self.connection).has_table(vault_entries.name):
            raise KeysWithNumbers("the key store is the database of the numbers itself")

    def state_of_master(self, master_key_id: str) -> str | None:
        """Active, retired, or None when nothing was ever wrapped with it."""
        query = select(master_keys.c.state).where(master_keys.c.id == master_key_id)
        state: str | None = self.connection.execute(query).scalar()
        return state

    def use_master(self, master_key_id: str) -> None:
        """Whatever is wrapped with it in this transaction may be stored. Raises MasterKeyRetired."""
        state = self.state_of_master(master_key_id)
        if state == RETIRED:
            raise MasterKeyRetired(f"the master key {master_key_id} has been replaced")
        if state is None:
            self.connection.execute(insert(master_keys).values(id=master_key_id, state=ACTIVE))

    def retire_masters_but(self, master_key_id: str) -> None:
        """From now on nothing can be wrapped with any other."""
        self.use_master(master_key_id)
        others = master_keys.c.id != master_key_id
        self.connection.execute(update(master_keys).where(others).values(state=RETIRED))

    def masters(self) -> dict[str, str]:
        """Every master key that was ever used, with its state."""
        return {row.id: row.state for row in self.connection.execute(select(master_keys))}

    def row_key(self, entry_id: str) -> Wrapped | None:
        """The key of an entry, None when it has been destroyed."""
        return self._one_row_key(row_keys.c.entry_id == entry_id)

    def claimed(self, claims: Collection[str]) -> Wrapped | None:
        """The key of the entry that holds one of these claims."""
        return self._one_row_key(row_keys.c.claim.in_(claims))

    def put_row_key(
        self, key: Wrapped, *, claim: str | None, claim_epoch: str, sealed_as: str, now: float
    ) -> None:
        """A new key of an entry. Its master key has to be in use: see `use_master`."""
        self.use_master(key.master_key_id)
        self.connection.execute(
            insert(row_keys).values(
                entry_id=key.of,
                master_key_id=key.master_key_id,
                wrapped=key.wrapped,
                claim=claim,
                claim_epoch=claim_epoch,
                sealed_as=sealed_as,
                used_at=_hour_of(now),
            )
        )

    def used_again(
        self, entry_id: str, *, claim: str | None, claim_epoch: str, sealed_as: str, now: float
    ) -> None:
        """Notes that something new has been sealed under an entry's key."""
        changed = {
            "claim": claim,
            "claim_epoch": claim_epoch,
            "sealed_as": sealed_as,
            "used_at": _hour_of(now),
        }
        this = row_keys.c.entry_id == entry_id
        self.connection.execute(update(row_keys).where(this).values(changed))

    def destroy(self, sealed: Mapping[str, str], used_before: float) -> set[str]:
        """Destroys keys of entries; returns whose keys are gone.

        Spared is the key of an entry under which something else was sealed lately than what the caller of this has
        seen: a call is about to store it.
        """
        for entry_id, seen in sealed.items():
            settled = or_(row_keys.c.sealed_as == seen, row_keys.c.used_at < used_before)
            self.connection.execute(delete(row_keys).where(row_keys.c.entry_id == entry_id, settled))
        return set(sealed) - self.existing(sealed)

    def existing(self, entry_ids: Collection[str]) -> set[str]:
        """Which of these entries have a key."""
        query = select(row_keys.c.entry_id).where(row_keys.c.entry_id.in_(entry_ids))
        return set(self.connection.execute(query).scalars())

    def unused_since(self, at: float, after: str, most: int) -> list[str]:
        """Entries whose key was last used before a moment, in the order of their ids."""
        query = (
            select(row_keys.c.entry_id)
            .where(row_keys.c.used_at < at, row_keys.c.entry_id > after)
            .order_by(row_keys.c.entry_id)
            .limit(most)
        )
        return list(self.connection.execute(query).scalars())

    def destroy_unused(self, entry_ids: Collection[str], since: float) -> int:
        """Destroys the keys of these entries that still haven't been used."""
        unused = and_(row_keys.c.entry_id.in_(entry_ids), row_keys.c.used_at < since)
        return self.connection.execute(delete(row_keys).where(unused)).rowcount

    def wrapped_by_others(self, master_key_id: str, after: str, most: int) -> Sequence[Wrapped]:
        """Keys of entries that aren't wrapped by this master key, in the order of their ids."""
        query = (
            select(row_keys.c.entry_id, row_keys.c.master_key_id, row_keys.c.wrapped)
            .where(row_keys.c.master_key_id != master_key_id, row_keys.c.entry_id > after)
            .order_by(row_keys.c.entry_id)
            .limit(most)
        )
        return [Wrapped(*row) for row in self.connection.execute(query)]

    def rewrap_row_key(self, key: Wrapped) -> None:
        """The same key, wrapped by another master key."""
        self.use_master(key.master_key_id)
        changed = {"master_key_id": key.master_key_id, "wrapped": key.wrapped}
        self.connection.execute(update(row_keys).where(row_keys.c.entry_id == key.of).values(changed))

    def rewrap_epoch_key(self, key: Wrapped) -> None:
        """The same for the key of an epoch."""
        self.use_master(key.master_key_id)
        changed = {"master_key_id": key.master_key_id, "wrapped": key.wrapped}
        self.connection.execute(update(epoch_keys).where(epoch_keys.c.epoch == key.of).values(changed))

    def count_by_master(self) -> dict[str, int]:
        """How many keys each master key wraps."""
        counts: dict[str, int] = {}
        for table in (row_keys, epoch_keys):
            query = (
                select(table.c.master_key_id, func.count())
                .where(table.c.wrapped.is_not(None))
                .group_by(table.c.master_key_id)
            )
            for master_key_id, count in self.connection.execute(query):
                counts[master_key_id] = counts.get(master_key_id, 0) + count
        return counts

    def epochs(self) -> dict[str, Wrapped | None]:
        """Every epoch there ever was, in order; None where its key has been destroyed."""
        query = select(epoch_keys).order_by(epoch_keys.c.epoch)
        return {
            row.epoch: Wrapped(row.epoch, row.master_key_id, row.wrapped) if row.wrapped is not None else None
            for row in self.connection.execute(query)
        }

    def put_epoch_key(self, key: Wrapped, destroy_at: float) -> None:
        """The key of a new epoch."""
        self.use_master(key.master_key_id)
        row = {"epoch": key.of, "master_key_id": key.master_key_id, "wrapped": key.wrapped}
        self.connection.execute(insert(epoch_keys).values(**row, destroy_at=destroy_at, due_since=None))

    def epochs_due(self, now: float, for_seconds: float) -> list[str]:
        """Epochs whose key has been seen to be due for so long. A clock that is wrong for a while destroys nothing."""
        alive = epoch_keys.c.wrapped.is_not(None)
        early, due = epoch_keys.c.destroy_at > now, epoch_keys.c.destroy_at <= now
        self.connection.execute(update(epoch_keys).where(alive, early).values(due_since=None))
        first_seen = epoch_keys.c.due_since.is_(None)
        self.connection.execute(update(epoch_keys).where(alive, due, first_seen).values(due_since=now))
        query = select(epoch_keys.c.epoch).where(alive, due, epoch_keys.c.due_since <= now - for_seconds)
        return list(self.connection.execute(query).scalars())

    def destroy_epoch(self, epoch: str) -> None:
        """Destroys the key of an epoch and empties its claims. That there was one stays known for ever."""
        this = epoch_keys.c.epoch == epoch
        self.connection.execute(update(epoch_keys).where(this).values(wrapped=None))
        of_this = row_keys.c.claim_epoch == epoch
        self.connection.execute(update(row_keys).where(of_this).values(claim=None, claim_epoch=""))

    def next_destruction(self) -> tuple[str, float] | None:
        """The epoch whose key goes next, and when."""
        query = (
            select(epoch_keys.c.epoch, epoch_keys.c.destroy_at)
            .where(epoch_keys.c.wrapped.is_not(None))
            .order_by(epoch_keys.c.destroy_at)
            .limit(1)
        )
        row = self.connection.execute(query).first()
        return None if row is None else (row.epoch, row.destroy_at)

    def anchor(self, name: str) -> Anchor | None:
        """Where a chain ended when it was last noted here."""
        query = select(anchors.c.seq, anchors.c.chained).where(anchors.c.name == name)
        row = self.connection.execute(query).first()
        return None if row is None else Anchor(row.seq, row.chained)

    def move_anchor(self, name: str, anchor: Anchor) -> None:
        """Notes where a chain ends now. It only grows."""
        known = self.anchor(name)
        if known is None:
            self.connection.execute(insert(anchors).values(name=name, **anchor._asdict()))
        elif known.seq < anchor.seq:
            this = anchors.c.name == name
            self.connection.execute(update(anchors).where(this).values(anchor._asdict()))

    def _one_row_key(self, which: object) -> Wrapped | None:
        query = select(row_keys.c.entry_id, row_keys.c.master_key_id, row_keys.c.wrapped).where(which)  # type: ignore[arg-type]
        row = self.connection.execute(query).first()
        return None if row is None else Wrapped(*row)


def _hour_of(at: float) -> float:
    return at // HOUR * HOUR
