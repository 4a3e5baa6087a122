"""Bringing a library back from a backup. All of it is looked through before anything is changed, and then it only adds:
what is there already stays as it is, and so does what is published next.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, select

from audio.backup import FORMAT, MANIFEST, VERSION, Library, Progress
from audio.reads import reading
from audio.row_values import value_of
from audio.stores import AT_ONCE, Store
from audio.tables import clips

LARGEST_ROWS = 512 * 1024 * 1024
LARGEST_SOUND = 256 * 1024 * 1024
ROWS_AT_ONCE = 500

_ROWS = re.compile(r"rows/([a-z_]{1,40})\.jsonl")
_SOUND = re.compile(r"(clips|originals)/([0-9a-f]{64})")


class NotABackup(ValueError):
    """This is no backup of a library, or one of a newer Warmline. Permanent."""


class BackupDamaged(ValueError):
    """A backup is cut off or changed: the message says where. Permanent: use another one. Nothing was restored."""


class BackupContradicts(ValueError):
    """What is in the backup can't stand beside what is there: the message says what. Nothing was restored."""


@dataclass
class Restored:
    """What a backup has added, and what was there already."""

    rows: dict[str, int] = field(default_factory=dict)
    rows_kept: int = 0
    sounds: int = 0
    sounds_kept: int = 0


def restore_backup(
    library: Library, file: Path, progress: Progress = lambda _done, _total, _label: None
) -> Restored:
    """Looks through a backup, and then adds what isn't there. Raises NotABackup, BackupDamaged, BackupContradicts
    before anything is changed. Stopped half-way, it can be run again."""
    tables = {table.name: table for table in library.tables}
    with _readable(file):
        manifest, rows = _looked_through(file, tables)
    with reading(library.database) as connection:
        contradictions = library.contradictions(connection, rows)
    if contradictions:
        raise BackupContradicts("\n".join(contradictions))
    restored = Restored()
    sounds = [name for name in manifest if _SOUND.fullmatch(name)]
    for done, (name, content) in enumerate(_sounds_in(file), start=1):
        _put(library.stores, name, content, manifest[name], restored)
        progress(done, len(sounds), name)
    with library.database.begin() as connection:
        for table in library.tables:
            _add_rows(connection, table, rows.get(table.name, []), restored)
    return restored


def _looked_through(
    file: Path, tables: Mapping[str, Table]
) -> tuple[dict[str, str], dict[str, list[dict[str, Any]]]]:
    """The checksums of everything, and the rows, after all of it was read and found to be as it was written."""
    found: dict[str, str] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    manifest: dict[str, Any] | None = None
    for entry, opened in _entries(file):
        if manifest is not None:
            raise BackupDamaged(f"{entry.name[:80]} stands behind the end")
        if entry.name == MANIFEST:
            manifest = _manifest(opened.read(LARGEST_ROWS))
            continue
        table = _ROWS.fullmatch(entry.name)
        if table is None and not _SOUND.fullmatch(entry.name):
            raise BackupDamaged(f"{entry.name[:80]} belongs to no backup")
        if table is not None:
            content = opened.read(LARGEST_ROWS)
            found[entry.name] = hashlib.sha256(content).hexdigest()
            rows[table[1]] = _read_rows(table[1], content, tables)
        elif entry.size > LARGEST_SOUND:
            raise BackupDamaged(f"{entry.name} is larger than any recording")
        else:
            found[entry.name] = _sum_of(opened)
            if found[entry.name] != entry.name.rpartition("/")[2]:
                raise BackupDamaged(f"{entry.name} isn't what it was")
    if manifest is None:
        raise BackupDamaged("it breaks off before its end")
    if manifest["sha256"] != found:
        changed = sorted(set(manifest["sha256"].items()) ^ set(found.items()))
        raise BackupDamaged(f"{changed[0][0]} isn't what it was, or missing")
    return found, rows


