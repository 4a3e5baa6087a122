"""What was heard in a take, in one plain sentence on what to do. Numbers and codes come from `audio/report.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from ivr.console.languages import gettext

NOTHING_HEARD = _l("There is nothing to hear. Look whether the microphone is on, and record again.")
FINDINGS: Mapping[str, Any] = {
    "damaged": _l(
        "Part of this file is damaged, so something may be missing. Listen to the end, or record again."
    ),
    "same_as_other": _l(
        "The very same sound was sent for another prompt or language. Listen whether it says the right words."
    ),
    "cut_start": _l(
        "The first word may be cut off. Wait a moment after pressing record, then speak, and record again."
    ),
    "cut_end": _l("The last word may be cut off. Wait a moment before you stop, and record again."),
    "clipped": _l("It is too loud and crackles. Move back a little from the microphone, and record again."),
    "too_quiet": _l("It is very quiet. Move closer to the microphone, and record again."),
    "noisy": _l(
        "There is noise behind the voice, such as a fan or a road. Move closer, or find a quieter room."
    ),
    "hum": _l(
        "Something hums, such as a charger or a lamp. Pull out the plug of what hums, and record again."
    ),
    "too_long": _l(
        "It is longer than this script needs. Look whether something else was said too, or speak a little faster."
    ),
    "too_fast": _l(
        "It is spoken quickly. Read it more slowly, as to somebody who is tired, and record again."
    ),
    "long_silence": _l("There is a long silence in it. Record it again without a break, or shorter pauses."),
    "too_short": _l("It is shorter than this script needs. Look whether all the words are there."),
}
"""By code."""

REFUSALS: Mapping[str, Any] = {
    "not_a_recording": _l(
        "This file holds no sound that can be read. Save it as a recording and send it again."
    ),
    "empty_file": _l(
        "This file is empty: sending it broke off, or the recorder's memory was full. Send it again."
    ),
    "no_sound": _l("There is no sound in this file. Look whether it is the right one, and send it again."),
    "silent": NOTHING_HEARD,
    "too_long": _l("This recording is too long for one prompt. Send one file for each prompt."),
    "too_large": _l("This file is too large. Send one recording for each prompt."),
    "too_heavy": _l("Reading this file took too long. Save it as a plain recording and send it again."),
    "workers_lost": _l(
        "Reading this file stopped several times. Save it as a plain recording and send it again."
    ),
    "never_came": _l("What was recorded by phone never came from the provider. Record it again."),
    "no_recording": _l("What came from the provider was no recording. Record it again."),
    "original_lost": _l("The recording is gone from its place. Record it again, or send it again."),
    "not_kept": _l("It wasn't kept at the end of the call."),
}

GOOD = _l("It sounds good.")


def report_in_words(codes: Iterable[str]) -> str:
    """One sentence: the most useful of what was found, and what to do about it. Codes come the most useful first."""
    return str(next((FINDINGS[code] for code in codes if code in FINDINGS), GOOD))


def findings_in_words(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """What was found, as reports keep it (`code`, and `at` in seconds or None), in sentences; the most useful first."""
    said = [_finding(str(one["code"]), one.get("at")) for one in findings]
    return [words for words in said if words] or [str(GOOD)]


def _finding(code: str, at: float | None) -> str:
    words = FINDINGS.get(code)
    if words is None or at is None:
        return str(words or "")
    return gettext("%(what)s (at second %(second)s)", what=str(words), second=f"{at:.1f}")


def refusal_in_words(code: str) -> str:
    """Why no clip could be made of a take, and what to do."""
    known = REFUSALS.get(code)
    return (
        str(known)
        if known
        else gettext("No clip could be made of it. Record it again, or send another file.")
    )
