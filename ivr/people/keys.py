"""What the people's room derives from the installation's secret: marks of tokens, and seals of what must be read again.

Without the secret a copy of the database opens no browser's sign-in, no invitation, and no one-time code.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
TOKEN_BYTES = 32


class SealBroken(Exception):
    """What was sealed can't be opened: another secret, another person, another purpose, or it was touched."""


class PeopleKeys:
    """The keys of one installation. In no printed form."""

    __slots__ = ("_marks", "_seals")

    def __init__(self, secret: bytes) -> None:
        self._marks = hmac.digest(secret, b"warmline people marks", hashlib.sha256)
        self._seals = AESGCM(hmac.digest(secret, b"warmline people seals", hashlib.sha256))

    def mark(self, purpose: str, *parts: str) -> str:
        """A keyed hash, 64 hex digits. The same parts of another purpose have another mark."""
        told = "\0".join((purpose, *parts)).encode("utf-8", "surrogatepass")
        return hmac.digest(self._marks, told, hashlib.sha256).hex()

    def seal(self, purpose: str, person_id: str, plain: bytes) -> bytes:
        """Sealed so that it opens for this purpose and this person only."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._seals.encrypt(nonce, plain, _bound_to(purpose, person_id))

    def open(self, purpose: str, person_id: str, sealed: bytes) -> bytes:
        """What was sealed. Raises SealBroken."""
        try:
            nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            return self._seals.decrypt(nonce, rest, _bound_to(purpose, person_id))
        except (InvalidTag, ValueError):
            raise SealBroken from None


def new_token() -> str:
    """256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _bound_to(purpose: str, person_id: str) -> bytes:
    return f"{purpose}\0{person_id}".encode()
