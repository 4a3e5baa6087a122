"""Files find their script by their names, and whatever a name leaves open is left to a person."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.recording.matching import LONGEST_LABEL, known_names, label_of, match

PROMPTS = ("welcome", "to_listen", "to_listen_again", "main_menu", "press_0", "press_1")
KNOWN = known_names(PROMPTS, {1: "welcome", 17: "main_menu", 120: "to_listen"}, ("en", "fr", "ar", "sw"))


@pytest.mark.parametrize(
    ("name", "prompt", "language"),
    [
        ("sw/welcome.wav", "welcome", "sw"),
        ("Sara's recordings/sw/Main Menu.M4A", "main_menu", "sw"),
        ("welcome-sw.mp3", "welcome", "sw"),
        ("ar_main-menu (2).ogg", "main_menu", "ar"),
        ("Swahili/17.wav", "main_menu", "sw"),
        ("017 second try.amr", "main_menu", ""),
        ("017-2.wav", "main_menu", ""),
        ("fr\\120.flac", "to_listen", "fr"),
        ("to_listen_again.wav", "to_listen_again", ""),
        ("press 1 fr.wav", "press_1", "fr"),
        ("017_main_menu.wav", "main_menu", ""),
        ("١٧.wav", "main_menu", ""),
    ],
)
def test_a_name_says_which_script_it_is(name: str, prompt: str, language: str) -> None:
    """Sara's files are recognised by prompt, by the number on the sheet, and by the folder of the language."""
    assert (match(name, KNOWN).prompt, match(name, KNOWN).language) == (prompt, language)


@pytest.mark.parametrize(
    "name",
    [
        "Recording 17.m4a",
        "REC0017.WAV",
        "20261122_153000.3gp",
        "17-11-2026.amr",
        "017 welcome.wav",
        "welcome main menu.wav",
        "unwelcome.wav",
        "WhatsApp Audio at 17.ogg",
        "999.wav",
        ".wav",
        "",
    ],
)
def test_what_could_mean_something_else_is_left_to_a_person(name: str) -> None:
    """A phone's own counter, a date, two prompts in one name, or a name and a number that disagree match nothing."""
    assert match(name, KNOWN).prompt == ""


def test_two_languages_in_a_name_are_none() -> None:
    """A file that says French and Swahili is put into neither; the folder decides where there is one."""
    assert match("welcome fr sw.wav", KNOWN).language == ""
    assert match("sw/welcome fr.wav", KNOWN).language == "sw"


@pytest.mark.parametrize("sign", ["a ", "welcome ", "1_", "/", "sw/"])
def test_a_name_as_long_as_an_archive_allows_is_read_at_once(sign: str) -> None:
    """Mallory hands Sara an archive whose names are as long as they can be: callers don't wait for their reading."""
    began = time.process_time()
    match(sign * (60_000 // len(sign)), KNOWN)
    assert time.process_time() - began < 0.5


@given(st.text(max_size=300))
def test_no_name_breaks_anything(name: str) -> None:
    """Whatever a file is called, it gets a label that can be shown, and at most a prompt that there is."""
    found = match(name, KNOWN)
    assert found.prompt in (*PROMPTS, "")
    label = label_of(name)
    assert len(label) <= LONGEST_LABEL
    assert "/" not in label
    assert label.isprintable()
