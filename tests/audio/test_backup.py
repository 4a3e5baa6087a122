"""The whole library in one file, and back."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select, update

from audio import backup
from audio.backup import Library, write_backup
from audio.restore import BackupContradicts, BackupDamaged, NotABackup, restore_backup
from audio.tables import clips, metadata, takes
from tests.audio.take_rig import DAY, Room

Make = Callable[[str], Room]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Recording rooms, each with a database and stores of its own."""
    engines: list[Engine] = []

    def room(name: str) -> Room:
        (tmp_path / name).mkdir()
        engine = create_engine(f"sqlite:///{tmp_path / name / 'clips.db'}")
        metadata.create_all(engine)
        engines.append(engine)
        return Room(engine, tmp_path / name)

    yield room
    for engine in engines:
        engine.dispose()


def library(room: Room) -> Library:
    """Takes and clips, and every sound that they name."""

    def names(connection: object) -> set[tuple[str, str]]:
        return {("originals", sha) for sha in room.originals.names()} | {
            ("clips", sha) for sha in room.media.names()
        }

    stores = {"clips": room.media, "originals": room.originals}
    return Library(room.database, (takes, clips), stores, names, lambda _connection, _rows: [])


@pytest.fixture
def full(make: Make) -> Room:
    """A room with a take that is approved, one to review and one that nobody has looked at."""
    room = make("full")
    room.approve(room.make(room.send("one")))
    room.make(room.send("two"))
    room.send("three")
    return room


def rows(room: Room) -> dict[str, list[dict[str, object]]]:
    with room.database.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by("id")).mappings()]
            for table in (takes, clips)
        }


def rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A backup in which Mallory has changed something."""
    changed = file.with_name("changed.tar")
    with tarfile.open(file) as old, tarfile.open(changed, "w") as new:
        for entry in old:
            opened = old.extractfile(entry)
            assert opened is not None
            content = change(entry.name, opened.read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return changed


def test_everything_comes_back(full: Room, make: Make, tmp_path: Path) -> None:
    """After a disaster, a new machine has every recording, clip and approval as it was, byte for byte."""
    written = write_backup(library(full), tmp_path / "library.tar", DAY)
    assert (written.rows, written.sounds, written.lost) == ({"takes": 3, "clips": 1}, 5, [])
    assert (tmp_path / "library.tar").stat().st_mode & 0o077 == 0
    new = make("new")
    restored = restore_backup(library(new), tmp_path / "library.tar")
    assert (restored.rows, restored.sounds) == ({"takes": 3, "clips": 1}, 5)
    assert rows(new) == rows(full)
    assert new.played() == full.played() != ""
    assert {new.originals.read(sha) for sha in new.originals.names()} == {b"one", b"two", b"three"}


def test_restoring_adds_and_never_overwrites(full: Room, make: Make, tmp_path: Path) -> None:
    """Restored into a library that has gone on since, only what is missing comes back; run twice, nothing changes."""
    write_backup(library(full), tmp_path / "library.tar", DAY)
    with full.database.begin() as connection:
        connection.execute(update(takes).values(reason="written since"))
        connection.execute(clips.delete())
    again = restore_backup(library(full), tmp_path / "library.tar")
    assert (again.rows, again.rows_kept, again.sounds, again.sounds_kept) == (
        {"takes": 0, "clips": 1},
        3,
        0,
        5,
    )
    assert {row["reason"] for row in rows(full)["takes"]} == {"written since"}
    before = rows(full)
    restore_backup(library(full), tmp_path / "library.tar")
    assert rows(full) == before


def test_restoring_changes_nothing_that_is_published_next(make: Make, tmp_path: Path) -> None:
    """A new installation has begun anew when an old backup is brought back: what was approved since goes on being what
    callers hear next, and the old takes keep their order behind it."""
    old, fresh = make("old"), make("fresh")
    before = [old.approve(old.make(old.send(sound))) for sound in ("one", "two", "three")]
    write_backup(library(old), tmp_path / "library.tar", DAY)
    since = fresh.approve(fresh.make(fresh.send("since")))
    restore_backup(library(fresh), tmp_path / "library.tar")
    for clip in (since.clip_sha, *(take.clip_sha for take in reversed(before))):
        assert fresh.played() == clip
        with fresh.database.begin() as connection:
            connection.execute(update(clips).where(clips.c.sha == clip).values(state="withdrawn"))
    assert fresh.approve(fresh.make(fresh.send("next"))).clip_sha == fresh.played()


SPOILT = [
    *(("take", value) for value in ('"many"', "1e9", "true", "null", "1" + 30 * "0")),
    *(("state", value) for value in ('"flying"', "7")),
    *(("original_sha", value) for value in ('"../../../etc/passwd"', "null")),
    *(("seconds", value) for value in ("NaN", "Infinity", '"long"')),
    *(("voice", value) for value in ("null", '"\\u0000"', '"' + 65 * "x" + '"', "[" * 99_999)),
    *(("report", value) for value in ('"[]"', '"{"')),
]


def test_rows_that_no_page_could_show_are_not_restored(full: Room, make: Make, tmp_path: Path) -> None:
    """Mallory changes a backup and puts its sums right: a word where a number belongs, a state that isn't one, a name
    that leads elsewhere. Nothing of it is restored."""
    file, new = tmp_path / "library.tar", make("new")
    write_backup(library(full), file, DAY)
    for column, value in SPOILT:

        def change(name: str, content: bytes, column: str = column, value: str = value) -> bytes:
            if name != "rows/takes.jsonl":
                return content
            row = json.loads(content.splitlines()[0])
            return json.dumps({**row, column: "@@"}).replace('"@@"', value).encode()

        with pytest.raises(BackupDamaged, match="rows of takes can't be read"):
            restore_backup(library(new), summed(rewritten(file, change)))
    assert rows(new) == {"takes": [], "clips": []}


def test_a_sound_that_is_not_what_its_name_says_is_not_restored(
    full: Room, make: Make, tmp_path: Path
) -> None:
    """Mallory puts her own sound in place of an approved clip, and its sum into the list: the name gives it away."""
    file, new = tmp_path / "library.tar", make("new")
    write_backup(library(full), file, DAY)

    def change(name: str, content: bytes) -> bytes:
        return b"another sound" if name.startswith("clips/") else content

    with pytest.raises(BackupDamaged, match="isn't what it was"):
        restore_backup(library(new), summed(rewritten(file, change)))
    assert list(new.media.names()) == []


def summed(file: Path) -> Path:
    """A backup whose list has the sums of what is in it now."""
    with tarfile.open(file) as archive:
        found = {entry.name: archive.extractfile(entry).read() for entry in archive}  # type: ignore[union-attr]
    del found["manifest.json"]
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}

    def change(name: str, content: bytes) -> bytes:
        told = json.loads(content) if name == "manifest.json" else None
        return json.dumps({**told, "sha256": sums}).encode() if told else content

    file = file.rename(file.with_name("to-be-summed.tar"))
    return rewritten(file, change)


def test_the_same_clip_under_another_id_is_not_doubled(full: Room, tmp_path: Path) -> None:
    """What has to be unique stays unique, whatever ids the backup has."""
    write_backup(library(full), tmp_path / "library.tar", DAY)
    with full.database.begin() as connection:
        connection.execute(update(clips).values(id="f" * 32))
    assert restore_backup(library(full), tmp_path / "library.tar").rows["clips"] == 0


def test_what_is_lost_or_damaged_is_named_and_left_out(full: Room, tmp_path: Path) -> None:
    """A backup says which sounds it couldn't save, and has all others."""
    shas = sorted(full.originals.names())
    full.originals.remove(shas[0])
    full.originals.path(shas[1]).write_bytes(b"rotten")
    real = library(full)
    named = replace(real, names=lambda _: {("originals", sha) for sha in shas})
    written = write_backup(named, tmp_path / "library.tar", DAY)
    assert written.lost == [f"originals/{sha}" for sha in shas[:2]]
    assert written.sounds == 1


@pytest.mark.parametrize("kept", [0.001, 0.3, 0.7, 0.95])
def test_a_backup_that_broke_off_changes_nothing(full: Room, make: Make, tmp_path: Path, kept: float) -> None:
    """A copy that broke off, wherever it did, is refused before anything is restored."""
    file, new = tmp_path / "library.tar", make("new")
    write_backup(library(full), file, DAY)
    content = file.read_bytes()
    with tarfile.open(file) as archive:
        end = max(entry.offset_data for entry in archive)
    file.write_bytes(content[: int(end * kept)])
    with pytest.raises((BackupDamaged, NotABackup)):
        restore_backup(library(new), file)
    assert rows(new) == {"takes": [], "clips": []}
    assert list(new.media.names()) == []


