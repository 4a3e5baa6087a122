"""The picture of a clip, and knowing the same recording again by it."""

from __future__ import annotations

import pytest

from audio.alike import Shape, same_as_other, same_recording
from audio.limits import Limits
from audio.making import NOTHING_EXPECTED, MadeClip
from audio.pipeline import clip_of
from audio.sound import Sound
from audio.waveform import PEAKS, peaks_of
from tests.audio.corpus import KINDS, encoded, louder, quiet, spoken


def made(text: str, language: str, kind: str, gain: float = 0.0, later: float = 0.0) -> MadeClip:
    sound = louder(spoken(text, language), gain)
    silence = quiet(later, sound.rate).pcm
    original = encoded(Sound(silence + sound.pcm + silence, sound.rate), KINDS[kind])
    return clip_of(original, NOTHING_EXPECTED, Limits())


def shape(clip: MadeClip) -> Shape:
    return Shape(clip.waveform, clip.seconds)


@pytest.mark.parametrize("samples", [0, 1, 199, 200, 8_001])
def test_any_sound_has_200_peaks(samples):
    """A picture is always as wide, for one sample as for a minute."""
    assert peaks_of(b"\0\x40" * samples) in (bytes(PEAKS), peaks_of(b"\0\x40" * samples))
    assert len(peaks_of(b"\0\x40" * samples)) == PEAKS


def test_peaks_are_as_high_as_the_sound_is_loud():
    """Silence is nought, half of full scale half the height, full scale all of it."""
    quarter = b"\0\0" * 100 + b"\0\x40" * 100 + b"\0\x80" * 200
    assert [peaks_of(quarter)[at] for at in (0, 60, 120)] == [0, 128, 255]


@pytest.mark.parametrize(
    ("kind", "later"), [("mp3", 0.7), ("m4a", 1.001), ("webm", 0.013), ("amr", 0.7), ("amr", 1.459)]
)
def test_a_recording_is_known_again_as_another_kind_of_file(kind, later):
    """Sara sends one recording twice, through a messenger the second time, softer and with other silence around it."""
    text = "If you are in danger now, press zero. Somebody will answer."
    assert same_recording(shape(made(text, "en", "wav")), shape(made(text, "en", kind, gain=-9, later=later)))


def test_two_sentences_that_differ_in_a_word_are_two_recordings():
    """ "Press two to be called back" isn't mistaken for "press three to be called back", though one voice read both."""
    again = "Press one to hear this again. Press {} to be called back."
    two, three = (shape(made(again.format(word), "en", "wav")) for word in ("two", "three"))
    assert not same_recording(two, three)


def test_other_words_are_another_recording():
    """Two prompts of one voice, or one prompt in two languages, aren't the same, however short."""
    words = [("Three.", "en"), ("Two.", "en"), ("Press seven.", "en"), ("Press nine.", "en"), ("Tatu.", "sw")]
    clips = [shape(made(text, language, "wav")) for text, language in words]
    for at, clip in enumerate(clips):
        assert same_as_other(clip, list(enumerate(clips))) == at
        assert same_as_other(clip, [(n, other) for n, other in enumerate(clips) if n != at]) is None


def test_a_waveform_that_was_never_made_is_like_nothing():
    """Takes that are still waiting have no waveform; they are the same as nothing."""
    clip = shape(made("Three.", "en", "wav"))
    assert (
        same_as_other(clip, [("waiting", Shape(b"", 0.0)), ("silent", Shape(bytes(PEAKS), clip.seconds))])
        is None
    )
