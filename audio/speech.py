"""Where in a recording somebody speaks.

Whatever stands out of the room may be speech, or a door, or a lorry. A small neural network that knows voices is asked
until it has heard one (`first_voice`); where its first word begins exactly is told by what isn't the room
(`word_edges`). The end is found in the same way in the recording played backwards: a voice's beginning is sharper than
its end, either way. Only the ends are looked at: pauses between words stay as they were spoken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audio import samples
from audio.bands import Bands, bands_of
from audio.first_voice import FirstVoice
from audio.levels import FRAMES, frame_levels, mean_level, undisturbed
from audio.refusals import NothingToHear
from audio.sound import TELEPHONE_RATE, Sound
from audio.voice import can_tell
from audio.word_edges import word_edge

FAINTEST_DB = -66.0
"""dBFS at the level at which recordings are read: what nowhere gets louder than this is an empty room."""

_LOUD_FRAMES = 20
_QUIET_SHARE, _FEWEST_FRAMES = 0.15, 15
_SHORTEST = 6
_AWAY = 35
"""Frames between speech and what is surely the room alone."""


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
    levels = frame_levels(band, TELEPHONE_RATE)
    if not levels or (loud := mean_level(sorted(levels)[-_LOUD_FRAMES:])) < FAINTEST_DB:
        raise NothingToHear("nowhere louder than an empty room")
    forwards = _Way(sound.pcm, band, levels, loud)
    backwards = _Way(samples.backwards(sound.pcm), samples.backwards(band), levels[::-1], loud)
    first, last = _voices(forwards.voices, backwards.voices, len(levels))
    start, end = forwards.word(first), len(levels) - backwards.word(last)
    if end - start < _SHORTEST:
        raise NothingToHear("nobody speaks")
    level = mean_level(levels[start:end])
    return Speech(start / FRAMES, end / FRAMES, level, mean_level(_room(levels, start, end)))


class _Way:
    """A recording in one direction."""

    def __init__(self, pcm: bytes, band: bytes, levels: Sequence[float], loud: float) -> None:
        self._pcm, self._band, self._levels = pcm, band, levels
        self.voices = FirstVoice(pcm, levels, loud)

    def word(self, voice: int) -> int:
        """The frame in which the word begins to which a voice belongs."""
        return word_edge(self._levels, voice, self._bands)

    def _bands(self, first: int, end: int) -> Bands:
        return bands_of(self._pcm, self._band, first, end)


def _voices(forwards: FirstVoice, backwards: FirstVoice, frames: int) -> tuple[int, int]:
    """The frames of the first voice and, counted from the end, of the last. Raises NothingToHear."""
    if not can_tell():
        return forwards.first_sound(), backwards.first_sound()
    first = forwards.first_voice(forwards.is_cough)
    last = backwards.first_voice(lambda begin, end: forwards.is_cough(frames - end, frames - begin))
    if first is None and last is None:
        raise NothingToHear("nobody speaks")
    # What is heard in one direction alone is a single short word: it lies around the place where it was heard.
    first = frames - 1 - (last or 0) if first is None else first
    return first, frames - 1 - first if last is None else last


def _room(levels: Sequence[float], start: int, end: int) -> list[float]:
    """The levels of the room around speech; where hardly anything is around it, of the quietest moments."""
    outside = [*range(max(0, start - _AWAY)), *range(end + _AWAY, len(levels))]
    if len(outside) >= _FEWEST_FRAMES:
        return [levels[at] for at in undisturbed(outside, levels)]
    return sorted(levels)[: max(_SHORTEST, int(len(levels) * _QUIET_SHARE))]
