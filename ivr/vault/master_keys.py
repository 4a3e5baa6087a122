"""The ring of master keys: the one in use, and older ones that still wrap something.

They come from the environment, or from a file: one key a line, 64 hexadecimal characters, the one in use first. The
file is read again when it has changed, so that a rotation needs no restart.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ivr.key_places import readable_by_others
from ivr.vault.errors import MasterKeyMissing
from ivr.vault.sealing import KEY_BYTES


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A master key; its id says which it is and nothing about it."""

    id: str
    key: bytes = field(repr=False)


class Ring(NamedTuple):
    """The master keys at hand."""

    current: MasterKey
    by_id: Mapping[str, MasterKey]

    def key(self, master_key_id: str) -> bytes:
        """Raises MasterKeyMissing."""
        found = self.by_id.get(master_key_id)
        if found is None:
            raise MasterKeyMissing(f"the master key {master_key_id} isn't in the ring")
        return found.key


class MasterKeys:
    """Where a process gets its ring."""

    def __init__(self, file: Path | None, current: str = "", older: str = "") -> None:
        self._file = file
        self._from_environment = "\n".join([current, *older.split(",")]) if current else ""
        self._read: tuple[tuple[int, ...], Ring] | None = None

    def from_file(self) -> Path | None:
        """The file that the ring is read from, None when it comes from the environment."""
        return None if self._from_environment else self._file

    def ring(self) -> Ring:
        """Raises MasterKeyMissing when there is none, when it can't be read, or when others could read it."""
        if self._from_environment:
            return _ring_of(self._from_environment)
        if self._file is None:
            raise MasterKeyMissing("no master key is set")
        try:
            if readable_by_others(self._file):
                raise MasterKeyMissing("others can read the master key file")
            found = self._file.stat()
            seen = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            read = self._read
            if read is None or read[0] != seen:
                self._read = read = seen, _ring_of(self._file.read_text("ascii"))
        except (OSError, UnicodeDecodeError) as error:
            raise MasterKeyMissing("the master key file can't be read") from error
        return read[1]


def new_key_text() -> str:
    """A new master key, as it is written."""
    return secrets.token_hex(KEY_BYTES)


def add_new_key(file: Path) -> str:
    """Makes the file, or puts a new key first in it; returns the new key's id. Only its owner can read the file."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = _lines(file.read_text("ascii")) if file.exists() else []
    text = new_key_text()
    _write(file, [text, *before])
    return _key_of(text).id


def remove_keys(file: Path, ids: Collection[str]) -> None:
    """Takes keys out of the file, and out of the disk as far as a file system lets us."""
    lines = _lines(file.read_text("ascii"))
    _write(file, [line for line in lines if _key_of(line).id not in ids])


def _write(file: Path, lines: list[str]) -> None:
    temporary = file.with_name(file.name + ".part")
    with suppress(FileNotFoundError):
        temporary.unlink()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as written:
        written.write("".join(f"{line}\n" for line in lines))
        written.flush()
        os.fsync(written.fileno())
    temporary.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _ring_of(text: str) -> Ring:
    keys = [_key_of(line) for line in _lines(text)]
    if not keys:
        raise MasterKeyMissing("the master key file is empty")
    return Ring(keys[0], {key.id: key for key in keys})


def _key_of(line: str) -> MasterKey:
    try:
        key = bytes.fromhex(line)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        # Not "from error": what was wrong with it would say what stands in the file.
        raise MasterKeyMissing("a master key has to be 64 hexadecimal characters") from None
    return MasterKey(hashlib.sha256(b"warmline master key" + key).hexdigest()[:12], key)
