"""The whole library in one file: a tar archive of rows and sounds, with the SHA-256 of each.

The list of what is in it comes last, so that an archive that broke off is seen to have broken off.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, Table, select

from audio.reads import reading
from audio.stores import NotKept, Store

FORMAT, VERSION = "warmline library", 1
MANIFEST = "manifest.json"

Progress = Callable[[int, int, str], None]
"""(done, total, what was just done)"""


@dataclass(frozen=True, slots=True)
class Library:
    """What a backup is of. `tables` in the order in which their rows can be added; `clips` and `originals` are where
    the sounds lie, and `names` gives those that the rows of the database speak of, as (place, SHA-256)."""

    database: Engine
    tables: Sequence[Table]
    stores: Mapping[str, Store]
    names: Callable[[Connection], Collection[tuple[str, str]]]
    contradictions: Callable[[Connection, Mapping[str, Sequence[Mapping[str, Any]]]], list[str]]


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What is in a backup: rows by table, sounds, bytes; and what is named in the database but gone or damaged."""

    rows: Mapping[str, int]
    sounds: int
    size: int
    lost: Sequence[str]


def write_backup(
    library: Library, file: Path, made_on: date, progress: Progress = lambda _done, _total, _label: None
) -> BackedUp:
    """Writes everything into a new file, which is there whole or not at all. Raises FileExistsError, OSError."""
    if file.exists():
        raise FileExistsError(file)
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            found = _write(library, opened, made_on, progress)
            opened.flush()
            os.fsync(opened.fileno())
        _give_name(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
    return found


def _give_name(unfinished: Path, file: Path) -> None:
    """A link, because a name that somebody has taken meanwhile isn't taken from them. Memory sticks know no links."""
    try:
        os.link(unfinished, file)
    except FileExistsError:
        raise
    except OSError:
        if file.exists():
            raise FileExistsError(file) from None
        unfinished.rename(file)


def _write(library: Library, opened: IO[bytes], made_on: date, progress: Progress) -> BackedUp:
    sums: dict[str, str] = {}
    counts: dict[str, int] = {}
    lost: list[str] = []
    with tarfile.open(fileobj=opened, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        with reading(library.database) as connection:
            for table in library.tables:
                content, counts[table.name] = _rows_of(connection, table)
                _add(archive, sums, f"rows/{table.name}.jsonl", content)
            names = sorted(library.names(connection))
        for done, (place, sha) in enumerate(names, start=1):
            try:
                content = library.stores[place].read(sha)
            except NotKept:
                content = b""
            if hashlib.sha256(content).hexdigest() == sha:
                _add(archive, sums, f"{place}/{sha}", content)
            else:
                lost.append(f"{place}/{sha}")
            progress(done, len(names), place)
        told = {"format": FORMAT, "version": VERSION, "made_on": made_on.isoformat(), "lost": lost}
        manifest = json.dumps({**told, "sha256": sums}, indent=1).encode()
        _add(archive, {}, MANIFEST, manifest)
    return BackedUp(counts, len(names) - len(lost), opened.tell(), lost)


def _rows_of(connection: Connection, table: Table) -> tuple[bytes, int]:
    file, count = io.BytesIO(), 0
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
        told = {name: _told(value) for name, value in row.items()}
        file.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        count += 1
    return file.getvalue(), count


def _told(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, date) else value


def _add(archive: tarfile.TarFile, sums: dict[str, str], name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))
    sums[name] = hashlib.sha256(content).hexdigest()
