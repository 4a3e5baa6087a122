"""Sound in memory: samples and their rate, nothing that needs an audio library."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

BYTES_PER_SAMPLE = 2
TELEPHONE_RATE = 8_000
"""Hertz: what a telephone carries."""
RATES = range(4_000, 192_001)
"""Hertz. Anything outside is a damaged file, not a recording."""


class UnreadableRecording(ValueError):
    """The bytes aren't a WAV file, or one that is cut off inside its header. Permanent."""


class NotMonoSixteenBit(ValueError):
    """The recording has several channels or another sample format. Permanent until it is converted."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of signed 16-bit samples, in the machine's byte order. `rate` is in hertz."""

    pcm: bytes
    rate: int

    def __post_init__(self) -> None:
        if len(self.pcm) % BYTES_PER_SAMPLE:
            raise NotMonoSixteenBit(f"{len(self.pcm)} bytes are not whole 16-bit samples")
        if self.rate not in RATES:
            raise UnreadableRecording(f"{self.rate} Hz is no sample rate of a recording")

    @property
    def seconds(self) -> float:
        return len(self.pcm) / BYTES_PER_SAMPLE / self.rate


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence that was written into a script."""

    seconds: float


def read_wav(data: bytes) -> Sound:
    """The sound in a mono 16-bit WAV file at any rate.

    Raises UnreadableRecording and NotMonoSixteenBit.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            pcm = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise UnreadableRecording(str(error) or "the file ends inside its header") from error
    if channels != 1 or width != BYTES_PER_SAMPLE:
        raise NotMonoSixteenBit(f"{channels} channels of {8 * width} bits")
    return Sound(pcm, rate)