def test_every_changed_byte_of_a_sound_is_noticed(full: Room, make: Make, tmp_path: Path) -> None:
    """A sound that was changed on the way, by the disk or by Mallory, is never restored."""
    file, new = tmp_path / "library.tar", make("new")
    write_backup(library(full), file, DAY)
    for part in ("originals/", "clips/"):

        def rotten(name: str, content: bytes, part: str = part) -> bytes:
            return b"x" + content[1:] if name.startswith(part) else content

        with pytest.raises(BackupDamaged, match=part):
            restore_backup(library(new), rewritten(file, rotten))
    assert list(new.originals.names()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, content: content.replace(b"Sara", b"Otto") if "clips.jsonl" in name else content,
         "rows/clips.jsonl"),
        (lambda name, content: None if name.startswith("clips/") else content, "clips/"),
        (lambda name, content: None if name == "manifest.json" else content, "breaks off"),
        (lambda name, content: content + b"{" if "takes.jsonl" in name else content, "can't be read"),
    ],
)  # fmt: skip
def test_a_backup_that_was_changed_is_refused(
    full: Room, make: Make, tmp_path: Path, change: Callable[[str, bytes], bytes | None], said: str
) -> None:
    """Whatever is changed, added or left out of a backup, it is refused with a word on where."""
    file, new = tmp_path / "library.tar", make("new")
    write_backup(library(full), file, DAY)
    with pytest.raises(BackupDamaged, match=said):
        restore_backup(library(new), rewritten(file, change))
    assert rows(new) == {"takes": [], "clips": []}


@pytest.mark.parametrize(
    "name", ["../../outside", "/outside", "rows/../x", "clips/../../outside", "rows/nobody.jsonl"]
)
def test_a_backup_cannot_write_elsewhere(full: Room, make: Make, tmp_path: Path, name: str) -> None:
    """Mallory's archive names files outside of the library: it is refused, and no such file is written."""
    file, new = tmp_path / "evil.tar", make("new")
    with tarfile.open(file, "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"{}\n{}"))
    with pytest.raises((BackupDamaged, NotABackup)):
        restore_backup(library(new), file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.tar", "full", "new"]


def test_a_link_in_a_backup_is_refused(make: Make, tmp_path: Path) -> None:
    """An archive with a link to another file of the machine reads nothing of it."""
    file, new = tmp_path / "evil.tar", make("new")
    with tarfile.open(file, "w") as archive:
        entry = tarfile.TarInfo("originals/" + "0" * 64)
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(entry)
    with pytest.raises(BackupDamaged, match="is no file"):
        restore_backup(library(new), file)


def test_what_is_no_backup_is_said_so(full: Room, make: Make, tmp_path: Path) -> None:
    """A picture, or a backup of a newer Warmline, is refused by name."""
    file, new = tmp_path / "holiday.jpg", make("new")
    file.write_bytes(b"\xff\xd8\xff" * 5000)
    with pytest.raises(NotABackup):
        restore_backup(library(new), file)
    write_backup(library(full), tmp_path / "library.tar", DAY)

    def newer(name: str, content: bytes) -> bytes:
        told = json.loads(content) if name == "manifest.json" else None
        return json.dumps({**told, "version": 2}).encode() if told else content

    with pytest.raises(NotABackup, match="version 2"):
        restore_backup(library(new), rewritten(tmp_path / "library.tar", newer))


def test_what_contradicts_what_is_there_changes_nothing(full: Room, make: Make, tmp_path: Path) -> None:
    """Where the library here has something against it, nothing is restored, and it is said what."""
    write_backup(library(full), tmp_path / "library.tar", DAY)
    new = make("new")
    refusing = replace(library(new), contradictions=lambda _connection, rows: [f"{len(rows['takes'])} takes"])
    with pytest.raises(BackupContradicts, match="3 takes"):
        restore_backup(refusing, tmp_path / "library.tar")
    assert list(new.media.names()) == []


def test_a_backup_is_there_whole_or_not_at_all(
    full: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves no half of a backup, and an older one is never written over."""
    file = tmp_path / "library.tar"

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_add", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_backup(library(full), file, DAY)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    file.write_bytes(b"older")
    with pytest.raises(FileExistsError):
        write_backup(library(full), file, DAY)
    assert file.read_bytes() == b"older"


def test_stopped_half_way_it_can_be_run_again(
    full: Room, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power fails while sounds come back: no row speaks of a sound that isn't there, and the next run does the
    rest."""
    write_backup(library(full), tmp_path / "library.tar", DAY)
    new = make("new")
    done: list[int] = []

    def stop(count: int, _total: int, _label: str) -> None:
        done.append(count)
        if count == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore_backup(library(new), tmp_path / "library.tar", stop)
    with new.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(takes)).scalar() == 0
    restored = restore_backup(library(new), tmp_path / "library.tar")
    assert (restored.sounds, restored.sounds_kept) == (2, 3)
    assert rows(new) == rows(full)


def test_a_memory_stick_can_hold_a_backup(
    full: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk knows no links, the backup is written all the same, and nothing is written over."""

    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(backup.os, "link", no_links)
    file = tmp_path / "library.tar"
    assert write_backup(library(full), file, DAY).sounds == 5
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["library.tar"]
