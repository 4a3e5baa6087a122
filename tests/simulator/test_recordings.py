"""Recordings of the simulator: only telephone sound is kept, for an hour at most, and never over another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from ivr.telephony.contract import RecordingMissing
from ivr.telephony.simulator.recordings import (
    FORGOTTEN_AFTER,
    MOST_BYTES,
    MOST_KEPT,
    NotARecording,
    RecordingKnown,
    Recordings,
    ShelfFull,
    wav_of,
)
from ivr.telephony.simulator.terminal import hum
from tests.hotline import Clock

NAME = "RE" + "a" * 32
OTHER = "RE" + "b" * 32


@pytest.fixture
def clock() -> Clock:
    """A clock that is moved by hand."""
    return Clock()


@pytest.fixture
def recordings(database: Engine, clock: Clock, tmp_path: Path) -> Recordings:
    """An empty shelf."""
    return Recordings(tmp_path / "kept", database, clock)


def test_a_recording_is_kept_and_fetched_and_deleted(recordings: Recordings, tmp_path: Path) -> None:
    """What was recorded can be fetched until it is deleted; deleting twice is no error."""
    assert recordings.keep(NAME, hum(3)) == 3
    assert recordings.fetch(NAME) == hum(3)
    recordings.delete(NAME)
    recordings.delete(NAME)
    with pytest.raises(RecordingMissing):
        recordings.fetch(NAME)
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_recording_is_never_overwritten(recordings: Recordings) -> None:
    """Mallory can't put another voice in the place of Amina's."""
    recordings.keep(NAME, hum(2))
    with pytest.raises(RecordingKnown):
        recordings.keep(NAME, hum(1))
    assert recordings.fetch(NAME) == hum(2)


def test_old_recordings_are_forgotten(recordings: Recordings, clock: Clock) -> None:
    """After an hour the next recording sweeps the old one away."""
    recordings.keep(NAME, hum(1))
    clock.forward(FORGOTTEN_AFTER + 1)
    recordings.keep(OTHER, hum(1))
    with pytest.raises(RecordingMissing):
        recordings.fetch(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "RE" + "A" * 32, "RE" + "a" * 31, NAME + "/.."])
def test_other_names_are_refused(recordings: Recordings, name: str) -> None:
    """A name that could lead to another file is no recording's name."""
    with pytest.raises(NotARecording):
        recordings.keep(name, hum(1))
    with pytest.raises((NotARecording, RecordingMissing)):
        recordings.fetch(name)


@pytest.mark.parametrize(
    "sound", [b"", b"#!/bin/sh", b"ffconcat version 1.0\nfile secret", b"RIFF" + b"x" * 60]
)
def test_what_is_no_telephone_sound_is_refused(recordings: Recordings, sound: bytes) -> None:
    """Only 16-bit mono WAV files are kept."""
    with pytest.raises(NotARecording):
        recordings.keep(NAME, sound)


def test_a_recording_is_not_endless(recordings: Recordings) -> None:
    """A file larger than the longest message is refused."""
    with pytest.raises(NotARecording):
        recordings.keep(NAME, hum(1) + b"x" * MOST_BYTES)


def test_recordings_never_fill_the_disk(recordings: Recordings, clock: Clock, tmp_path: Path) -> None:
    """However many recordings Mallory sends, there is room for a hundred; an hour later Amina has room again."""
    for number in range(MOST_KEPT):
        recordings.keep(f"RE{number:032x}", hum(1))
    with pytest.raises(ShelfFull):
        recordings.keep(NAME, hum(1))
    assert len(list((tmp_path / "kept").iterdir())) == MOST_KEPT
    clock.forward(FORGOTTEN_AFTER + 1)
    assert recordings.keep(NAME, hum(1)) == 1


def test_samples_of_a_page_become_a_recording(recordings: Recordings) -> None:
    """A telephone in the browser sends bare samples; half a sample is no sound."""
    assert recordings.keep(NAME, wav_of(bytes(2 * 8000 * 3))) == 3
    with pytest.raises(NotARecording):
        wav_of(b"x")
