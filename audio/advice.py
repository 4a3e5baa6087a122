"""What to tell whoever recorded a take, in plain English for the command line. Pages have it in each language."""

from __future__ import annotations

from audio.refusals import Refused
from audio.report import Report

FINDINGS = {
    "damaged": "Part of the file is missing. Send it again.",
    "same_as_other": "The same recording is there for another prompt or language. Listen which one it belongs to.",
    "cut_start": "The first word may be cut off. Press record, wait a moment, then speak.",
    "cut_end": "The last word may be cut off. Wait a moment before you stop recording.",
    "clipped": "It is too loud and crackles. Move back from the microphone, or speak more softly.",
    "too_short": "It is much shorter than its script. Words may be missing.",
    "noisy": "Move closer to the microphone; a fan or traffic is nearly as loud as your voice.",
    "hum": "Something hums. Unplug the charger, or move away from lamps and machines.",
    "too_quiet": "It is very quiet. Move closer to the microphone, or speak up.",
    "too_fast": "It is hard to follow at this speed. Read more slowly, with a pause after each sentence.",
    "too_long": "It is longer than it should be. Leave out what isn't in the script.",
    "long_silence": "There is a long silence in the middle. Record it in one go.",
}
"""A sentence for each finding."""

FINE = "It sounds good."

REFUSALS = {
    "not_a_recording": "This isn't a sound file that can be read. Save it as WAV, MP3 or M4A and send it again.",
    "empty_file": "The file is empty. Send it again.",
    "too_large": "The file is too large. Send one recording for each prompt.",
    "no_sound": "There is no sound in this file.",
    "too_long": "It plays for too long. Send one recording for each prompt.",
    "too_heavy": "Reading this file takes more than it should. Save it as WAV and send it again.",
    "silent": "Nobody can be heard. Check that the microphone is on, and record it again.",
}
"""A sentence for each refusal."""


def advice(report: Report) -> str:
    """The one sentence that helps most."""
    return FINDINGS[report.codes[0]] if report.codes else FINE


def advice_on_refusal(refused: Refused) -> str:
    """What to do about a file that can't become a clip."""
    return REFUSALS[refused.code]
