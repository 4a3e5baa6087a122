"""How loud a stretch of a recording is in each of six bands, from the bass to what a telephone doesn't carry.

In a band of their own, consonants and soft vowels stand out of noise in which they drown as a whole: an "s" lies above
what a fan makes, an "l" below what hisses. Importing this module imports `av`.
"""

from __future__ import annotations

from dataclasses import dataclass

from audio.chains import Filter, samples_of, through
from audio.ingest import SPEECH_RATE
from audio.levels import FRAMES, frame_levels
from audio.sound import BYTES_PER_SAMPLE, TELEPHONE_RATE, Sound

_TELEPHONE = ((0, 450), (450, 900), (900, 1_500), (1_500, 2_300), (2_300, 0))
_ABOVE = 3_500
"""Hertz. The first five are looked for in the telephone's band, the sixth above it."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The levels (dBFS) of a stretch of frames in each band; `first` is the number of its first frame."""

    first: int
    levels: tuple[list[float], ...]

    @property
    def frames(self) -> range:
        """The numbers of the frames that are known."""
        return range(self.first, self.first + min(map(len, self.levels)))

    def at(self, frame: int) -> list[float]:
        """The levels of one frame, the lowest band first."""
        return [levels[frame - self.first] for levels in self.levels]


def bands_of(wide: bytes, band: bytes, first: int, end: int) -> Bands:
    """Of the frames from `first` up to `end`, smoothed. `wide` is at 16 kHz, `band` the same as a telephone carries."""
    slow, fast = _part(band, TELEPHONE_RATE, first, end), _part(wide, SPEECH_RATE, first, end)
    found = [_levels(slow, low, high) for low, high in _TELEPHONE]
    return Bands(first, (*found, _levels(fast, _ABOVE, 0)))


def _part(pcm: bytes, rate: int, first: int, end: int) -> Sound:
    size = rate // FRAMES * BYTES_PER_SAMPLE
    return Sound(pcm[first * size : end * size], rate)


def _levels(sound: Sound, low: int, high: int) -> list[float]:
    filters: list[Filter] = [("highpass", f"f={low}")] * 2 if low else []
    filters += [("lowpass", f"f={high}")] * 2 if high else []
    frames = through(sound, *filters, ("aformat", "sample_fmts=s16"))
    return frame_levels(b"".join(map(samples_of, frames)), sound.rate)
