"""Whether two clips are the same recording: filed under two languages, or under two prompts. Pure.

Clips have one loudness and no silence around them, so the same recording gives nearly the same waveform, whatever it
was sent as: a recorder's file, or the same sent on through a messenger. Two readings of the same words don't.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from audio.waveform import PEAKS

_Key = TypeVar("_Key", bound=Hashable)

_SECONDS_APART = 0.15
_LEAD_SECONDS = 0.3
"""Every clip begins with silence; that it does so says nothing."""
_PARTS_OF_A_STEP = 4
"""Two clips of one recording begin at different places between two peaks: moved by whole peaks, they look unlike."""
_SAME, _SAME_WHEN_SHORT = 0.955, 0.993
"""Between what was measured: the same recording sent by a messenger has 0.97 and more, "press two …" and "press three"
of one voice 0.94. Short words can't be told apart so ("two" and "five" have 0.988), only be found when sent twice."""
_SHORT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A clip's waveform (200 peaks of one byte) and length in seconds, as they are kept with a take."""

    waveform: bytes
    seconds: float


def same_as_other(shape: Shape, others: Iterable[tuple[_Key, Shape]]) -> _Key | None:
    """The key of the first of the others that is the same recording; None when there is none."""
    return next((key for key, other in others if same_recording(shape, other)), None)


def same_recording(one: Shape, other: Shape) -> bool:
    """Whether two clips were made of one recording."""
    if (
        abs(one.seconds - other.seconds) > _SECONDS_APART
        or not len(one.waveform) == len(other.waveform) == PEAKS
    ):
        return False
    return likeness(one, other) >= (_SAME_WHEN_SHORT if one.seconds < _SHORT_SECONDS else _SAME)


def likeness(one: Shape, other: Shape) -> float:
    """How alike two waveforms run, from -1 to 1, where they fit best."""
    step = max(one.seconds, other.seconds, 0.1) / PEAKS
    shorter = min(one.seconds, other.seconds)
    begin, end = min(_LEAD_SECONDS, shorter / 2), max(shorter / 2, shorter - _SECONDS_APART)
    places = [begin + step * at for at in range(max(1, int((end - begin) / step)))]
    first, second = _Curve(one), _Curve(other)
    still = [first.height(place) for place in places]
    most = round(_SECONDS_APART / step * _PARTS_OF_A_STEP)
    shifts = (step / _PARTS_OF_A_STEP * by for by in range(-most, most + 1))
    return max(_correlation(still, [second.height(place + shift) for place in places]) for shift in shifts)


class _Curve:
    """Peaks as a line that can be read between them; each is the mean of three, for a peak is one sample's chance."""

    def __init__(self, shape: Shape) -> None:
        wave = shape.waveform
        self._heights = [
            sum(near) / len(near) for near in (wave[max(0, at - 1) : at + 2] for at in range(len(wave)))
        ]
        self._per_second = len(wave) / max(shape.seconds, 0.1)

    def height(self, second: float) -> float:
        """The height at a time of the clip."""
        place = min(max(second * self._per_second - 0.5, 0.0), len(self._heights) - 1.0)
        before = min(int(place), len(self._heights) - 2)
        return self._heights[before] + (place - before) * (self._heights[before + 1] - self._heights[before])


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    count = max(1, min(len(one), len(other)))
    mean_one, mean_other = sum(one) / count, sum(other) / count
    together = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=False))
    power = sum((a - mean_one) ** 2 for a in one) * sum((b - mean_other) ** 2 for b in other)
    return together / math.sqrt(power) if power else 0.0
