"""Where sound is kept: by the hash of its content, in a folder or in a bucket, so that a name never changes its sound.

A thing is there whole or not at all, even when the power fails; what is there already isn't written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

_SHA = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".unfinished"
_ABANDONED_AFTER_SECONDS = 3600
AT_ONCE = 1 << 20


class NotAHash(ValueError):
    """A name isn't 64 lower-case hexadecimal digits. It may be an attempt to read other files: answer 404."""


class NotKept(LookupError):
    """There is nothing of this name. Permanent, unless it is brought back from a backup."""


class StoreOutOfReach(Exception):
    """The bucket doesn't answer, or refuses us. Temporary, or a matter for whoever runs it."""


class Store(Protocol):
    """Sounds by their SHA-256. Safe for any number of processes at once. Everything raises NotAHash before it reaches
    for anything, and StoreOutOfReach where a bucket doesn't answer."""

    def has(self, sha: str) -> bool:
        """Whether it is there."""

    def there(self, shas: Collection[str]) -> set[str]:
        """Those of many that are there."""

    def size(self, sha: str) -> int:
        """Bytes. Raises NotKept."""

    def put(self, content: bytes) -> str:
        """Keeps it, and returns its SHA-256. What is there already is young again (see `take_away`)."""

    def put_file(self, file: Path) -> str:
        """Keeps the content of a file of any size, and returns its SHA-256."""

    def read(self, sha: str) -> bytes:
        """All of it. Raises NotKept."""

    def read_part(self, sha: str, start: int, length: int) -> bytes:
        """A part of it, which has to lie inside. Raises NotKept."""

    def remove(self, sha: str) -> None:
        """Forgets it; what isn't there is fine."""

    def take_away(self, sha: str, before: float) -> bytes | None:
        """Removes what nobody has kept since `before` (seconds since 1970), and returns it; None where it isn't there,
        or is younger."""

    def names(self) -> Iterator[str]:
        """Every SHA-256 that is there, in no order."""

    def clear_unfinished(self) -> int:
        """Removes what killed processes left half written over an hour ago, and says how many there were."""


def checked(sha: str) -> str:
    """The name itself. Raises NotAHash."""
    if not _SHA.fullmatch(sha):
        raise NotAHash(f"not a sound's name: {sha[:80]!r}")
    return sha


def place_of(sha: str, suffix: str) -> str:
    """Where it lies under the root: two levels of folders, so that none grows too large to list."""
    return f"{checked(sha)[:2]}/{sha[2:4]}/{sha}{suffix}"


def name_in(place: str, suffix: str) -> str | None:
    """The SHA-256 of what lies in a place; None where something else does."""
    name = place.rpartition("/")[2].removesuffix(suffix)
    return name if _SHA.fullmatch(name) and place.endswith(place_of(name, suffix)) else None


def sha_of_file(file: Path) -> str:
    """The SHA-256 of a file of any size."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class FolderStore:
    """Implements `Store` in a folder, as `ab/cd/abcd….wav`."""

    suffix = ""
    mode = 0o755
    """Who may look into the folder, where it is made here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha: str) -> Path:
        """Where it lies, or would lie. Raises NotAHash, before anything touches the disk."""
        return self.root / place_of(sha, self.suffix)

    def has(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def there(self, shas: Collection[str]) -> set[str]:
        return {sha for sha in shas if self.has(sha)}

    def size(self, sha: str) -> int:
        try:
            return self.path(sha).stat().st_size
        except FileNotFoundError:
            raise NotKept(sha) from None

    def put(self, content: bytes) -> str:
        sha = hashlib.sha256(content).hexdigest()
        if not _is_young_again(self.path(sha)):
            self._keep(lambda file: file.write(content))
        return sha

    def put_file(self, file: Path) -> str:
        with file.open("rb") as source:
            sha = hashlib.file_digest(source, "sha256").hexdigest()
            if _is_young_again(self.path(sha)):
                return sha
            source.seek(0)
            return self._keep(lambda kept: shutil.copyfileobj(source, kept, AT_ONCE))

    def read(self, sha: str) -> bytes:
        try:
            return self.path(sha).read_bytes()
        except FileNotFoundError:
            raise NotKept(sha) from None

    def read_part(self, sha: str, start: int, length: int) -> bytes:
        try:
            with self.path(sha).open("rb") as file:
                file.seek(start)
                return file.read(length)
        except FileNotFoundError:
            raise NotKept(sha) from None

    def remove(self, sha: str) -> None:
        self.path(sha).unlink(missing_ok=True)

    def take_away(self, sha: str, before: float) -> bytes | None:
        path, aside = self.path(sha), self._aside()
        try:
            # Out of reach first: whoever keeps it again from now on writes it anew.
            path.rename(aside)
        except FileNotFoundError:
            return None
        if aside.stat().st_mtime >= before:
            aside.rename(path)
            return None
        content = aside.read_bytes()
        aside.unlink()
        return content

    def names(self) -> Iterator[str]:
        for path in self.root.glob(f"??/??/*{self.suffix}"):
            name = name_in(path.as_posix(), self.suffix)
            if name is not None:
                yield name

    def clear_unfinished(self) -> int:
        removed = 0
        for unfinished in (self.root / _UNFINISHED).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - unfinished.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                    unfinished.unlink()
                    removed += 1
        return removed

    def _keep(self, write: Callable[[BinaryIO], object]) -> str:
        """What is named is what was written: a file may change while it is read."""
        unfinished = self._aside()
        try:
            with unfinished.open("x+b") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                sha = hashlib.file_digest(file, "sha256").hexdigest()
            path = self.path(sha)
            if _is_young_again(path):
                unfinished.unlink()
                return sha
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _fsync_folder(path.parent)
        return sha

    def _aside(self) -> Path:
        """A place of its own for something that isn't there whole yet, or not any more."""
        self.root.mkdir(parents=True, exist_ok=True, mode=self.mode)
        folder = self.root / _UNFINISHED
        folder.mkdir(exist_ok=True)
        return folder / uuid.uuid4().hex


def _is_young_again(path: Path) -> bool:
    """Says of what is there already that somebody needs it now; False where it isn't there."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _fsync_folder(folder: Path) -> None:
    """Without this a power cut could take the name away again after the database says that the sound is there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
