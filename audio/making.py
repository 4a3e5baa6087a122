"""From a file that somebody sent to a clip that callers may hear, with a report on it.

Runs in workers and commands only; the audio libraries are imported when the first clip is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from audio.limits import Limits
from audio.report import Finding, Report

USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a recording of a script should be like: `seconds` as estimated from its words, without silence around it;
    `at_most`, seconds of a whole clip at its place in the call. Nought is for what isn't known."""

    seconds: float = 0.0
    at_most: float = 0.0


NOTHING_EXPECTED = Expected()


@dataclass(frozen=True, slots=True)
class MadeClip:
    """`wav` is an 8 kHz mono 16-bit WAV file; `seconds` its length; `waveform` 200 peaks of one byte each."""

    wav: bytes
    seconds: float
    report: Report
    waveform: bytes


def make_take_clip(
    original: bytes, expected: Expected = NOTHING_EXPECTED, limits: Limits = USUAL
) -> MadeClip:
    """The clip of a recording, whatever kind of file it is. The same bytes give the same clip.

    Raises one of `audio.refusals`: the file can't become a clip, and trying again won't help.
    """
    from audio.ingest import decoded
    from audio.telephone_sound import telephone_clip
    from audio.waveform import peaks_of

    recording = decoded(original, limits)
    clip = telephone_clip([recording.sound])
    findings = (Finding("too_long"),) if 0 < expected.at_most < clip.seconds else ()
    report = Report(clip.seconds, recording.sound.seconds, clip.loudness, findings)
    return MadeClip(clip.wav, clip.seconds, report, peaks_of(clip.wav[44:]))
