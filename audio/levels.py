"""How loud a recording is, hundredth of a second for hundredth of a second. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from audio import samples

FRAMES = 100
"""Frames a second: a hundredth of a second is the finest step in which loudness is followed."""
DISTURBED_DB = 6.0


def frame_levels(pcm: bytes, rate: int) -> list[float]:
    """The level (dBFS) of each frame of 16-bit samples, smoothed."""
    return smooth(samples.levels(pcm, rate // FRAMES))


def smooth(levels: Sequence[float]) -> list[float]:
    """Each level with its neighbours, by power."""
    powers = [power_of(level) for level in levels]
    padded = [*powers[:1], *powers, *powers[-1:]]
    return [samples.power_db(sum(padded[at : at + 3]) / 3) for at in range(len(powers))]


def mean_level(levels: Iterable[float]) -> float:
    """The level of frames together, by power."""
    return samples.power_db(statistics.fmean(map(power_of, levels)))


def power_of(level: float) -> float:
    """The power of a level, where 1 is full scale."""
    return 10 ** (level / 10)


def undisturbed(frames: Sequence[int], levels: Sequence[float]) -> list[int]:
    """Those of the frames in which a room is as it mostly is: a door that falls shut isn't the room."""
    usual = statistics.median(levels[at] for at in frames)
    return [at for at in frames if levels[at] < usual + DISTURBED_DB]
