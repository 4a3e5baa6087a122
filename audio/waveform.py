"""A picture of a clip: 200 peaks of one byte each, and those peaks drawn. Needs no audio library to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

PEAKS = 200

_WIDTH, _HEIGHT = 800, 120
_MIDDLE = _HEIGHT / 2
_BAR = _WIDTH / PEAKS
_FAINTEST = 1.0
"""Half the height of a bar that is nothing: silence is a line, and not a hole in the picture."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth looking at. `at` is in seconds; `words` say what is there, in the reader's language."""

    at: float
    words: str


def peaks_of(pcm: bytes) -> bytes:
    """200 bytes, 255 for full scale, from 16-bit samples of any number."""
    from audio import samples
    from audio.sound import BYTES_PER_SAMPLE

    count = len(pcm) // BYTES_PER_SAMPLE
    edges = [at * count // PEAKS * BYTES_PER_SAMPLE for at in range(PEAKS + 1)]
    loudest = (samples.peak(pcm[start:end]) for start, end in pairwise(edges))
    return bytes(min(255, peak * 256 // samples.FULL_SCALE) for peak in loudest)


def svg(peaks: bytes, seconds: float, marks: Sequence[Mark] = (), words: str = "Waveform") -> str:
    """The picture as SVG, with nothing in it but shapes: no script, no address, no font.

    It takes the colour of the text around it, marks the colour in `--mark`. `words` name it for who can't see it; marks
    are read out with it, and shown when pointed at. `seconds` is the clip's length, to place the marks.
    """
    told = ". ".join([words, *(f"{mark.at:.1f} s: {mark.words}" for mark in marks)])
    lines = "".join(_line(mark, seconds) for mark in marks)
    return (
        f'<svg class="waveform" role="img" aria-label="{escape(told)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="none" xmlns="http://www.w3.org/2000/svg">'
        f'<path fill="currentColor" d="{"".join(_bar(at, peak) for at, peak in enumerate(peaks))}"/>{lines}</svg>'
    )


def _bar(at: int, peak: int) -> str:
    half = max(_FAINTEST, peak / 255 * (_MIDDLE - 2))
    return f"M{at * _BAR:g} {_MIDDLE - half:.1f}h{_BAR - 1:g}v{2 * half:.1f}h{1 - _BAR:g}z"


def _line(mark: Mark, seconds: float) -> str:
    at = min(max(mark.at / seconds, 0.0), 1.0) * _WIDTH if seconds > 0 else 0.0
    return (
        f'<path d="M{at:.1f} 0v{_HEIGHT}" stroke="var(--mark, currentColor)" stroke-width="3" '
        f'stroke-dasharray="6 4" fill="none"><title>{escape(mark.words)}</title></path>'
    )
