"""Rotating the master key while the hotline is at work: every key is wrapped anew, and the old master key goes.

Killed half-way and run again it goes on where it was: what is left to do is what is still wrapped by another key.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from ivr.vault import sealing
from ivr.vault.epoch_keys import PURPOSE as EPOCH
from ivr.vault.errors import CiphertextDamaged, MasterKeyMissing
from ivr.vault.key_engine import one_rotation_at_a_time
from ivr.vault.key_store import Keys, KeyStore, Wrapped
from ivr.vault.master_keys import MasterKeys, Ring, remove_keys
from ivr.vault.vault import ROW

BATCH = 200


class Rotated(NamedTuple):
    """What a rotation did. `left` are keys that no master key of the ring opens: their numbers are lost."""

    to: str
    rewrapped: int
    left: int
    removed: tuple[str, ...]
    """Old master keys that wrap nothing any more, and are out of the file."""
    to_remove: tuple[str, ...]
    """The same, still to be taken out of the environment by hand."""


def rotate(store: KeyStore, master: MasterKeys, batch: int = BATCH) -> Rotated:
    """Wraps everything with the ring's first key. Raises RotationUnderWay, MasterKeyRetired, VaultOutOfReach."""
    with store.reading() as keys:
        keys.masters()
    with one_rotation_at_a_time(store.engine):
        ring = master.ring()
        with store.writing() as keys:
            keys.retire_masters_but(ring.current.id)
        rewrapped, left = _rewrap_rows(store, ring, batch)
        with store.writing() as keys:
            of_epochs, epochs_left = _rewrap_epochs(keys, ring)
            in_use = keys.count_by_master()
        unused = tuple(key for key in ring.by_id if key != ring.current.id and not in_use.get(key))
        from_file = master.from_file()
        if unused and from_file is not None:
            remove_keys(from_file, unused)
        return Rotated(
            ring.current.id,
            rewrapped + of_epochs,
            left + epochs_left,
            unused if from_file is not None else (),
            unused if from_file is None else (),
        )


def _rewrap_rows(store: KeyStore, ring: Ring, batch: int) -> tuple[int, int]:
    done, left, after = 0, 0, ""
    while True:
        # One short transaction a batch: calls go on meanwhile.
        with store.writing() as keys:
            found = keys.wrapped_by_others(ring.current.id, after, batch)
            for key in found:
                rewrapped = _rewrapped(key, ring, ROW)
                if rewrapped is None:
                    left += 1
                    continue
                keys.rewrap_row_key(rewrapped)
                done += 1
        if len(found) < batch:
            return done, left
        after = found[-1].of


def _rewrap_epochs(keys: Keys, ring: Ring) -> tuple[int, int]:
    done, left = 0, 0
    for key in keys.epochs().values():
        if key is None or key.master_key_id == ring.current.id:
            continue
        rewrapped = _rewrapped(key, ring, EPOCH)
        if rewrapped is None:
            left += 1
            continue
        keys.rewrap_epoch_key(rewrapped)
        done += 1
    return done, left


def _rewrapped(key: Wrapped, ring: Ring, purpose: str) -> Wrapped | None:
    try:
        opened = sealing.unwrap(key.wrapped, ring.key(key.master_key_id), purpose, key.of)
    except (MasterKeyMissing, CiphertextDamaged):
        return None
    nonce = os.urandom(sealing.NONCE_BYTES)
    return Wrapped(key.of, ring.current.id, sealing.wrap(opened, ring.current.key, nonce, purpose, key.of))
