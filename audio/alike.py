"""Whether two clips are the same recording: filed under two languages, or under two prompts. Pure.

Clips have one loudness and no silence around them, so the same recording gives nearly the same waveform, whatever it
was sent as: a recorder's file, or the same sent on through a messenger. Two readings of the same words don't.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from audio.waveform import PEAKS

_Key = TypeVar("_Key", bound=Hashable)

_SECONDS_APART = 0.15
_SHIFT_SECONDS = 0.1
_LEAD_SECONDS = 0.3
"""Every clip begins with silence; that it does so says nothing."""
_SAME, _SAME_WHEN_SHORT = 0.94, 0.985
_SHORT_SECONDS = 2.0
"""Two short words can look alike: "press seven" and "press nine" of one voice."""


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
    count = int(min(one.seconds, other.seconds) / step)
    lead, most = min(int(_LEAD_SECONDS / step), count // 2), max(1, round(_SHIFT_SECONDS / step))
    first, second = (_in_steps(shape, step, range(lead, count)) for shape in (one, other))
    length = max(1, len(first) - most)
    forward = (_correlation(first[shift : shift + length], second[:length]) for shift in range(most + 1))
    backward = (_correlation(first[:length], second[shift : shift + length]) for shift in range(1, most + 1))
    return max(*forward, *backward)


def _in_steps(shape: Shape, step: float, steps: range) -> bytes:
    """The peaks at steps of so many seconds: two clips of nearly one length have peaks of nearly one length."""
    peaks_per_step = step / max(shape.seconds, 0.1) * PEAKS
    return bytes(shape.waveform[min(PEAKS - 1, int(at * peaks_per_step))] for at in steps)


def _correlation(one: bytes, other: bytes) -> float:
    count = max(1, min(len(one), len(other)))
    mean_one, mean_other = sum(one) / count, sum(other) / count
    together = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=False))
    power = sum((a - mean_one) ** 2 for a in one) * sum((b - mean_other) ** 2 for b in other)
    return together / math.sqrt(power) if power else 0.0
