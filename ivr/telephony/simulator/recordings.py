"""What the simulator has recorded: WAV files in a folder, and a row for each, for an hour at most."""

from __future__ import annotations

import io
import math
import re
import wave
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, delete, insert, select

from ivr.store.engine import reading
from ivr.telephony.contract import RecordingMissing
from ivr.telephony.simulator.tables import simulated_recordings as recordings

MOST_BYTES = 4_000_000
"""Four minutes as the telephone records them; a voice message is at most two."""

MOST_KEPT = 100
"""However many are sent within the hour, they don't fill the disk that the hotline lives on."""

FORGOTTEN_AFTER = 3600
RATE = 8000
"""Samples a second, as a telephone gives them."""
SAMPLES = "audio/x-samples"
"""What a page sends: bare samples of 16 bits, the lower byte first."""
_ID = re.compile(r"RE[0-9a-f]{32}")


class NotARecording(ValueError):
    """What was sent is no telephone recording: the wrong id, size or kind of file. Permanent."""


class RecordingKnown(ValueError):
    """There is a recording of this name already; none is ever overwritten."""


class ShelfFull(Exception):
    """As many recordings as there may be are kept. Retryable, once the oldest are an hour old."""


class Recordings:
    """`clock` gives seconds since 1970."""

    def __init__(self, folder: Path, database: Engine, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._database = database
        self._clock = clock

    def keep(self, recording: str, wav: bytes, call: str = "") -> int:
        """Keeps a recording, 16-bit mono WAV; its length in whole seconds. Raises NotARecording, RecordingKnown,
        ShelfFull.
        """
        seconds = _seconds(wav)
        path = self._path(recording)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._forget_old_ones()
        if sum(1 for _ in self._folder.glob("RE*.wav")) >= MOST_KEPT:
            raise ShelfFull
        try:
            with path.open("xb") as file:
                file.write(wav)
        except FileExistsError:
            raise RecordingKnown(recording) from None
        with self._database.begin() as connection:
            row = {"id": recording, "call": call, "seconds": seconds, "kept_at": self._clock()}
            connection.execute(insert(recordings).values(row))
        return seconds

    def fetch(self, recording: str) -> bytes:
        """The WAV file. Raises RecordingMissing."""
        with reading(self._database) as connection:
            known = connection.execute(select(recordings.c.id).where(recordings.c.id == recording)).first()
        try:
            if known is not None:
                return self._path(recording).read_bytes()
        except FileNotFoundError:
            pass
        raise RecordingMissing(recording)

    def delete(self, recording: str) -> None:
        """Deletes it; one that is gone already is no error."""
        with self._database.begin() as connection:
            connection.execute(delete(recordings).where(recordings.c.id == recording))
        if _ID.fullmatch(recording):
            self._path(recording).unlink(missing_ok=True)

    def of(self, call: str) -> list[str]:
        """The recordings of a leg."""
        with reading(self._database) as connection:
            found = connection.execute(select(recordings.c.id).where(recordings.c.call == call))
            return list(found.scalars())

    def from_before(self, moment: float) -> list[tuple[str, str]]:
        """The recordings from before a time, each with its leg."""
        with reading(self._database) as connection:
            old = select(recordings.c.id, recordings.c.call).where(recordings.c.kept_at < moment)
            return [(row.id, row.call) for row in connection.execute(old)]

    def _forget_old_ones(self) -> None:
        for recording, _call in self.from_before(self._clock() - FORGOTTEN_AFTER):
            self.delete(recording)

    def _path(self, recording: str) -> Path:
        if not _ID.fullmatch(recording):
            raise NotARecording("not a recording's name")
        return self._folder / f"{recording}.wav"


def wav_of(samples: bytes) -> bytes:
    """A WAV file of what a page has recorded. Raises NotARecording."""
    if len(samples) % 2:
        raise NotARecording("half a sample")
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return made.getvalue()


def _seconds(wav: bytes) -> int:
    if len(wav) > MOST_BYTES:
        raise NotARecording("too large")
    try:
        with wave.open(io.BytesIO(wav)) as file:
            if (
                file.getnchannels() != 1
                or file.getsampwidth() != 2
                or not 8000 <= file.getframerate() <= 48000
            ):
                raise NotARecording("not a 16-bit mono WAV file")
            return math.ceil(float(file.getnframes()) / float(file.getframerate()))
    except (wave.Error, EOFError) as error:
        raise NotARecording(str(error)) from error
