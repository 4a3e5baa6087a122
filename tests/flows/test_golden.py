"""Whole calls to the hotline that ships, compared word for word with what somebody has read and found right.

After a change: `WARMLINE_UPDATE_GOLDEN=1 pytest tests/flows/test_golden.py`, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.inputs import Facts
from flows.load import load_pack
from flows.model import Pack
from tests.flows.transcript import Script, written

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
UPDATE = "WARMLINE_UPDATE_GOLDEN"

NO_NUMBER = Facts(number="no")
NOT_CALLED = Facts(number="unavailable")

CALLS = {
    "talk_english": Script("Amina asks for a call, and says when and how it is safe", "1111121~2x"),
    "talk_unanswered_questions": Script("Amina asks for a call, and answers none of the questions", "111"),
    "talk_may_we_call_unanswered": Script(
        "Amina asks for a call, and doesn't say whether we may call this phone", "11"
    ),
    "talk_says_no": Script(
        "Amina asks for a call, doesn't want one on this phone, and goes back", "112~*~~~"
    ),
    "asked_again_kept": Script(
        "Amina has asked for a call before, and keeps it", "113~x", noted_before=True, waiting="wait_tomorrow"
    ),
    "asked_again_unanswered": Script(
        "Amina has asked for a call before, and presses nothing more", "41", noted_before=True
    ),
    "asked_again_changed": Script(
        "Amina has asked for a call before, and changes when it is safe",
        "112~31~~2x",
        noted_before=True,
        callback="already_noted",
        waiting="wait_some_days",
    ),
    "asked_again_cancelled": Script(
        "Amina has asked for a call before, takes it back, and falls silent", "211", noted_before=True
    ),
    "asked_again_too_late": Script(
        "A helper is about to call when Amina takes her wish back", "111~x", noted_before=True, too_late=True
    ),
    "silent_noted_before": Script(
        "Nothing is pressed after the language, and a call is noted already", "3", noted_before=True
    ),
    "talk_french_no_number": Script(
        "Asking for a call in French, from a phone that hides its number", "21", NO_NUMBER
    ),
    "talk_not_available": Script("No call can be noted", "1111111", callback="unavailable"),
    "talk_not_called": Script(
        "Asking for a call while none can be offered: no question is asked first", "11", NOT_CALLED
    ),
    "talk_full": Script(
        "Asking for a call when the line has noted as many as it may: no question is asked first",
        "11",
        full=True,
    ),
    "listen_english": Script("Amina listens to the second exercise, and feels better", "1221~1"),
    "listen_arabic": Script("Listening in Arabic, and then another", "321~321#3x", half=frozenset({3})),
    "listen_all_offers_swahili": Script("Passing over every exercise in Swahili, until the menu", "4222222x"),
    "crisis_nobody": Script("Urgent help: nobody is free, and a call is asked for", "10~1121~1"),
    "crisis_connected": Script("Urgent help: a helper answers", "10", talked=True),
    "crisis_not_answered": Script(
        "Urgent help: nobody answers, and nothing more is pressed", "10", talked=False
    ),
    "crisis_no_number": Script("Urgent help from a phone that hides its number", "20", facts=NO_NUMBER),
    "crisis_not_called": Script("Urgent help while no call can be offered", "10~~1", facts=NOT_CALLED),
    "crisis_before_language": Script("0 is the first key, before any language is chosen", "0~4"),
    "silent": Script("Nothing is ever pressed", ""),
    "silent_no_number": Script(
        "Nothing is ever pressed, on a phone that hides its number", "", facts=NO_NUMBER
    ),
    "silent_not_called": Script(
        "Nothing is ever pressed, while no call can be offered", "", facts=NOT_CALLED
    ),
    "silent_not_available": Script(
        "Nothing is ever pressed, and no call can be noted", "", callback="unavailable"
    ),
    "silent_after_language": Script("French is chosen, and nothing more", "2"),
    "silent_says_no": Script("Nothing is pressed until the offer of a call, and then no", "1~~~2"),
    "late_language_key": Script("Nothing is pressed until the offer, and then the key for Arabic", "~~33x"),
    "wrong_keys": Script("Only keys that mean nothing", "1777777777777777"),
    "back_and_again": Script("Hearing again, and going back to choose another language", "1299***2*3x"),
    "no_means_no": Script("Saying no to a call, listening, and falling silent", "1~~~2~2"),
    "hangs_up": Script("Amina hangs up in the middle of an exercise", "121x", half=frozenset({3})),
}


@pytest.fixture(scope="module")
def first_line() -> Pack:
    pack = load_pack(HERE.parents[1] / "flows" / "packs" / "first_line").pack
    assert pack is not None
    return pack


@pytest.mark.parametrize("name", CALLS)
def test_a_whole_call(first_line: Pack, name: str) -> None:
    """Every word, key and kept answer of this call is as it was when somebody last read it."""
    path = GOLDEN / f"{name}.txt"
    transcript = written(first_line, CALLS[name])
    if os.environ.get(UPDATE) == "1":
        path.write_text(transcript, "utf-8")
    assert path.is_file(), f"not read yet: write it with {UPDATE}=1, and read it"
    assert transcript == path.read_text("utf-8")


def test_no_transcript_is_left_over() -> None:
    """Every transcript in the folder belongs to a call that is still tested."""
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CALLS)
