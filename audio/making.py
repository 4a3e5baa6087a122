"""From a file that somebody sent to a clip that callers may hear, with a report on it.

This module is light; the audio libraries are imported when the first clip is made, in workers and commands only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from audio.confined import confined
from audio.limits import Limits
from audio.reading import phrases
from audio.report import Expected, Report
from audio.sound import Pause
from audio.told import read_telling

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
    """The clip of a recording, whatever kind of file it is, made in a process of its own (see `confined`). The same
    bytes give the same clip.

    Raises one of `audio.refusals`: the file can't become a clip, and trying again won't help. WorkBroke is our mistake.
    """
    from audio import pipeline

    pipeline.get_ready()
    return received(confined(lambda: sent(pipeline.clip_of(original, expected, limits)), limits))


def sent(clip: MadeClip) -> bytes:
    """A clip as one process gives it to another."""
    told = {"seconds": clip.seconds, "report": clip.report.as_json(), "waveform": clip.waveform.hex()}
    return json.dumps(told).encode() + b"\n" + clip.wav


def received(message: bytes) -> MadeClip:
    """The clip that was `sent`. Raises TooHeavy where it can't be one."""
    telling, _, wav = message.partition(b"\n")
    return MadeClip(wav, *read_telling(telling, wav))
