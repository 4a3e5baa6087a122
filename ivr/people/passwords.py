"""Passwords: which may be taken, how they are kept, and how many are looked at at once.

Of a password, length is asked for, and that it isn't one of those that everybody tries first. Nothing else: rules about
kinds of characters make people write passwords down.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ivr.people.refusals import PasswordRefused, TooBusy
from ivr.people.usual_passwords import is_usual, letters_of

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
SHORTEST_NAME_PART = 3
"""Shorter parts of a name are in too many good passwords."""
LEFT_BESIDES_NAME = 8
BUSY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """What one look at a password costs."""

    passes: int
    kibibytes: int
    lanes: int = 1


MEASURED = Cost(passes=3, kibibytes=24 * 1024)
"""About 50 ms on one of the two cores of a small server, and 24 MB: more than the 19 MB in two passes that are the
least to be recommended, and little enough that callers don't hear it."""


class Turnstile:
    """Lets `at_once` through and `waiting` more wait. Whoever comes after those is sent away at once: a thread that
    waits here answers no caller."""

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        self._inside = threading.BoundedSemaphore(at_once)
        self._here = threading.BoundedSemaphore(at_once + waiting)
        self._patience = patience

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Raises TooBusy."""
        if not self._here.acquire(blocking=False):
            raise TooBusy(BUSY_SECONDS)
        try:
            if not self._inside.acquire(timeout=self._patience):
                raise TooBusy(BUSY_SECONDS)
            try:
                yield
            finally:
                self._inside.release()
        finally:
            self._here.release()


class Passwords:
    """How passwords and PINs are kept: argon2id. One instance a process."""

    def __init__(self, cost: Cost = MEASURED) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.kibibytes, parallelism=cost.lanes
        )
        self._strangers = Turnstile(at_once=1, waiting=2, patience=2.0)
        self._known = Turnstile(at_once=1, waiting=2, patience=4.0)
        self._of_nobody: str | None = None

    @contextmanager
    def turn(self, *, known: bool) -> Iterator[None]:
        """In which a password may be looked at. Those whose browser is `known` don't stand in line behind strangers.

        Whatever a guess costs beside its hash belongs in here too. Raises TooBusy, before anything was done.
        """
        with (self._known if known else self._strangers).passing():
            yield

    def hash(self, secret: str) -> str:
        """How a password or PIN is kept. Raises TooBusy."""
        with self.turn(known=True):
            return self._hasher.hash(_plain(secret))

    def matches(self, hashed: str, secret: str) -> bool:
        """Whether it is this one. Of nobody (`hashed` empty) the answer is no, after as long a time. In a `turn`."""
        of_nobody = self._nobodys()
        fits = len(secret) <= LONGEST_PASSWORD
        found = False
        with suppress(VerificationError, InvalidHashError):
            found = self._hasher.verify(hashed or of_nobody, _plain(secret[:LONGEST_PASSWORD]))
        return found and fits and hashed != ""

    def is_outdated(self, hashed: str) -> bool:
        """Whether it was kept at another cost than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _nobodys(self) -> str:
        if self._of_nobody is None:
            self._of_nobody = self._hasher.hash("nobody has this password")
        return self._of_nobody


def judge_password(password: str, names: Iterable[str]) -> None:
    """Raises PasswordRefused when it can't be taken by somebody with these names."""
    if len(unicodedata.normalize("NFKC", password)) < SHORTEST_PASSWORD:
        raise PasswordRefused("too_short")
    if len(password) > LONGEST_PASSWORD:
        raise PasswordRefused("too_long")
    if is_usual(password):
        raise PasswordRefused("too_usual")
    if _is_little_more_than(password, names):
        raise PasswordRefused("own_name")


def _is_little_more_than(password: str, names: Iterable[str]) -> bool:
    left = letters_of(password)
    parts = {part for name in names for part in _parts(name) if len(part) >= SHORTEST_NAME_PART}
    for part in sorted(parts, key=len, reverse=True):
        left = left.replace(part, "")
    return left != letters_of(password) and len(left) < LEFT_BESIDES_NAME


def _parts(name: str) -> list[str]:
    separated = "".join(c if c.isalnum() else " " for c in name)
    return [letters_of(name), *(letters_of(part) for part in separated.split())]


def _plain(secret: str) -> bytes:
    # The same characters, typed on another keyboard, may arrive put together in another way.
    return unicodedata.normalize("NFKC", secret).encode("utf-8", "surrogatepass")
