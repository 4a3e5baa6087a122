"""What nobody may hear any more is erased, and nothing that somebody needs, whoever is killed when."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, delete, select

from audio import erasing
from audio.erasing import ON_ITS_WAY_SECONDS, UNDO_SECONDS, clear_unnamed, erase_withdrawn
from audio.originals import OriginalsStore
from audio.stores import FolderStore, StoreOutOfReach
from audio.tables import metadata, takes
from audio.take_rows import Take
from audio.take_states import NotNow, TakeState
from audio.takes import Takes
from tests.audio.take_rig import NOW, Room

LATER = NOW + UNDO_SECONDS + 60


@pytest.fixture
def room(tmp_path: Path) -> Room:
    engine = create_engine(f"sqlite:///{tmp_path / 'clips.db'}")
    metadata.create_all(engine)
    return Room(engine, tmp_path)


def named(connection: Connection) -> set[tuple[str, str]]:
    rows = connection.execute(select(takes.c.original_sha, takes.c.clip_sha)).all()
    return {("originals", row.original_sha) for row in rows} | {("clips", row.clip_sha) for row in rows}


def clear(room: Room, now: float, most: int = 100) -> int:
    stores = {"clips": room.media, "originals": room.originals}
    return clear_unnamed(room.database, stores, named, now, most)


def withdraw(room: Room, take: Take) -> None:
    with room.database.begin() as connection:
        room.reviews.withdraw(connection, take.id, NOW)


def lies_since(store: FolderStore, seconds: float) -> None:
    """Everything in a store was kept then."""
    for sha in store.names():
        os.utime(store.path(sha), (seconds, seconds))


def test_a_voice_that_was_withdrawn_is_gone_after_a_week(room: Room) -> None:
    """Sara withdraws a take: for a week it can be put back, then its recording, its clip and its picture are erased;
    what somebody else sent stays, and that she recorded and withdrew something is still known."""
    take, other = room.make(room.send("one")), room.make(room.send("two"))
    for store in (room.originals, room.media):
        lies_since(store, NOW)
    withdraw(room, take)
    assert (erase_withdrawn(room.database, LATER - 120), clear(room, LATER - 120)) == (0, 0)
    assert (erase_withdrawn(room.database, LATER), clear(room, LATER)) == (1, 2)
    assert (erase_withdrawn(room.database, LATER), clear(room, LATER)) == (0, 0)
    assert set(room.originals.names()) == {other.original_sha}
    assert set(room.media.names()) == {other.clip_sha}
    kept = room.takes.take(take.id)
    assert (kept.state, kept.original_sha, kept.clip_sha, kept.file_name, kept.waveform, kept.report) == (
        TakeState.WITHDRAWN, "", "", "", b"", {},
    )  # fmt: skip
    assert (kept.recorded_by, kept.number) == (take.recorded_by, take.number)
    with room.database.begin() as connection, pytest.raises(NotNow):
        room.reviews.undo_withdrawing(connection, take.id, LATER)


def test_what_two_have_sent_stays_while_one_needs_it(room: Room) -> None:
    """The same file was sent for two takes: one is withdrawn and erased, and the other can still be heard."""
    take, other = room.send("one"), room.send("one", upload_id="the-same-again")
    lies_since(room.originals, NOW)
    withdraw(room, take)
    assert (erase_withdrawn(room.database, LATER), clear(room, LATER)) == (1, 0)
    assert room.originals.read(other.original_sha) == b"one"


def test_what_a_killed_process_left_is_cleared_when_nothing_can_be_on_its_way(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process died between a recording and its row: for two days it is left alone, because its row may be on its way;
    whoever sends it again meanwhile makes it young again."""
    sent = [room.originals.put(word) for word in (b"left", b"sent again", b"much more")]
    lies_since(room.originals, NOW)
    assert clear(room, NOW + ON_ITS_WAY_SECONDS) == 0
    os.utime(room.originals.path(sent[1]), (NOW + 60, NOW + 60))
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    assert clear(room, NOW + ON_ITS_WAY_SECONDS + 1, most=1) == 1
    assert clear(room, NOW + ON_ITS_WAY_SECONDS + 1) == 1
    assert list(room.originals.names()) == [sent[1]]
    assert list((room.originals.root / ".unfinished").iterdir()) == []


def test_keeping_again_makes_young_again(room: Room, tmp_path: Path) -> None:
    """Sent again as bytes or as a file, what lay there for long isn't taken away any more."""
    (tmp_path / "file").write_bytes(b"one")
    keep: list[Callable[[], str]] = [
        lambda: room.originals.put(b"one"),
        lambda: room.originals.put_file(tmp_path / "file"),
    ]
    for again in keep:
        sha = room.originals.put(b"one")
        lies_since(room.originals, NOW)
        assert again() == sha
        assert room.originals.take_away(sha, NOW + 1) is None
        assert room.originals.has(sha)
    lies_since(room.originals, NOW)
    assert room.originals.take_away(sha, NOW + 1) == b"one"
    assert room.originals.take_away(sha, NOW + 1) is None


def test_what_comes_while_it_is_cleared_is_there_afterwards(room: Room) -> None:
    """The very recording that is being cleared away is sent once more in the same moment: before its row is looked for,
    though the store then goes away, or between its bytes and its row. It is there afterwards, both times."""
    sha = room.originals.put(b"one")
    lies_since(room.originals, NOW)
    taken_away = room.originals.take_away

    def comes_now(sha: str, before: float) -> bytes | None:
        taken = taken_away(sha, before)
        room.send("one")
        room.originals.remove(sha)
        room.originals.take_away = goes_away  # type: ignore[method-assign]
        return taken

    def goes_away(sha: str, before: float) -> bytes | None:
        raise StoreOutOfReach

    room.originals.take_away = comes_now  # type: ignore[method-assign]
    assert clear(room, LATER) == 0
    assert room.originals.read(sha) == b"one"
    with room.database.begin() as connection:
        connection.execute(delete(takes))
    room.originals.put(b"another")
    lies_since(room.originals, NOW)
    room.originals.take_away = comes_now  # type: ignore[method-assign]
    with pytest.raises(StoreOutOfReach):
        clear(room, LATER)
    assert set(room.originals.names()) >= {
        take.original_sha for take in room.takes.takes_of("breathing", "en")
    }

    class Cleared(OriginalsStore):
        """Is cleared between the bytes of a recording and its row, once."""

        times = 0

        def put(self, content: bytes) -> str:
            sha = super().put(content)
            if not self.times:
                self.remove(sha)
            self.times += 1
            return sha

    store = Cleared(room.originals.root)
    room.takes = Takes(room.database, store)
    assert store.read(room.send("two").original_sha) == b"two"
