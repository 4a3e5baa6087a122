"""Everything of the recording room goes into one file and comes back, on each kind of database and from a bucket."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from audio.backup import Library, write_backup
from audio.fingerprint import script_fingerprint
from audio.restore import restore_backup
from audio.stores import Store
from ivr.recording.drafts import Drafts
from ivr.recording.tables import panel_answers, panels, spoken
from ivr.recording.whole_library import TABLES, contradictions, sounds_named
from ivr.store.engine import open_database
from tests.audio.s3_server import Shop
from tests.hotline import the_shipped_pack
from tests.recording.room_rig import DANIEL, DAY, JOSEPH, KEY, NOW, SARA, PeopledRoom, peopled_room


def filled(database: Engine, folder: Path) -> PeopledRoom:
    """A room in which a bit of everything has happened."""
    room = peopled_room(database, folder)
    room.reviewing.approve(JOSEPH.id, room.to_review("one").id, NOW)
    room.to_review("two", key=("press_1", "sw"))
    room.reviewing.review_clinically(DANIEL.id, *KEY, script_fingerprint(room.script().text), NOW)
    room.reviewing.mean_mix(SARA.id, "first_line", "sw", "first_line: main", NOW)
    room.voices.add("sw", "Sara")
    with database.begin() as connection:
        panel = {"id": "p", "title": "Neighbours", "language": "sw", "code_mark": "m", "clips": "[]"}
        connection.execute(panels.insert().values(**panel, opens_on=DAY, closes_on=DAY, made_by=SARA.id))
        answer = {"id": "a", "panel_id": "p", "listener": "l", "prompt": "breathing", "clip_sha": "0" * 64}
        connection.execute(panel_answers.insert().values(**answer, answer="understood", date="2026-03-01"))
    return room


def older(file: Path) -> Path:
    """The backup as a Warmline wrote it that kept no panels."""
    written = file.with_name("older.tar")
    with tarfile.open(file) as archive, tarfile.open(written, "w") as old:
        for entry in archive:
            opened = archive.extractfile(entry)
            assert opened is not None
            content = opened.read()
            if entry.name == "manifest.json":
                told = json.loads(content)
                told["sha256"] = {name: sha for name, sha in told["sha256"].items() if "panel" not in name}
                content = json.dumps(told).encode()
            if "panel" not in entry.name:
                entry.size = len(content)
                old.addfile(entry, io.BytesIO(content))
    return written


def library(room: PeopledRoom, clips: Store, originals: Store) -> Library:
    stores = {"clips": clips, "originals": originals}
    return Library(room.database, TABLES, stores, partial(sounds_named, DAY), contradictions)


def rows(database: Engine) -> dict[str, list[tuple[object, ...]]]:
    with database.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in TABLES
        }


def test_everything_is_moved_from_a_folder_to_a_bucket(database: Engine, tmp_path: Path, shop: Shop) -> None:
    """The operator writes a backup, loses everything, and restores it into a bucket: every row and every sound is as
    it was, and the draft is there to be worked on."""
    room = filled(database, tmp_path)
    written = write_backup(library(room, room.media, room.originals), tmp_path / "library.tar", DAY)
    assert (written.sounds, written.lost) == (4, [])
    assert all(count for count in written.rows.values())
    before = rows(database)
    with database.begin() as connection:
        for table in TABLES:
            connection.execute(table.delete())
    clips, originals = shop.store("clips", ".wav"), shop.store("originals", "")
    restored = restore_backup(library(room, clips, originals), tmp_path / "library.tar")
    assert (restored.sounds, restored.rows_kept) == (4, 0)
    assert set(clips.names()) == set(room.media.names())
    assert {originals.read(sha) for sha in originals.names()} == {b"one", b"two"}
    assert rows(database) == before
    assert Drafts(database).pack("first_line") == the_shipped_pack()


def test_a_backup_from_before_panels_were_in_it_is_restored(sqlite_room: PeopledRoom, tmp_path: Path) -> None:
    """What an older Warmline wrote comes back whole; the panels that are there now stay as they are."""
    room = sqlite_room
    write_backup(library(room, room.media, room.originals), tmp_path / "library.tar", DAY)
    before = rows(room.database)
    with room.database.begin() as connection:
        for table in TABLES:
            if "panel" not in table.name:
                connection.execute(table.delete())
    restored = restore_backup(library(room, room.media, room.originals), older(tmp_path / "library.tar"))
    assert rows(room.database) == before
    assert (restored.rows["panels"], restored.rows_kept) == (0, 0)


def test_what_listeners_said_is_in_no_backup(sqlite_room: PeopledRoom, tmp_path: Path) -> None:
    """Spoken comments are destroyed ninety days after their panel: so no copy of them lies on a memory stick."""
    row = dict.fromkeys(("id", "provider", "call", "recording", "address"), "x")
    with sqlite_room.database.begin() as connection:
        connection.execute(
            spoken.insert().values(
                **row, kind="comment", of="a", there=True, state="kept", tries=0, not_before=0.0,
                sealed=b"what a listener said", seconds=3.0, shred_on=DAY,
            )
        )  # fmt: skip
    file = tmp_path / "library.tar"
    write_backup(library(sqlite_room, sqlite_room.media, sqlite_room.originals), file, DAY)
    content = file.read_bytes()
    assert b"understood" in content
    assert b"what a listener said" not in content
    assert b64encode(b"what a listener said")[:20] not in content


@pytest.fixture
def sqlite_room(tmp_path: Path, tables_on_sqlite: Path) -> Iterator[PeopledRoom]:
    shutil.copy(tables_on_sqlite, tmp_path / "warmline.db")
    engine = open_database(f"sqlite:///{tmp_path / 'warmline.db'}")
    yield filled(engine, tmp_path)
    engine.dispose()
