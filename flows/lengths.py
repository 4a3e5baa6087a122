"""How long a script takes to read aloud, estimated before anyone has recorded it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flows.house import WAITING_TIMES
from flows.languages import base
from flows.model import EMERGENCY_NUMBER, WAITING_TIME, Pack

LETTERS_PER_SECOND = {
    "en": 11.5,
    "fr": 14.5,
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

CLIP_SILENCE_SECONDS = 0.5
"""What every clip holds beside its words: networks swallow the start of a sound, so it begins with silence. In a menu
of eight clips that is four seconds. Clips that are there are measured whole; this is for those that aren't yet."""

EMERGENCY_NUMBER_SECONDS = 3.5
"""Three digits, said slowly, each a clip of its own."""

Lengths = Mapping[tuple[str, str], float]
"""Real lengths of clips in seconds, from their first sample to their last, by (prompt, language)."""


def estimated_seconds(text: str, language: str) -> float:
    """Seconds for one reading, without the silence around it: letters at a slow pace, a breath between sentences, one
    second for each `…`."""
    letters = sum(character.isalnum() for character in text)
    breaths = sum(text.count(mark) for mark in SENTENCE_ENDS)
    pace = LETTERS_PER_SECOND.get(base(language), USUAL_PACE)
    return letters / pace + breaths * SENTENCE_SECONDS + text.count(PAUSE) * PAUSE_SECONDS


def seconds_of(pack: Pack, prompts: Iterable[str], language: str, lengths: Lengths) -> float:
    """How long a caller hears these prompts together, with the silence in their clips. The waiting time counts as
    its longest sentence. One without clip or text counts nothing: that is another problem."""
    total = 0.0
    for prompt in prompts:
        if prompt == WAITING_TIME:
            total += max(seconds_of(pack, [sentence], language, lengths) for sentence in WAITING_TIMES)
            continue
        known = lengths.get((prompt, language))
        script = pack.scripts.get((prompt, language))
        if prompt == EMERGENCY_NUMBER:
            total += EMERGENCY_NUMBER_SECONDS
        elif known is not None:
            total += known
        elif script is not None and script.text:
            total += estimated_seconds(script.text, language) + CLIP_SILENCE_SECONDS
    return total
