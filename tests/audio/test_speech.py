"""Speech is found where it is: no word is cut off, and no silence is left that a caller would take for a dead line."""

from __future__ import annotations

import pytest

from audio import speech, voice
from audio.filters import telephone_band
from audio.ingest import decoded
from audio.limits import Limits
from audio.making import NOTHING_EXPECTED, expected_of
from audio.pipeline import clip_of
from audio.refusals import NothingToHear
from audio.sound import Sound
from audio.speech import find_speech
from tests.audio.bangs import BANGS, bang, with_bang
from tests.audio.corpus import KINDS, encoded, louder, mixed, noise, quiet, spoken
from tests.audio.measuring import heard_in, read_wav
from tests.audio.trimming import trimming_error

SENTENCES = {
    "en": "To talk to someone who will listen, press one.",
    "fr": "Pour parler à quelqu'un qui vous écoute, appuyez sur un.",
    "ar": "للتحدث مع شخص يستمع إليك، اضغط واحد.",
    "sw": "Ili kuzungumza na mtu atakayekusikiliza, bonyeza moja.",
}


def found(sound: Sound):
    """Where speech is found in a recording."""
    read = decoded(encoded(sound, KINDS["wav"], sound.rate), Limits()).sound
    return find_speech(read, telephone_band(read))


def one_after_the_other(*sounds: Sound) -> Sound:
    return Sound(b"".join(sound.pcm for sound in sounds), sounds[0].rate)


@pytest.mark.parametrize("distance", [20, 10, 5])
@pytest.mark.parametrize(
    ("language", "kind"), [("en", "fan"), ("fr", "white"), ("ar", "road"), ("sw", "hum")]
)
def test_speech_is_found_within_a_tenth_of_a_second(language, kind, distance):
    """A fan, a road, hum or hiss 20, 10 or 5 dB under the voice don't hide where its first and last word are."""
    assert trimming_error(SENTENCES[language], language, kind, distance).worst <= 0.1


@pytest.mark.parametrize("language", SENTENCES)
def test_in_a_quiet_room_hardly_anything_is_cut_or_left(language):
    """Where nothing is in the way, it is found within a twentieth of a second."""
    assert trimming_error(SENTENCES[language], language, "", 99).worst <= 0.05


def test_a_single_short_word_is_found():
    """ "Three." alone is a prompt of this hotline, though too short for what knows voices."""
    assert trimming_error("Three.", "en", "fan", 20).worst <= 0.1


def test_without_what_knows_voices_loudness_finds_speech(monkeypatch):
    """On a machine for which there is no voice recogniser, clips are made all the same."""
    monkeypatch.setattr(speech, "can_tell", lambda: False)
    assert trimming_error(SENTENCES["sw"], "sw", "fan", 20).worst <= 0.1


def test_a_machine_without_the_network_says_so(monkeypatch):
    """What isn't installed is found out once, and not a mistake."""

    def missing():
        raise ImportError

    voice.can_tell.cache_clear()
    monkeypatch.setattr(voice, "_network", missing)
    assert not voice.can_tell()
    voice.can_tell.cache_clear()


def test_pauses_between_words_stay():
    """The second in which Amina is asked to breathe in is part of what is said, and isn't cut."""
    word, pause = spoken("Breathe in.", lead=0.0, trail=0.0), quiet(2.0, 22_050)
    once, twice = found(word), found(one_after_the_other(word, pause, word))
    assert twice.end - twice.start == pytest.approx(2.0 + word.seconds + once.end - once.start, abs=0.1)


@pytest.mark.parametrize("kind", BANGS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_what_bangs_before_or_after_the_words_is_cut_off(kind, after):
    """The door that Sara shuts before she begins, or her cough once she is done, isn't part of her prompt."""
    reading = spoken(lead=0.0, trail=0.0)
    alone = found(one_after_the_other(quiet(0.7, 22_050), reading, quiet(0.7, 22_050)))
    heard = found(with_bang(kind, reading, 0.4, after=after))
    before = 0.0 if after else 0.4 + bang(kind).seconds
    assert heard.start - before == pytest.approx(alone.start, abs=0.1)
    assert heard.end - before == pytest.approx(alone.end, abs=0.1)


@pytest.mark.parametrize("kind", sorted(BANGS.keys() - {"a cough"}))
def test_what_bangs_alone_is_no_prompt(kind):
    """A recording that holds a door that falls shut, and nobody who speaks, is refused."""
    with pytest.raises(NothingToHear):
        found(one_after_the_other(quiet(0.7, 22_050), bang(kind), quiet(0.7, 22_050)))


def test_a_word_that_is_said_alone_is_no_cough():
    """ "No." and a rest before the sentence: however short it is, a word at either end stays."""
    word, rest = spoken("No.", lead=0.0, trail=0.0), quiet(0.5, 22_050)
    sentence = spoken(lead=0.0, trail=0.0)
    room = quiet(0.7, 22_050)
    heard = found(one_after_the_other(room, word, rest, sentence, rest, word, room))
    assert heard.start == pytest.approx(0.7, abs=0.1)
    assert heard.end == pytest.approx(0.7 + 2 * word.seconds + 1.0 + sentence.seconds, abs=0.15)


@pytest.mark.parametrize("kind", ["white", "fan", "hum"])
def test_an_empty_room_is_refused(kind):
    """Four seconds of a fan are no prompt, however loud it is."""
    with pytest.raises(NothingToHear):
        found(noise(kind, 4.0, 1_500, 22_050))


def test_the_first_word_comes_after_400_milliseconds_of_silence():
    """However long Sara waited before she spoke, callers wait four tenths of a second, and a tenth at the end."""
    for lead, trail in ((0.0, 0.0), (0.3, 2.0), (3.0, 0.2)):
        clip = clip_of(
            encoded(spoken(lead=lead, trail=trail), KINDS["wav"], 44_100), NOTHING_EXPECTED, Limits()
        )
        heard = heard_in(clip.wav, 300)
        assert heard[0] / 8 == pytest.approx(400, abs=60)
        assert clip.seconds * 1000 - heard[-1] / 8 == pytest.approx(100, abs=60)


def test_a_clip_begins_and_ends_without_a_click():
    """In a noisy room the noise fades in and out, so that no caller hears a crack before the first word."""
    reading = spoken()
    noisy = mixed(louder(reading, -6), noise("white", reading.seconds, 600, reading.rate))
    clip = read_wav(clip_of(encoded(noisy, KINDS["wav"], 44_100), NOTHING_EXPECTED, Limits()).wav)
    from tests.audio.measuring import samples_of

    samples = samples_of(clip)
    assert max(map(abs, samples[: 8 * 300])) == 0
    assert abs(samples[-1]) < 100
    first = next(at for at, sample in enumerate(samples) if sample)
    assert max(map(abs, samples[first : first + 16])) < 250


def test_a_pause_that_ends_a_script_is_kept():
    """A script that ends with "…" leaves its second of silence in the clip, though Sara's tape has more or less."""
    original = encoded(spoken("Breathe in."), KINDS["wav"], 44_100)
    plain = clip_of(original, expected_of("Breathe in.", 1.0), Limits())
    waiting = clip_of(original, expected_of("Breathe in. … …", 3.0), Limits())
    assert waiting.seconds - plain.seconds == pytest.approx(2.0, abs=0.01)
