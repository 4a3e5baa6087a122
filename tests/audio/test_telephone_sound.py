"""What every clip of a hotline sounds like."""

from __future__ import annotations

import io
import subprocess
import sys
import wave
from itertools import pairwise

import pytest

from audio.demo_voice import read_aloud
from audio.filters import loudness, telephone_band
from audio.sound import NotARecording, Pause, Sound
from audio.telephone_sound import TARGET_LUFS, NothingToHear, telephone_clip
from tests.audio.measuring import heard_in, loudness_of_speech, read_wav, samples_of

AUDIBLE = 150
"""A sample beyond this (−47 dBFS) can be heard."""

SENTENCES = {
    "en": "To talk to someone who will listen, press one.",
    "fr": "Pour parler à quelqu'un qui vous écoute, appuyez sur un.",
    "ar": "للتحدث مع شخص يستمع إليك، اضغط واحد.",
    "sw": "Ili kuzungumza na mtu atakayekusikiliza, bonyeza moja.",
}


def test_clips_are_what_a_telephone_plays(spoken):
    """A clip is a WAV file of 8000 mono 16-bit samples a second, with nothing in it but format and sound."""
    clip = telephone_clip(spoken)
    with wave.open(io.BytesIO(clip.wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8_000)
        assert len(clip.wav) == 44 + 2 * file.getnframes()
        assert clip.seconds == pytest.approx(file.getnframes() / 8_000, abs=0.001)


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("long", [False, True], ids=["a word", "a sentence"])
def test_every_language_is_equally_loud(language, long):
    """Nobody has to move the telephone away from the ear when the language changes: clips differ by under 1 LU."""
    text = SENTENCES[language] if long else SENTENCES[language].split()[-1]
    clip = telephone_clip(read_aloud(text, language))
    assert clip.loudness == pytest.approx(TARGET_LUFS, abs=0.3)
    assert loudness_of_speech(clip.wav) == pytest.approx(TARGET_LUFS, abs=1.0)


@pytest.mark.parametrize("gain", [0.02, 0.3, 1.0])
def test_faint_and_loud_recordings_come_out_alike(tone, gain):
    """It doesn't matter how near the microphone Sara sat."""
    clip = telephone_clip([tone(800, 1.5, level=gain)])
    assert loudness_of_speech(clip.wav) == pytest.approx(TARGET_LUFS, abs=0.5)


def test_no_sample_goes_over_the_peak(tone):
    """Sharp peaks are held at −1 dBFS by the limiter, so that no network ever clips them."""
    click, quiet = tone(1_000, 0.004, level=1.0), tone(1_000, 0.2, level=0.02)
    clip = telephone_clip([Sound((click.pcm + quiet.pcm) * 10, click.rate)])
    peak = max(abs(sample) for sample in samples_of(read_wav(clip.wav)))
    assert 0.5 * 32_768 < peak <= round(32_768 * 10 ** (-1 / 20))


@pytest.mark.parametrize("before", [0.0, 0.005, 1.5])
def test_the_first_word_comes_after_400_milliseconds(tone, before):
    """Networks swallow the start of a call, so a clip begins with silence, however the recording began."""
    recording = tone(700, 1.0)
    silence = bytes(2 * int(before * recording.rate))
    clip = telephone_clip([Sound(silence + recording.pcm + silence, recording.rate)])
    heard = heard_in(clip.wav, AUDIBLE)
    assert heard[0] / 8 == pytest.approx(400, abs=20)
    assert clip.seconds * 1000 - heard[-1] / 8 == pytest.approx(100, abs=20)


@pytest.mark.parametrize("language", SENTENCES)
def test_speech_starts_after_400_milliseconds_in_every_language(language):
    """The same holds for real words, whose first consonant may be soft."""
    clip = telephone_clip(read_aloud(SENTENCES[language], language))
    heard = heard_in(clip.wav, AUDIBLE)
    assert heard[0] / 8 == pytest.approx(400, abs=20)


def test_a_written_pause_lasts_as_long_as_it_was_written(tone):
    """A second to breathe in is a second, whatever silence the recordings had around them."""
    recording = tone(700, 0.5)
    padded = Sound(bytes(20_000) + recording.pcm + bytes(20_000), recording.rate)
    clip = telephone_clip([padded, Pause(1.0), padded])
    heard = heard_in(clip.wav, AUDIBLE)
    longest = max(after - before for before, after in pairwise(heard))
    assert longest / 8 == pytest.approx(1000, abs=30)


def test_the_same_recording_gives_the_same_bytes(spoken):
    """A clip that is made again keeps its address, so no network has to fetch it again."""
    assert telephone_clip(spoken).wav == telephone_clip(list(spoken)).wav


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_what_a_telephone_cannot_carry_does_not_come_back_as_another_sound(tone, level, rate):
    """A 5 kHz whistle vanishes (below −60 dBFS), rather than folding back into the speech as a 3 kHz one."""
    whistle = telephone_band(tone(5_000, 0.6, rate=rate, level=0.99))
    assert level(Sound(whistle, 8_000)) < -60


def test_the_band_of_speech_passes_and_rumble_does_not(tone, level):
    """Speech from 300 to 3300 Hz is left as it was; the hum of a fan or a lorry is turned down."""
    plain = level(tone(1_000, 0.6))
    for hertz in (300, 1_000, 3_300):
        assert level(Sound(telephone_band(tone(hertz, 0.6)), 8_000)) == pytest.approx(plain, abs=1)
    assert level(Sound(telephone_band(tone(50, 0.6)), 8_000)) < plain - 12


def test_loudness_is_measured_as_the_standard_says(tone):
    """A 997 Hz tone at full scale measures −3.01 LUFS (EBU R 128), and a tenth of a second of it no less."""
    for seconds in (5.0, 0.1):
        assert loudness(tone(997, seconds, rate=8_000, level=1.0).pcm) == pytest.approx(-3.01, abs=0.15)


@pytest.mark.parametrize("parts", [[], [Pause(1)], [Sound(b"", 8_000)], [Sound(bytes(40_000), 22_050)]])
def test_an_empty_recording_is_refused(parts):
    """A silent recording never becomes a clip: a caller would believe that the line is dead."""
    with pytest.raises(NothingToHear):
        telephone_clip(parts)


@pytest.mark.parametrize(("pcm", "rate"), [(b"\0", 8_000), (b"\0\0", 3), (b"\0\0", 1_000_000)])
def test_what_cannot_be_a_recording_is_refused_by_name(pcm, rate):
    """Half a sample, or a rate that no recorder has, gets an error that says so, not a traceback from a library."""
    with pytest.raises(NotARecording):
        Sound(pcm, rate)


def test_web_processes_never_load_the_audio_libraries():
    """Looking up clips must not cost a web process the memory and the start-up time of the audio libraries."""
    program = (
        "import sys, audio.library, audio.media, audio.tables, audio.fingerprint, audio.make_demo\n"
        "print([n for n in ('av', 'pydub', 'numpy', 'espeakng_loader') if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
