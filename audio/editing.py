"""Cutting, joining and exporting telephone sound with pydub.

Importing this module imports `pydub`, so it is imported only inside functions that make clips. Nothing here changes a
sample rate: pydub does that without a filter against aliases; `filters.py` does it properly.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

from audio.sound import BYTES_PER_SAMPLE, TELEPHONE_RATE

with warnings.catch_warnings():
    # pydub looks for an ffmpeg program as it is imported, and warns that there is none; we never use one.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

GUARD_MS = 20
"""Kept before the first and after the last audible moment: soft consonants begin before they can be measured."""
BEFORE_MS, AFTER_MS = 60, 100
"""The same around what a person says, in whatever room."""
_FADE_MS = 8
_STEP_MS = 10


def trimmed(pcm: bytes, room: float) -> bytes:
    """From GUARD_MS before to GUARD_MS after what is louder than `room` (dBFS); nothing when nothing is."""
    segment = _segment(pcm)
    start = detect_leading_silence(segment, room, _STEP_MS)
    if start >= len(segment):
        return b""
    end = len(segment) - detect_leading_silence(segment.reverse(), room, _STEP_MS)
    guard = silence(GUARD_MS)
    kept = (guard + segment + guard)[start : end + 2 * GUARD_MS]
    return bytes(kept.fade_in(_FADE_MS).fade_out(_FADE_MS).raw_data)


def cut(pcm: bytes, start: int, end: int) -> bytes:
    """From BEFORE_MS before to AFTER_MS after what is said (milliseconds), faded: the room is there, and gone again
    without a step, and what was too faint to be found is still in it."""
    wide = silence(BEFORE_MS) + _segment(pcm) + silence(AFTER_MS)
    kept = wide[start : end + BEFORE_MS + AFTER_MS]
    return bytes(kept.fade_in(BEFORE_MS // 2).fade_out(AFTER_MS // 2).raw_data)


def joined(pieces: Sequence[bytes], silences: Sequence[int]) -> AudioSegment:
    """Pieces with silences (milliseconds) before, between and after them: there is one silence more than pieces."""
    segment = silence(silences[0])
    for piece, following in zip(pieces, silences[1:], strict=True):
        segment = segment + _segment(piece) + silence(following)
    return segment


def wav(segment: AudioSegment) -> bytes:
    """A WAV file with nothing in it but format and samples, so that equal sound has an equal hash."""
    file = io.BytesIO()
    segment.export(file, format="wav")
    return file.getvalue()


def silence(milliseconds: int) -> AudioSegment:
    return _segment(bytes(milliseconds * TELEPHONE_RATE // 1000 * BYTES_PER_SAMPLE))


def _segment(pcm: bytes) -> AudioSegment:
    return AudioSegment(pcm, frame_rate=TELEPHONE_RATE, sample_width=BYTES_PER_SAMPLE, channels=1)
