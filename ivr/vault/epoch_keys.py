"""The keys of epochs: one each, made when first needed, never a second."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from ivr.vault import sealing
from ivr.vault.epochs import epoch_of, needed_until, next_epoch
from ivr.vault.key_store import Keys, Wrapped
from ivr.vault.master_keys import Ring

PURPOSE = "epoch"


@dataclass(frozen=True, slots=True)
class EpochKey:
    """The key of an epoch. Printing it doesn't show the key."""

    epoch: str
    key: bytes = field(repr=False)


def living_epochs(keys: Keys, ring: Ring) -> list[EpochKey]:
    """Every epoch whose key hasn't been destroyed. Raises MasterKeyMissing and CiphertextDamaged."""
    return [
        EpochKey(epoch, sealing.unwrap(found.wrapped, ring.key(found.master_key_id), PURPOSE, epoch))
        for epoch, found in keys.epochs().items()
        if found is not None
    ]


def epoch_in_use(keys: Keys, ring: Ring, now: float, keep_hours: int) -> EpochKey:
    """The epoch for what is sealed now.

    Where a clock has jumped back into an epoch whose key is destroyed, it is the next one that lives, or was never.
    """
    known = keys.epochs()
    epoch = epoch_of(now)
    while epoch in known and known[epoch] is None:
        epoch = next_epoch(epoch)
    found = known.get(epoch)
    if found is not None:
        return EpochKey(epoch, sealing.unwrap(found.wrapped, ring.key(found.master_key_id), PURPOSE, epoch))
    key = os.urandom(sealing.KEY_BYTES)
    wrapped = sealing.wrap(key, ring.current.key, os.urandom(sealing.NONCE_BYTES), PURPOSE, epoch)
    keys.put_epoch_key(Wrapped(epoch, ring.current.id, wrapped), needed_until(epoch, keep_hours))
    return EpochKey(epoch, key)
