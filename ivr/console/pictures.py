"""Pictures on pages, as numbers that a template puts into an SVG: nothing of them needs a script or another address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WAVE_HEIGHT = 48
LOUDEST = 255
FAINTEST = 0.6
"""Silence is a thin line: where there is nothing at all, it looks as if the picture had failed."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A waveform: `path` draws it in a box of `width` × `height`; `mark` is where somebody means, or None."""

    path: str
    width: int
    height: int
    mark: float | None


def wave(peaks: bytes, seconds: float, mark: float | None = None) -> Wave | None:
    """A waveform of peaks between 0 and 255; None where there are none. `mark` is in seconds."""
    if not peaks:
        return None
    middle = WAVE_HEIGHT / 2
    heights = [max(FAINTEST, peak / LOUDEST * (middle - 1)) for peak in peaks]
    path = "".join(f"M{place}.5 {middle - high:.1f}v{2 * high:.1f}" for place, high in enumerate(heights))
    at = len(peaks) * min(mark, seconds) / seconds if mark is not None and seconds > 0 else None
    return Wave(path, len(peaks), WAVE_HEIGHT, None if at is None else round(at, 1))


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a bar, in hundredths of its width."""

    kind: str
    start: float
    width: float


def stacked(counts: Mapping[str, int], kinds: Sequence[str], total: int) -> list[Piece]:
    """The pieces of a bar that is filled from its beginning, in this order; `total` would fill it."""
    pieces, start = [], 0.0
    for kind in kinds:
        width = 100 * counts.get(kind, 0) / total if total else 0
        if width:
            pieces.append(Piece(kind, round(start, 2), round(width, 2)))
        start += width
    return pieces


def longest(counts: Iterable[int]) -> int:
    """What a bar of full width stands for, so that all bars of a page have one scale."""
    return max(counts, default=0) or 1
