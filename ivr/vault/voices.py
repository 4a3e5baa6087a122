"""Voices that are kept sealed: what a listener has said, each under a key of its own in the key store.

As with numbers, destroying the key is what makes one unreadable for good, in every copy and every backup. The key is on
disk before anything that it opens.
"""

from __future__ import annotations

import os
from collections.abc import Collection

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ivr.vault import sealing
from ivr.vault.errors import MasterKeyRetired, VaultOutOfReach
from ivr.vault.key_store import KeyStore, Wrapped
from ivr.vault.master_keys import MasterKeys
from ivr.vault.vault import ROW

KIND = "voice"


class VoiceShredded(Exception):
    """Its key was destroyed: nobody can listen to it any more. Permanent."""


class SealedVoices:
    """Seals sound and opens it again. An id says which: 32 hex digits, and nobody else's in the key store."""

    def __init__(self, store: KeyStore, master: MasterKeys) -> None:
        self._store = store
        self._master = master

    def seal(self, voice_id: str, sound: bytes, needed_until: float) -> bytes:
        """The sound sealed, under a new key. The sweep of left-over keys destroys it after `needed_until` (seconds
        since 1970), should nobody have done so before. Raises VaultOutOfReach.
        """
        try:
            return self._seal(voice_id, sound, needed_until)
        except MasterKeyRetired:
            # A rotation came between reading the ring and using it: the file has a newer key by now.
            return self._seal(voice_id, sound, needed_until)

    def open(self, voice_id: str, sealed: bytes) -> bytes:
        """The sound. Raises VoiceShredded, CiphertextDamaged, VaultOutOfReach."""
        with self._store.reading() as keys:
            key = keys.row_key(voice_id)
        if key is None:
            raise VoiceShredded(voice_id)
        opened = sealing.unwrap(key.wrapped, self._master.ring().key(key.master_key_id), ROW, voice_id)
        return sealing.unseal_bytes(sealed, opened, KIND, voice_id)

    def shred(self, voice_ids: Collection[str]) -> None:
        """Destroys their keys, for good. Raises VaultOutOfReach."""
        if voice_ids:
            with self._store.writing() as keys:
                left = set(voice_ids) - keys.destroy(dict.fromkeys(voice_ids, ""), float("inf"))
            if left:
                raise VaultOutOfReach("keys could not be destroyed")

    def _seal(self, voice_id: str, sound: bytes, needed_until: float) -> bytes:
        ring, key = self._master.ring(), AESGCM.generate_key(256)
        sealed = sealing.seal_bytes(sound, key, os.urandom(sealing.NONCE_BYTES), KIND, voice_id)
        wrapped = sealing.wrap(key, ring.current.key, os.urandom(sealing.NONCE_BYTES), ROW, voice_id)
        with self._store.writing() as keys:
            # One that was made for the same voice before, and that nothing was stored under.
            keys.destroy({voice_id: ""}, float("inf"))
            keys.put_row_key(
                Wrapped(voice_id, ring.current.id, wrapped),
                claim=None,
                claim_epoch="",
                sealed_as=sealing.print_of(sealed),
                now=needed_until,
            )
        return sealed
