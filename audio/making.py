"""From a file that somebody sent to a clip that callers may hear, with a report on it.

Runs in workers and commands only; the audio libraries are imported when the first clip is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audio.limits import Limits
from audio.reading import phrases
from audio.report import Expected, Measured, Report, judged
from audio.sound import Pause
from audio.telephone_sound import LEADING_MS, TelephoneClip, clip_of_speech

if TYPE_CHECKING:
    from audio.ingest import Decoded
    from audio.speech import Speech

__all__ = ["NOTHING_EXPECTED", "Expected", "MadeClip", "expected_of", "make_take_clip"]

USUAL = Limits()
NOTHING_EXPECTED = Expected()


@dataclass(frozen=True, slots=True)
class MadeClip:
    """`wav` is an 8 kHz mono 16-bit WAV file; `seconds` its length; `waveform` 200 peaks of one byte each."""

    wav: bytes
    seconds: float
    report: Report
    waveform: bytes


def expected_of(text: str, seconds: float, at_most: float = 0.0) -> Expected:
    """What a recording of this script should be like; `seconds` is an estimate of one reading, `at_most` the limit for
    a clip at its place. A script that ends with a pause keeps it, though nobody can be heard to make one."""
    parts = phrases(text)
    pauses = [part.seconds for part in parts if isinstance(part, Pause)]
    last = parts[-1].seconds if parts and isinstance(parts[-1], Pause) else 0.0
    return Expected(seconds, at_most, max(pauses, default=0.0), last)


def make_take_clip(
    original: bytes, expected: Expected = NOTHING_EXPECTED, limits: Limits = USUAL
) -> MadeClip:
    """The clip of a recording, whatever kind of file it is. The same bytes give the same clip.

    Raises one of `audio.refusals`: the file can't become a clip, and trying again won't help.
    """
    from audio.filters import telephone_band
    from audio.ingest import decoded
    from audio.speech import find_speech
    from audio.waveform import peaks_of

    recording = decoded(original, limits)
    band = telephone_band(recording.sound)
    speech = find_speech(recording.sound, band)
    clip = clip_of_speech(band, speech.start, speech.end, expected.pause_after)
    report = judged(_measured(recording, band, speech, clip), expected)
    return MadeClip(clip.wav, clip.seconds, report, peaks_of(clip.samples))


def _measured(recording: Decoded, band: bytes, speech: Speech, clip: TelephoneClip) -> Measured:
    from audio import measures
    from audio.ingest import HEADROOM_DB

    levels = measures.frame_levels(band)
    silence, silence_at = measures.longest_silence(levels, speech)
    clipped = [at for at in recording.clipped if speech.start <= at < speech.end]
    return Measured(
        seconds=clip.seconds,
        recorded_seconds=round(recording.sound.seconds, 3),
        spoken_seconds=round(speech.end - speech.start, 3),
        loudness=round(clip.was + HEADROOM_DB, 1),
        noise_distance=round(speech.level - speech.room, 1),
        hum=round(measures.hum(band, speech), 1),
        longest_silence=silence,
        longest_silence_at=_in_clip(silence_at, speech),
        clipped_moments=len(clipped),
        clipped_at=_in_clip(clipped[0] if clipped else 0.0, speech),
        starts_spoken=measures.begins_spoken(levels, speech),
        ends_spoken=measures.begins_spoken(levels[::-1], speech),
        damaged=recording.damaged,
    )


def _in_clip(moment: float, speech: Speech) -> float:
    """Where in the clip a moment of the recording is heard."""
    return round(max(0.0, moment - speech.start) + LEADING_MS / 1000, 2)
