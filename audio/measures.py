"""What is measured in a recording beside its speech: hum, long silences, words that begin or end at its very edge."""

from __future__ import annotations

from collections.abc import Sequence

from audio import samples
from audio.levels import FRAMES, mean_level
from audio.sound import BYTES_PER_SAMPLE, TELEPHONE_RATE
from audio.speech import Speech

_FRAME_BYTES = TELEPHONE_RATE // FRAMES * BYTES_PER_SAMPLE
_AWAY = 20
"""Frames between speech and what is taken for the room alone: voices ring on in it."""
_MAINS_REPEAT = TELEPHONE_RATE // 10 * BYTES_PER_SAMPLE
"""A tenth of a second holds five waves of 50 Hz and six of 60 Hz, and a whole number of all their harmonics."""
_LEAST_ROOM = 4 * _MAINS_REPEAT
_EDGE, _AT_EDGE_SECONDS = 4, 0.1
_SPOKEN_OVER = 15.0


def hum(band: bytes, speech: Speech) -> float:
    """How loud what comes from the mains is in the room, in dB under the speech; SILENT_DB when there is none.

    Mains hum repeats itself ten times a second exactly; fans, roads and voices don't.
    """
    room = max(_rooms(band, speech), key=len)
    if len(room) < _LEAST_ROOM:
        return samples.SILENT_DB
    alike = samples.likeness(room[:-_MAINS_REPEAT], room[_MAINS_REPEAT:])
    if alike <= 0:
        return samples.SILENT_DB
    return max(samples.SILENT_DB, samples.level(room) + samples.power_db(alike) - speech.level)


def longest_silence(levels: Sequence[float], speech: Speech) -> tuple[float, float]:
    """The longest pause inside the speech, and where it begins, both in seconds."""
    quiet = speech.level - max(_SPOKEN_OVER, (speech.level - speech.room) * 0.75)
    longest, begins, begin = 0, round(speech.start * FRAMES), None
    for at in range(round(speech.start * FRAMES), round(speech.end * FRAMES)):
        if levels[at] > quiet:
            begin = None
        else:
            begin = at if begin is None else begin
            if at + 1 - begin > longest:
                longest, begins = at + 1 - begin, begin
    return longest / FRAMES, begins / FRAMES


def is_at_edge(levels: Sequence[float], away: float, speech: Speech) -> bool:
    """Whether somebody speaks in the very first moment; for the last one, `levels` run backwards. `away` is how many
    seconds from there the speech was found."""
    return away < _AT_EDGE_SECONDS and mean_level(levels[:_EDGE]) > speech.level - _SPOKEN_OVER


def _rooms(band: bytes, speech: Speech) -> tuple[bytes, bytes]:
    start, end = round(speech.start * FRAMES), round(speech.end * FRAMES)
    return band[: max(0, start - _AWAY) * _FRAME_BYTES], band[(end + _AWAY) * _FRAME_BYTES :]
