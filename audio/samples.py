"""Arithmetic on 16-bit samples, in C, without a library for numbers: that would cost a worker 15 MB."""

from __future__ import annotations

import math
import warnings
from array import array

from audio.sound import BYTES_PER_SAMPLE

with warnings.catch_warnings():
    # Python 3.13 has dropped the module; there `audioop-lts` brings it, as pydub needs it too.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

FULL_SCALE = 32_768
SILENT_DB = -96.0
"""Decibels below full scale of the last bit: what is fainter can't be told from nothing."""


def level(pcm: bytes) -> float:
    """Root of the mean square in dBFS."""
    return decibels(audioop.rms(pcm, BYTES_PER_SAMPLE))


def peak(pcm: bytes) -> int:
    """The greatest distance from nought, up to 32768."""
    return audioop.max(pcm, BYTES_PER_SAMPLE)


def decibels(amplitude: float) -> float:
    """dBFS of an amplitude in samples' units."""
    return max(SILENT_DB, 20 * math.log10(amplitude / FULL_SCALE)) if amplitude > 0 else SILENT_DB


def levels(pcm: bytes, samples: int) -> list[float]:
    """The level in dBFS of each whole block of so many samples."""
    size = samples * BYTES_PER_SAMPLE
    rms = audioop.rms
    return [
        decibels(rms(pcm[start : start + size], BYTES_PER_SAMPLE))
        for start in range(0, len(pcm) - size + 1, size)
    ]


def without_offset(pcm: bytes) -> bytes:
    """The same sound around nought: cheap sound cards add a constant, which would count as level."""
    return audioop.bias(pcm, BYTES_PER_SAMPLE, -audioop.avg(pcm, BYTES_PER_SAMPLE))


def louder_channel(pcm: bytes) -> bytes:
    """Of two interleaved channels the louder. Their mixture could cancel what both have."""
    left = audioop.tomono(pcm, BYTES_PER_SAMPLE, 1, 0)
    right = audioop.tomono(pcm, BYTES_PER_SAMPLE, 0, 1)
    louder = audioop.rms(right, BYTES_PER_SAMPLE) > audioop.rms(left, BYTES_PER_SAMPLE)
    return right if louder else left


def values(pcm: bytes) -> array[int]:
    """The samples as numbers."""
    return array("h", pcm)


def power_db(power: float) -> float:
    """dB of a power, where 1 is full scale."""
    return max(SILENT_DB, 10 * math.log10(power)) if power > 0 else SILENT_DB


def amplified(pcm: bytes, gain: float) -> bytes:
    """The samples with `gain` (dB), those that would go over full scale cut off."""
    return audioop.mul(pcm, BYTES_PER_SAMPLE, 10 ** (gain / 20))


def backwards(pcm: bytes) -> bytes:
    """The samples, last first."""
    return audioop.reverse(pcm, BYTES_PER_SAMPLE)


def likeness(one: bytes, other: bytes) -> float:
    """How much of one sound is in another of the same length: 1 when they are the same, 0 when they share nothing."""
    if not any(one) or not any(other):
        return 0.0
    return audioop.findfactor(one, other)