def _entries(file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with tarfile.open(file, mode="r:") as archive:
        for entry in archive:
            opened = archive.extractfile(entry) if entry.isreg() else None
            if opened is None:
                raise BackupDamaged(f"{entry.name[:80]} is no file")
            yield entry, opened


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Says of an archive that can't be read whether it is one of ours at all."""
    try:
        yield
    except tarfile.ReadError as error:
        if file.stat().st_size and _begins_as_ours(file):
            raise BackupDamaged("it breaks off before its end") from error
        raise NotABackup(str(file)) from error
    except (tarfile.TarError, EOFError, UnicodeError, OverflowError) as error:
        raise BackupDamaged("it can't be read to its end") from error


def _begins_as_ours(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(5) == b"rows/"


def _manifest(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
        known = told["format"] == FORMAT and told["version"] == VERSION
        sums = {str(name): str(sha) for name, sha in told["sha256"].items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise NotABackup("its list can't be read") from error
    if not known:
        raise NotABackup(f"{told['format']!r}, version {told['version']!r}"[:120])
    return {**told, "sha256": sums}


def _read_rows(name: str, content: bytes, tables: Mapping[str, Table]) -> list[dict[str, Any]]:
    table = tables.get(name)
    if table is None:
        raise NotABackup(f"rows of {name}, which nobody knows here")
    wanted = {column.name for column in table.c}
    found = []
    try:
        for line in content.splitlines():
            row = json.loads(line)
            if set(row) != wanted:
                raise NotABackup(
                    f"rows of {name} with other columns: restore it with the Warmline that wrote it"
                )
            found.append({column.name: value_of(column, row[column.name]) for column in table.c})
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        if isinstance(error, NotABackup):
            raise
        raise BackupDamaged(f"rows of {name} can't be read") from error
    return found


def _sum_of(opened: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := opened.read(AT_ONCE):
        digest.update(piece)
    return digest.hexdigest()


def _sounds_in(file: Path) -> Iterator[tuple[str, bytes]]:
    for entry, opened in _entries(file):
        if _SOUND.fullmatch(entry.name):
            yield entry.name, opened.read()


def _put(stores: Mapping[str, Store], name: str, content: bytes, sha: str, restored: Restored) -> None:
    place = name.partition("/")[0]
    if hashlib.sha256(content).hexdigest() != sha:
        raise BackupDamaged(f"{name} has changed while it was being read")
    if stores[place].has(sha):
        restored.sounds_kept += 1
    else:
        restored.sounds += 1
    # Also what is there already: it is needed from now on, though no row says so yet.
    stores[place].put(content)


def _add_rows(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], restored: Restored
) -> None:
    """Adds rows that clash with none, by their key or by anything else that has to be unique."""
    groups = [tuple(table.primary_key.columns.keys()), *_unique(table)]
    taken = {group: _known(connection, table, group) for group in groups}
    new = []
    for row in rows:
        keys = {group: tuple(row[name] for name in group) for group in groups}
        if any(key in taken[group] for group, key in keys.items()):
            restored.rows_kept += 1
            continue
        for group, key in keys.items():
            taken[group].add(key)
        new.append(row)
    if table is clips:
        new = _behind_what_is_here(connection, new)
    for start in range(0, len(new), ROWS_AT_ONCE):
        connection.execute(table.insert(), new[start : start + ROWS_AT_ONCE])
    restored.rows[table.name] = len(new)


def _behind_what_is_here(connection: Connection, new: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Clips with numbers below all that their prompt has here: what was approved since the backup stays what is
    published next, and among themselves they keep their order."""
    lowest = select(clips.c.prompt, clips.c.language, func.min(clips.c.take)).group_by(
        clips.c.prompt, clips.c.language
    )
    below = {(prompt, language): number for prompt, language, number in connection.execute(lowest)}
    found = []
    for row in sorted(new, key=lambda row: int(row["take"]), reverse=True):
        key = row["prompt"], row["language"]
        if key in below:
            below[key] -= 1
            row = {**row, "take": below[key]}
        found.append(row)
    return found


def _unique(table: Table) -> list[tuple[str, ...]]:
    constraints = [c for c in table.constraints if type(c).__name__ == "UniqueConstraint"]
    indexes = [index for index in table.indexes if index.unique]
    return [tuple(column.name for column in one.columns) for one in (*constraints, *indexes)]  # type: ignore[attr-defined]


def _known(connection: Connection, table: Table, group: tuple[str, ...]) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in connection.execute(select(*(table.c[name] for name in group)))}
