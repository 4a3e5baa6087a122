"""Where a recording was louder than its recorder could write: the tops of the waves are cut off, and it crackles."""

from __future__ import annotations

from audio import samples
from audio.samples import FULL_SCALE
from audio.sound import BYTES_PER_SAMPLE

_BLOCKS_PER_SECOND = 100
_FULL = 0.99
_FLAT = 3
"""So many samples side by side at full scale are a top cut off; one alone is only a well-set level."""
_MOST_REMEMBERED = 10_000


class ClippingMeter:
    """Hears a recording piece by piece. `scale` is what counts as full, as a share of 16 bits."""

    def __init__(self, scale: float) -> None:
        self._limit = int(FULL_SCALE * scale * _FULL)
        self._heard = 0.0
        self._clipped: list[float] = []

    @property
    def clipped(self) -> tuple[float, ...]:
        """The moments at which it was clipped, in seconds from the beginning, each standing for 10 ms."""
        return tuple(self._clipped)

    def hear(self, pcm: bytes, rate: int, channels: int) -> None:
        """Interleaved 16-bit samples, as they were written (before anything that smooths them)."""
        if samples.peak(pcm) >= self._limit and len(self._clipped) < _MOST_REMEMBERED:
            self._look(pcm, rate, channels)
        self._heard += len(pcm) / (rate * channels * BYTES_PER_SAMPLE)

    def _look(self, pcm: bytes, rate: int, channels: int) -> None:
        size = max(_FLAT, rate // _BLOCKS_PER_SECOND) * channels * BYTES_PER_SAMPLE
        for start in range(0, len(pcm), size):
            block = pcm[start : start + size]
            if samples.peak(block) >= self._limit and self._has_flat_top(block, channels):
                self._clipped.append(self._heard + start / (rate * channels * BYTES_PER_SAMPLE))

    def _has_flat_top(self, block: bytes, channels: int) -> bool:
        hot = {at for at, value in enumerate(samples.values(block)) if abs(value) >= self._limit}
        return any(all(at + n * channels in hot for n in range(_FLAT)) for at in hot)
