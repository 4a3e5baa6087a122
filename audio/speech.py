"""Where in a recording somebody speaks.

Whatever stands out of the room may be speech, or a door, or a lorry. A small neural network that knows voices is asked
until it has heard one; where its first word begins exactly is told by the loudness of the telephone's band. The end
is found in the same way in the recording played backwards: a voice's beginning is sharper than its end, either way.
Only the ends are looked at: pauses between words stay as they were spoken.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from audio import samples
from audio.refusals import NothingToHear
from audio.sound import TELEPHONE_RATE, Sound
from audio.voice import CHUNK_SECONDS, Voice, can_tell

FRAMES = 100
"""Frames a second: a hundredth of a second is the finest step in which loudness is followed."""
FAINTEST_DB = -66.0
"""dBFS at the level at which recordings are read: what nowhere gets louder than this is an empty room."""

_BELOW_SPEECH_DB = 30.0
"""What is fainter than speech by more than this isn't heard over a telephone."""
_LOUD_FRAMES = 20
_QUIET_SHARE, _FEWEST_FRAMES = 0.15, 15

_OVER_ROOM_DB = 4.0
_SHORTEST = 6

_SURE, _MAYBE = 0.5, 0.3
_SURE_CHUNKS = 3
"""A tenth of a second; for less, a click can look like a voice."""
_CLEAR_DB = 12.0
"""A syllable may be shorter. What stands out by so much need only be possible."""
_LEAD_CHUNKS = 12

_OUTWARDS = 35
"""Frames before the voice in which its word may begin: "s" and "t" are no voice, and a "t" is held back for a while."""
_NEAR, _INWARDS = 5, 3
_NEAR_DB, _NEAR_SPREADS = 2.0, 3.5
_FAR_DB, _FAR_SPREADS = 4.0, 5.0
_DROWNED_DB = 18.0
"""Where speech stands out of the room by less than this, its first and last consonants can't be measured any more …"""
_DROWNED = 7
"""… but they are there, for about so many frames."""


@dataclass(frozen=True, slots=True)
class Speech:
    """From where to where somebody speaks, in seconds; `level` of the speech and of the `room` around it in dBFS of the
    band."""

    start: float
    end: float
    level: float
    room: float


def find_speech(sound: Sound, band: bytes) -> Speech:
    """`sound` at 16 kHz, `band` the same at 8 kHz as a telephone carries it. Raises NothingToHear."""
    levels = smooth(samples.levels(band, TELEPHONE_RATE // FRAMES))
    if not levels or (loud := mean_level(sorted(levels)[-_LOUD_FRAMES:])) < FAINTEST_DB:
        raise NothingToHear("nowhere louder than an empty room")
    forwards = _Way(sound.pcm, levels, loud)
    backwards = _Way(samples.backwards(sound.pcm), levels[::-1], loud)
    start, end = forwards.beginning(), len(levels) - backwards.beginning()
    if end - start < _SHORTEST:
        raise NothingToHear("nobody speaks")
    level = mean_level(levels[start:end])
    outside = [*levels[: max(0, start - _OUTWARDS)], *levels[end + _OUTWARDS :]]
    return Speech(start / FRAMES, end / FRAMES, level, mean_level(_quiet(outside, levels)))


class _Way:
    """A recording in one direction."""

    def __init__(self, pcm: bytes, levels: Sequence[float], loud: float) -> None:
        self._pcm, self._levels, self._loud = pcm, levels, loud
        floor = sorted(levels)[: max(1, int(len(levels) * _QUIET_SHARE))]
        self._floor = mean_level(floor)
        self._stands_out = max(floor[-1] + _OVER_ROOM_DB, loud - _BELOW_SPEECH_DB)

    def beginning(self) -> int:
        """The frame in which speech begins. Raises NothingToHear."""
        first = self._first_sound()
        voice = self._voice(first) if can_tell() else None
        if voice is None and self._loud < self._floor + _CLEAR_DB:
            raise NothingToHear("nobody speaks")
        return self._word(first if voice is None else voice)

    def _first_sound(self) -> int:
        lasting = 0
        for at, level in enumerate(self._levels):
            lasting = lasting + 1 if level > self._stands_out else 0
            if lasting == _SHORTEST:
                return at + 1 - _SHORTEST
        raise NothingToHear("nothing stands out of the room")

    def _voice(self, first_sound: int) -> int | None:
        """The frame in which the network first hears a voice; some of what comes before is heard to get used to it.
        It doesn't know every "one" or "yes" that is said alone: then it is None."""
        first = max(0, int(first_sound / FRAMES / CHUNK_SECONDS) - _LEAD_CHUNKS)
        heard: list[float] = []
        for at, sure in enumerate(Voice(self._pcm, self._loud).sureness(first), start=first + 1):
            heard = [*heard, sure] if sure > _MAYBE else []
            if heard and self._is_voice(heard, _frame(at - len(heard))):
                return _frame(at - len(heard))
        return None

    def _is_voice(self, heard: Sequence[float], frame: int) -> bool:
        """Whether what may be a voice from this frame on lasts, or is so clear that it needn't."""
        if sum(sure > _SURE for sure in heard) >= _SURE_CHUNKS:
            return True
        levels = self._levels[frame : frame + _frame(len(heard))]
        return max(levels, default=samples.SILENT_DB) > self._floor + _CLEAR_DB

    def _word(self, voice: int) -> int:
        """The frame in which the word begins to which a voice belongs."""
        around = self._levels[max(0, voice - _OUTWARDS - FRAMES) : max(0, voice - _OUTWARDS)]
        room = _quiet(around, self._levels)
        level, spread = statistics.fmean(room), statistics.pstdev(room)
        speech = mean_level(self._levels[voice : voice + FRAMES])
        audible = speech - _BELOW_SPEECH_DB
        drowned = _DROWNED if speech - level < _DROWNED_DB else 0
        near = max(audible, level + max(_NEAR_DB, _NEAR_SPREADS * spread))
        far = max(audible, level + max(_FAR_DB, _FAR_SPREADS * spread))
        begin = voice
        for at in range(min(len(self._levels), voice + _INWARDS) - 1, -1, -1):
            if begin - at > _OUTWARDS:
                break
            if self._levels[at] > (far if at < voice - _NEAR else near):
                begin = at
        return max(0, begin - drowned)


def smooth(levels: Sequence[float]) -> list[float]:
    """Each level with its neighbours, by power."""
    powers = [10 ** (level / 10) for level in levels]
    padded = [*powers[:1], *powers, *powers[-1:]]
    return [samples.power_db(sum(padded[at : at + 3]) / 3) for at in range(len(powers))]


def mean_level(levels: Sequence[float]) -> float:
    """The level of frames together, by power."""
    return samples.power_db(statistics.fmean(10 ** (level / 10) for level in levels))


def _quiet(around: Sequence[float], levels: Sequence[float]) -> Sequence[float]:
    """What is heard of the room; where too little is, the quietest of the whole recording."""
    if len(around) >= _FEWEST_FRAMES:
        return around
    return sorted(levels)[: max(_NEAR, int(len(levels) * _QUIET_SHARE))]


def _frame(chunk: int) -> int:
    return round(chunk * CHUNK_SECONDS * FRAMES)
