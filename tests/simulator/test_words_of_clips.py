"""What the transcript makes of clips, and what may be written after --press."""

from __future__ import annotations

import pytest

from ivr.telephony.simulator.clips import HeardClip, keys_announced, sha_of, wav_seconds
from ivr.telephony.simulator.hands import SILENT, AskingHands, Move, UnknownMove, WrittenHands, read_moves
from ivr.telephony.simulator.terminal import hum


def heard(prompt: str, text: str) -> HeardClip:
    return HeardClip(prompt, text, "en", 1.0)


def test_keys_are_named_by_what_was_said_before() -> None:
    """ "To talk to someone, press 1" tells that 1 is for talking to someone, in words and not in code."""
    clips = [
        heard("main_menu", "Welcome."),
        heard("to_talk", "To talk to someone,"),
        heard("press_1", "press one."),
        None,
        heard("press_star", "press star."),
    ]
    assert keys_announced(clips) == (("1", "To talk to someone"), ("*", ""))


def test_a_clip_s_length_is_read_from_its_beginning() -> None:
    """The first bytes of a clip tell how long it lasts; anything else has no length."""
    assert wav_seconds(hum(7)[:100]) == 7.0
    assert wav_seconds(b"<html>") is None
    assert wav_seconds(b"RIFF\x00\x00\x00\x00WAVE") is None


def test_the_address_of_a_clip_holds_its_hash() -> None:
    """Only addresses of clips have one."""
    assert sha_of(f"https://line.example.org/media/{'a' * 64}.wav") == "a" * 64
    assert sha_of("https://line.example.org/media/a.wav") == ""


def test_a_list_of_keys_is_read() -> None:
    """2,1,~,0 and its relatives mean what the help says."""
    assert read_moves("2, 1,~,1234#@2.5,voice:4,end") == (
        Move("keys", keys="2"),
        Move("keys", keys="1"),
        SILENT,
        Move("keys", keys="1234#", after=2.5),
        Move("voice", seconds=4),
        Move("hang_up"),
    )


@pytest.mark.parametrize("text", ["x", "1,hello", "voice", "voice:", "voice:9999", "1@", "@1", "~~"])
def test_what_means_nothing_is_said_so(text: str) -> None:
    """A slip in the list is an error with an example, not a silent call."""
    with pytest.raises(UnknownMove, match="is no key"):
        read_moves(text)


def test_after_the_last_key_there_is_silence_or_the_end() -> None:
    """The caller stays silent when the keys have run out, or hangs up where asked to."""
    assert [WrittenHands((), hangs_up=False).move(), WrittenHands((), hangs_up=True).move()] == [
        SILENT,
        Move("hang_up"),
    ]


def test_a_person_is_asked_again_after_a_slip() -> None:
    """Whoever types something without meaning is told so and may type again."""
    typed, told = iter(["hello", "3"]), []
    assert AskingHands(lambda: next(typed), told.append).move() == Move("keys", keys="3")
    assert len(told) == 1
