"""How a script is read aloud: in phrases, with silences where it asks for them. Pure."""

from __future__ import annotations

import re

from audio.sound import Pause

ELLIPSIS_SECONDS = 1.0
PARAGRAPH_SECONDS = 0.8
SENTENCE_SECONDS = 0.4

_BREAK = re.compile(r"(?P<ellipsis>…|\.{3})|(?P<paragraph>\n\s*\n)|(?<=[.!?؟۔።])[\"»”’)]*(?P<sentence>\s+)")
_WORD = re.compile(r"\w")


def phrases(text: str) -> list[str | Pause]:
    """A script as what is said in one breath, and the silences between.

    `…` is one second, `… …` two; paragraphs and sentences get the short rests that a reader takes anyway.
    """
    found: list[str | Pause] = []
    written = natural = 0.0
    position = 0
    text = text.strip()
    for pause in [*_BREAK.finditer(text), None]:
        words = text[position : pause.start() if pause else len(text)]
        if _WORD.search(words):
            _rest(found, written, natural)
            found.append(" ".join(words.split()))
            written = natural = 0.0
        if pause is None:
            break
        if pause["ellipsis"]:
            written += ELLIPSIS_SECONDS
        else:
            natural = max(natural, PARAGRAPH_SECONDS if pause["paragraph"] else SENTENCE_SECONDS)
        position = pause.end()
    _rest(found, written, 0.0)
    return found


def _rest(found: list[str | Pause], written: float, natural: float) -> None:
    """A written silence takes the place of the rest that a reader would take there."""
    if written or (natural and found):
        found.append(Pause(written or natural))
