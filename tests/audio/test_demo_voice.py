"""The synthesised voice, and how it reads a script."""

from __future__ import annotations

import pytest

from audio import demo_voice
from audio.reading import phrases
from audio.sound import Pause, Sound


@pytest.mark.parametrize("language", demo_voice.supported_languages())
def test_every_language_on_the_list_is_really_spoken(language):
    """A language that the demo voice claims to speak gives sound, at a telephone's rate or better."""
    (said,) = demo_voice.read_aloud("Amina 1 2 3", language)
    assert isinstance(said, Sound)
    assert said.rate >= 8_000
    assert said.seconds > 0.5


def test_the_four_languages_of_the_first_line_are_spoken():
    """English, French, Arabic and Swahili can all be heard in the demo."""
    assert {"en", "fr", "ar", "sw"} <= set(demo_voice.supported_languages())


@pytest.mark.parametrize("language", ["en-gb", "fr-fr", "xx", "", "../en"])
def test_a_language_without_a_voice_is_refused(language):
    """Rather than being read out in the voice of the language before, which is what the synthesiser would do."""
    with pytest.raises(demo_voice.LanguageNotSpoken):
        demo_voice.read_aloud("Amina", language)


def test_the_synthesiser_itself_refuses_a_voice_it_does_not_have(monkeypatch):
    """Even if the list of languages were wrong, the return code is checked."""
    monkeypatch.setitem(demo_voice.WORDS_PER_MINUTE, "fr-fr", 130)
    with pytest.raises(demo_voice.LanguageNotSpoken):
        demo_voice.read_aloud("Bonjour", "fr-fr")


def test_a_missing_voice_says_what_to_install(monkeypatch):
    """Daniel, who runs a real hotline without the demo voice, is told what to install."""
    monkeypatch.setattr(demo_voice, "find_spec", lambda _name: None)
    with pytest.raises(demo_voice.DemoVoiceNotInstalled, match=r"requirements/demo\.txt"):
        demo_voice.read_aloud("Amina", "en")


def test_the_voice_is_calm(monkeypatch):
    """A sentence takes at least a fifth longer than at the synthesiser's usual, hurried 175 words a minute."""
    words = "You can put the phone down now, and take all the time that you need to rest."
    (calm,) = demo_voice.read_aloud(words, "en")
    monkeypatch.setitem(demo_voice.WORDS_PER_MINUTE, "en", 175)
    (hurried,) = demo_voice.read_aloud(words, "en")
    assert calm.seconds > 1.2 * hurried.seconds


@pytest.mark.parametrize(
    ("script", "read"),
    [
        ("Hello", ["Hello"]),
        ("Breathe in … and out", ["Breathe in", Pause(1.0), "and out"]),
        ("Wait … … go on", ["Wait", Pause(2.0), "go on"]),
        ("Wait ...  go on", ["Wait", Pause(1.0), "go on"]),
        ("One. Two? Three", ["One.", Pause(0.4), "Two?", Pause(0.4), "Three"]),
        ("One. … Two", ["One.", Pause(1.0), "Two"]),
        ("One\nline.\n\nNext …\n\n… end\n", ["One line.", Pause(0.8), "Next", Pause(2.0), "end"]),
        ("… Hello …", [Pause(1.0), "Hello", Pause(1.0)]),
        ("هل أنت بخير؟ نعم.", ["هل أنت بخير؟", Pause(0.4), "نعم."]),
        ("It is 3.5 km", ["It is 3.5 km"]),
        ("  \n", []),
        ("… .", [Pause(1.0)]),
    ],
)
def test_scripts_are_read_with_the_pauses_that_they_ask_for(script, read):
    """`…` is a second of silence; paragraphs and sentences get a short rest; line breaks alone mean nothing."""
    assert phrases(script) == read
