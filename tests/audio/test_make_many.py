"""Clips of many takes at once: imported from a folder, or made anew when the way of making them improves."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from sqlalchemy import create_engine, update

from audio.fingerprint import PIPELINE_VERSION
from audio.make_many import MakeMany, ToMake
from audio.making import NOTHING_EXPECTED
from audio.refusals import Refused
from audio.stores import StoreOutOfReach
from audio.tables import metadata, takes
from audio.take_rows import Take
from audio.take_states import TakeState
from tests.audio.take_rig import NOW, Room, as_recorded


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    engine = create_engine(f"sqlite:///{tmp_path / 'clips.db'}")
    metadata.create_all(engine)
    yield Room(engine, tmp_path)
    engine.dispose()


def send(room: Room, content: bytes, number: int) -> Take:
    return room.send(content=content, upload_id=f"recording-{number}", prompt=f"prompt_{number}")


def maker(room: Room, said: list[tuple[int, int, str]] | None = None) -> MakeMany:
    def progress(done: int, total: int, label: str) -> None:
        if said is not None:
            said.append((done, total, label))

    return MakeMany(room.work, room.originals, room.media, lambda: NOW, progress, processes=2)


def to_make(*many: Take) -> list[ToMake]:
    return [ToMake(take, NOTHING_EXPECTED) for take in many]


def test_many_recordings_become_clips_and_the_rest_is_named(room: Room) -> None:
    """Of a folder with good recordings, a picture and a lost file, each ends where it belongs, and everything is
    counted."""
    good = [send(room, as_recorded() + bytes([number]) * 2, number) for number in range(4)]
    picture, lost = send(room, b"\xff\xd8\xff" * 99, 8), send(room, b"lost", 9)
    room.originals.remove(lost.original_sha)
    elsewhere = send(room, as_recorded(), 7)
    assert room.work.begin(elsewhere.id, NOW) is not None
    said: list[tuple[int, int, str]] = []
    tally = maker(room, said).received(to_make(*good, picture, lost, elsewhere))
    assert (tally.made, tally.passed_over, tally.broken) == (4, 1, [])
    assert {(take.id, code) for take, code in tally.refused} == {
        (picture.id, "not_a_recording"),
        (lost.id, "original_lost"),
    }
    for take in good:
        made = room.takes.take(take.id)
        assert (made.state, made.pipeline) == (TakeState.TO_REVIEW, PIPELINE_VERSION)
        assert room.media.has(made.clip_sha)
        assert len(made.waveform) == 200
    assert room.takes.take(picture.id).state is TakeState.REFUSED
    assert said[-1][:2] == (7, 7)


def test_an_improved_pipeline_makes_only_what_is_older(room: Room) -> None:
    """Rebuilding keeps what is new already; stopped and started again it goes on; what can't be made keeps its clip."""
    good, bad = send(room, as_recorded(), 1), send(room, b"no sound any more", 2)
    for take in (good, bad):
        begun = room.work.begin(take.id, NOW)
        assert begun is not None
        old = dataclasses.replace(room.made(begun), pipeline="1")
        assert room.work.finish(begun, old, NOW)
    older = room.work.made_in_an_older_way(PIPELINE_VERSION)
    assert {take.id for take in older} == {good.id, bad.id}
    tally = maker(room).rebuild(to_make(*older))
    assert tally.made == 1
    assert [(take.id, code) for take, code in tally.refused] == [(bad.id, "not_a_recording")]
    now = room.takes.take(good.id)
    assert (now.state, now.pipeline) == (TakeState.TO_REVIEW, PIPELINE_VERSION)
    assert room.takes.take(bad.id).clip_sha == next(take.clip_sha for take in older if take.id == bad.id)
    assert [take.id for take in room.work.made_in_an_older_way(PIPELINE_VERSION)] == [bad.id]


def test_whoever_changes_a_take_meanwhile_is_not_overruled(room: Room) -> None:
    """Daniel sends a take back while its clip is made anew: his word stands."""
    take = room.make(send(room, as_recorded(), 1))
    with room.database.begin() as connection:
        connection.execute(update(takes).values(version=takes.c.version + 1, reason="a door slams"))
    tally = maker(room).rebuild(to_make(dataclasses.replace(take, pipeline="1")))
    assert (tally.made, tally.passed_over) == (0, 1)
    assert room.takes.take(take.id).reason == "a door slams"


@pytest.mark.parametrize(
    ("trouble", "tries"),
    [
        (StoreOutOfReach("away"), 0),
        (OSError(28, "no room left"), 0),
        (KeyboardInterrupt(), 0),
        (BrokenProcessPool("killed"), 1),
    ],
)
def test_whatever_ends_the_work_early_gives_back_what_was_taken_up(
    room: Room, monkeypatch: pytest.MonkeyPatch, trouble: BaseException, tries: int
) -> None:
    """The bucket is away, the disk is full, the operator presses Ctrl-C or the system kills a process: nothing stays
    taken up, only what may have killed a process is counted, and it says why it ended."""
    many = [send(room, as_recorded() + bytes(2 * number), number) for number in range(6)]

    def fail(*_: object) -> None:
        if isinstance(trouble, Exception):
            raise trouble
        raise Refused

    def progress(*_: object) -> None:
        if not isinstance(trouble, Exception):
            raise trouble

    monkeypatch.setattr("audio.make_many.new_pool", ThreadPoolExecutor)
    monkeypatch.setattr("audio.make_many.make_clip", fail)
    monkeypatch.setattr(Refused, "code", "silent", raising=False)
    maker = MakeMany(room.work, room.originals, room.media, lambda: NOW, progress, processes=1)
    if isinstance(trouble, Exception):
        assert maker.received(to_make(*many)).stopped is trouble
    else:
        with pytest.raises(KeyboardInterrupt):
            maker.received(to_make(*many))
    now = [room.takes.take(take.id) for take in many]
    assert {take.state for take in now} <= {TakeState.RECEIVED, TakeState.REFUSED}
    assert [take.state for take in now].count(TakeState.REFUSED) == (not isinstance(trouble, Exception))
    assert max(take.tries for take in now if take.state is TakeState.RECEIVED) == tries


def test_nothing_to_do_starts_nothing(room: Room) -> None:
    """An operator who rebuilds once more waits for nothing."""
    assert maker(room).rebuild([]).made == maker(room).received([]).made == 0
