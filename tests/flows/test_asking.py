"""Asking for a call on the hotline that ships, by the clock of the demo voice."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.demo_voice import read_aloud
from audio.telephone_sound import telephone_clip
from flows import house
from flows.effects import AskKeys, RequestCallback
from flows.inputs import CallbackFound
from flows.load import load_pack
from flows.model import Pack
from tests.flows.driving import Call

LONGEST_ASKING_SECONDS = 60
LONGEST_OUTCOME_SECONDS = 40
HEARD_BEFORE_KEYING = 0.7
"""How much of a question is heard by a helper who has keyed an outcome before."""
LANGUAGES = {"en": "1", "fr": "2", "ar": "3", "sw": "4"}


@pytest.fixture(scope="module")
def pack() -> Pack:
    loaded = load_pack(Path(__file__).parents[2] / "flows" / "packs" / "first_line").pack
    assert loaded is not None
    return loaded


def spoken_seconds(pack: Pack, prompt: str, language: str) -> float:
    """How long the demo voice takes for it, as a clip on the telephone."""
    return telephone_clip(read_aloud(pack.scripts[prompt, language].text, language)).seconds


@pytest.mark.parametrize("language", LANGUAGES)
def test_asking_takes_less_than_a_minute(pack: Pack, language: str) -> None:
    """Amina hears every question to its last word before she keys, and has asked within a minute, in each language."""
    call = Call(pack).press(LANGUAGES[language] + "1").give(CallbackFound("none"))
    seconds, questions = 0.0, 0
    while not isinstance(call.last, RequestCallback):
        assert isinstance(call.last, AskKeys)
        seconds += sum(spoken_seconds(pack, *said) for said in call.last.said)
        questions += 1
        call.press("1")
    assert questions == 5
    assert dict(call.last.wishes) == {
        "safe_when": "as_soon_as_possible",
        "say_who": "answer_yes",
        "others_safe": "answer_yes",
        "helper_gender": "a_woman",
    }
    assert seconds < LONGEST_ASKING_SECONDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_outcome_is_keyed_in_less_than_forty_seconds(pack: Pack, language: str) -> None:
    """A helper who knows the questions keys before their end, and is done within forty seconds."""
    heard = [prompt for prompt in house.OUTCOME if prompt != "outcome_later"]
    seconds = sum(spoken_seconds(pack, prompt, language) for prompt in heard)
    assert seconds * HEARD_BEFORE_KEYING < LONGEST_OUTCOME_SECONDS


def test_unanswered_wishes_are_the_safest(pack: Pack) -> None:
    """Amina agrees to a call and then says nothing more: nothing is noted that would let anybody say who calls."""
    call = Call(pack).press("11").give(CallbackFound("none")).press("1")
    while isinstance(call.last, AskKeys):
        call.silent()
    assert isinstance(call.last, RequestCallback)
    assert call.last.wishes == ()
    assert call.last.unanswered == ("safe_when", "say_who", "others_safe", "helper_gender")
