"""From a recording to a clip that a telephone plays well.

Every clip of a hotline leaves here alike: the telephone's band, one loudness, a little silence before the first word
(networks swallow the start) and after the last. The same input gives the same bytes, so a clip's name is its hash.

The audio libraries are imported inside the functions: web processes must never pay for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audio.refusals import NothingToHear
from audio.sound import Pause, Sound

# A change to any of these changes every clip: raise `fingerprint.PIPELINE_VERSION` with it.
TARGET_LUFS = -19.0
"""Integrated loudness (EBU R 128) of the speech in every clip. Louder than the −23 of broadcasting, because callers
hold small loudspeakers in noisy rooms; low enough that speech hardly needs limiting to stay under the peak."""
PEAK_DBFS = -1.0
LEADING_MS = 400
TRAILING_MS = 100
SPEECH_OVER_ROOM_DB = 26.0
"""What is fainter than the loudness of the speech by more than this is taken for the room and not for the speaker."""
FAINTEST_LUFS = -60.0
"""Fainter than this, a recording is of an empty room."""

_WAV_HEADER = 44
_CLOSE_ENOUGH_LU = 0.05
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class TelephoneClip:
    """A finished clip: the bytes of an 8 kHz mono 16-bit WAV file, its length, its speech's loudness in LUFS, and the
    loudness that the speech had before."""

    wav: bytes
    seconds: float
    loudness: float
    was: float

    @property
    def samples(self) -> bytes:
        """The sound alone, 16-bit samples at 8 kHz."""
        return self.wav[_WAV_HEADER:]


def telephone_clip(parts: Sequence[Sound | Pause]) -> TelephoneClip:
    """Joins recordings and written pauses into one clip, with one gain for all of it.

    Silence around each recording is cut, so that a pause lasts as long as it was written.
    Raises NothingToHear when no part holds speech.
    """
    from audio.editing import joined, trimmed, wav
    from audio.filters import telephone_band

    bands = [telephone_band(part) for part in parts if isinstance(part, Sound)]
    room = _loudness_of(b"".join(bands)) - SPEECH_OVER_ROOM_DB
    pieces = [trimmed(band, room) for band in bands]
    speech, loudness, was = _levelled(b"".join(pieces))
    spoken = [piece for piece in _cut_again(speech, pieces) if piece]
    clip = joined(spoken, _silences(parts, pieces))
    return TelephoneClip(wav(clip), len(clip) / 1000, loudness, was)


def clip_of_speech(band: bytes, start: float, end: float, pause_after: float = 0.0) -> TelephoneClip:
    """The clip of what a person says in a recording from `start` to `end` (seconds), pauses and all.

    `band` is the whole recording as `telephone_band` gives it; `pause_after` a silence that the script ends with.
    Raises NothingToHear.
    """
    from audio.editing import AFTER_MS, BEFORE_MS, cut, joined, wav

    spoken = cut(band, round(start * 1000), round(end * 1000))
    _loudness_of(spoken)
    speech, loudness, was = _levelled(spoken)
    after = TRAILING_MS - AFTER_MS + round(pause_after * 1000)
    clip = joined([speech], [LEADING_MS - BEFORE_MS, after])
    return TelephoneClip(wav(clip), len(clip) / 1000, loudness, was)


def _loudness_of(band: bytes) -> float:
    from audio.filters import loudness

    measured = loudness(band)
    if measured < FAINTEST_LUFS:
        raise NothingToHear(f"{measured:.0f} LUFS is an empty room")
    return measured


def _levelled(speech: bytes) -> tuple[bytes, float, float]:
    """Speech at the target, what it came to, and what it was. The limiter takes a little away, so the gain is
    corrected."""
    from audio.filters import louder, loudness

    was = loudness(speech)
    gain, result, measured = 0.0, speech, was
    for _ in range(_ROUNDS):
        gain += TARGET_LUFS - measured
        result = louder(speech, gain, PEAK_DBFS)
        measured = loudness(result)
        if abs(TARGET_LUFS - measured) <= _CLOSE_ENOUGH_LU:
            break
    return result, measured, was


def _cut_again(speech: bytes, pieces: Sequence[bytes]) -> list[bytes]:
    cut, position = [], 0
    for piece in pieces:
        cut.append(speech[position : position + len(piece)])
        position += len(piece)
    return cut


def _silences(parts: Sequence[Sound | Pause], pieces: Sequence[bytes]) -> list[int]:
    """Milliseconds of silence before each piece and after the last; the guards around speech are part of them."""
    from audio.editing import GUARD_MS

    silences, following = [LEADING_MS], iter(pieces)
    for part in parts:
        if isinstance(part, Pause):
            silences[-1] += round(part.seconds * 1000)
        elif next(following):
            silences.append(0)
    silences[-1] += TRAILING_MS
    last = len(silences) - 1
    return [max(0, ms - GUARD_MS * (1 if at in (0, last) else 2)) for at, ms in enumerate(silences)]
