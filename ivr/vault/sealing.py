"""Sealing numbers, wrapping keys, making tokens. PURE: random bytes are handed in.

Everything is bound to its place: a ciphertext copied to another row, or a wrapped key to another entry, fails to open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ivr.vault.errors import CiphertextDamaged
from ivr.vault.number import NotANumber, PhoneNumber
from ivr.vault.plain import e164_of

KEY_BYTES = 32
NONCE_BYTES = 12
_PADDED = 16
"""The longest number: every ciphertext has one length, so none tells how long its number is."""


class Label(NamedTuple):
    """Where a ciphertext belongs."""

    entry_id: str
    kind: str
    line_id: str
    epoch: str


def seal(number: PhoneNumber, row_key: bytes, nonce: bytes, label: Label) -> bytes:
    """The number as ciphertext that opens only under this label. `nonce` must be new for each sealing."""
    padded = e164_of(number).encode().ljust(_PADDED, b"\0")
    return nonce + AESGCM(row_key).encrypt(nonce, padded, _bound("number", *label))


def unseal(sealed: bytes, row_key: bytes, label: Label) -> PhoneNumber:
    """The number. Raises CiphertextDamaged when this isn't what was sealed under this label."""
    padded = _decrypted(sealed, row_key, _bound("number", *label))
    try:
        return PhoneNumber(padded.rstrip(b"\0").decode("ascii"))
    except (NotANumber, UnicodeDecodeError) as error:
        raise CiphertextDamaged("no number") from error


def seal_bytes(plain: bytes, row_key: bytes, nonce: bytes, kind: str, of: str) -> bytes:
    """Anything else as ciphertext, bound to what it is and whose it is. `nonce` must be new for each sealing."""
    return nonce + AESGCM(row_key).encrypt(nonce, plain, _bound("bytes", kind, of))


def unseal_bytes(sealed: bytes, row_key: bytes, kind: str, of: str) -> bytes:
    """What was sealed. Raises CiphertextDamaged when this isn't it."""
    return _decrypted(sealed, row_key, _bound("bytes", kind, of))


def wrap(key: bytes, master_key: bytes, nonce: bytes, purpose: str, of: str) -> bytes:
    """A key under the master key, bound to what it is for and whose it is."""
    return nonce + AESGCM(master_key).encrypt(nonce, key, _bound("key", purpose, of))


def unwrap(wrapped: bytes, master_key: bytes, purpose: str, of: str) -> bytes:
    """The key. Raises CiphertextDamaged when this isn't what was wrapped."""
    return _decrypted(wrapped, master_key, _bound("key", purpose, of))


def token(epoch_key: bytes, number: PhoneNumber) -> str:
    """The same for the same number within one epoch, and nothing to whoever lacks its key."""
    return hmac.digest(epoch_key, e164_of(number).encode(), hashlib.sha256).hex()


def claim(epoch_key: bytes, number: PhoneNumber, line_id: str) -> str:
    """Says in the key store that a number has an entry on a line; unlike its token in the database."""
    told = _bound("claim", line_id, e164_of(number))
    return hmac.digest(epoch_key, told, hashlib.sha256).hex()


def print_of(sealed: bytes) -> str:
    """Tells one ciphertext from another."""
    return hashlib.sha256(sealed).hexdigest()[:32]


def _bound(*parts: str) -> bytes:
    return json.dumps(["warmline 1", *parts], separators=(",", ":")).encode()


def _decrypted(sealed: bytes, key: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise CiphertextDamaged("not what was sealed") from error
