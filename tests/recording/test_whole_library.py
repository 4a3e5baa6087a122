"""Everything of the recording room goes into one file and comes back, on each kind of database and from a bucket."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, select

from audio.backup import Library, write_backup
from audio.bucket import Bucket, BucketStore
from audio.fingerprint import script_fingerprint
from audio.restore import restore_backup
from audio.stores import Store
from ivr.recording.drafts import Drafts
from ivr.recording.whole_library import TABLES, contradictions, sounds_named
from tests.audio.s3_server import BUCKET, KEY_ID, REGION, SECRET, s3_shop
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
    return room


def library(room: PeopledRoom, clips: Store, originals: Store) -> Library:
    stores = {"clips": clips, "originals": originals}
    return Library(room.database, TABLES, stores, sounds_named, contradictions)


def rows(database: Engine) -> dict[str, list[tuple[object, ...]]]:
    with database.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in TABLES
        }


def test_everything_is_moved_from_a_folder_to_a_bucket(database: Engine, tmp_path: Path) -> None:
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
    with s3_shop() as shop:
        clips, originals = (
            BucketStore(Bucket(f"s3://{BUCKET}/{place}", shop.url, REGION, KEY_ID, SECRET), suffix)
            for place, suffix in (("clips", ".wav"), ("originals", ""))
        )
        restored = restore_backup(library(room, clips, originals), tmp_path / "library.tar")
        assert (restored.sounds, restored.rows_kept) == (4, 0)
        assert set(clips.names()) == set(room.media.names())
        assert {originals.read(sha) for sha in originals.names()} == {b"one", b"two"}
    assert rows(database) == before
    assert Drafts(database).pack("first_line") == the_shipped_pack()
