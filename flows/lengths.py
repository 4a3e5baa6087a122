"""How long a script takes to read aloud, estimated before anyone has recorded it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flows.languages import base
from flows.model import EMERGENCY_NUMBER, Pack

LETTERS_PER_SECOND = {
    "en": 11.5,
    "fr": 12.0,
    "es": 12.0,
    "pt": 12.0,
    "ar": 8.5,
    "sw": 11.0,
    "so": 11.0,
    "ln": 11.0,
    "rw": 11.0,
    "fa": 8.5,
    "ps": 8.5,
    "ur": 8.5,
    "am": 5.0,
    "ti": 5.0,
    "ja": 5.0,
    "zh": 3.2,
    "ko": 4.5,
    "th": 9.0,
    "my": 8.0,
}
"""A slow, warm pace. Scripts that leave out vowels, or write a syllable with one sign, have fewer letters a second."""

USUAL_PACE = 11.0

PAUSE = "…"
PAUSE_SECONDS = 1.0
SENTENCE_SECONDS = 0.4
SENTENCE_ENDS = ".!?؟。።"

EMERGENCY_NUMBER_SECONDS = 3.0
"""Three digits, said slowly."""

Lengths = Mapping[tuple[str, str], float]
"""Real lengths of clips in seconds, by (prompt, language)."""


def estimated_seconds(text: str, language: str) -> float:
    """Seconds for one reading: letters at a slow pace, a breath between sentences, one second for each `…`."""
    letters = sum(character.isalnum() for character in text)
    breaths = sum(text.count(mark) for mark in SENTENCE_ENDS)
    pace = LETTERS_PER_SECOND.get(base(language), USUAL_PACE)
    return letters / pace + breaths * SENTENCE_SECONDS + text.count(PAUSE) * PAUSE_SECONDS


def seconds_of(pack: Pack, prompts: Iterable[str], language: str, lengths: Lengths) -> float:
    """How long these prompts take together. One without clip or script counts nothing: that is another problem."""
    total = 0.0
    for prompt in prompts:
        known = lengths.get((prompt, language))
        script = pack.scripts.get((prompt, language))
        if prompt == EMERGENCY_NUMBER:
            total += EMERGENCY_NUMBER_SECONDS
        elif known is not None:
            total += known
        elif script is not None:
            total += estimated_seconds(script.text, language)
    return total
