"""Sound in memory: samples and their rate, nothing that needs an audio library."""

from __future__ import annotations

from dataclasses import dataclass

from audio.refusals import NotARecording

BYTES_PER_SAMPLE = 2
TELEPHONE_RATE = 8_000
"""Hertz: what a telephone carries."""
RATES = range(4_000, 192_001)
"""Hertz. Anything outside is a damaged file, not a recording."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of signed 16-bit samples, in the machine's byte order. `rate` is in hertz. Raises NotARecording."""

    pcm: bytes
    rate: int

    def __post_init__(self) -> None:
        if len(self.pcm) % BYTES_PER_SAMPLE:
            raise NotARecording(f"{len(self.pcm)} bytes are not whole 16-bit samples")
        if self.rate not in RATES:
            raise NotARecording(f"{self.rate} Hz is no sample rate of a recording")

    @property
    def seconds(self) -> float:
        return len(self.pcm) / BYTES_PER_SAMPLE / self.rate


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence that was written into a script."""

    seconds: float
