"""Every kind of file that phones and recorders make becomes a clip, or is refused in words."""

from __future__ import annotations

import pytest

from audio.containers import reader_of
from audio.limits import Limits
from audio.making import NOTHING_EXPECTED, make_take_clip
from audio.pipeline import clip_of
from audio.refusals import (
    EmptyFile,
    NoSoundInFile,
    NotARecording,
    NothingToHear,
    Refused,
    TooLarge,
    TooLong,
)
from audio.telephone_sound import TARGET_LUFS
from tests.audio.corpus import KINDS, encoded, quiet, spoken
from tests.audio.measuring import loudness_of_speech, read_wav

USUAL = Limits()
ALL = [
    pytest.param(name, rate, channels, id=f"{name}-{rate}-{channels}")
    for name, kind in KINDS.items()
    for rate in kind.rates
    for channels in range(1, kind.most_channels + 1)
]


def made(original: bytes, limits: Limits = USUAL):
    return clip_of(original, NOTHING_EXPECTED, limits)


@pytest.fixture(scope="module")
def reference():
    """What a clip of the sentence should be like."""
    return made(encoded(spoken(), KINDS["wav"], 44_100))


@pytest.mark.parametrize(("name", "rate", "channels"), ALL)
def test_every_kind_of_file_becomes_the_same_clip(reference, name, rate, channels):
    """Whatever Sara's phone or recorder writes, callers hear the same words, as long and as loud as ever."""
    clip = made(encoded(spoken(), KINDS[name], rate, channels))
    assert clip.seconds == pytest.approx(reference.seconds, abs=0.1)
    assert loudness_of_speech(clip.wav) == pytest.approx(TARGET_LUFS, abs=1.0)
    assert clip.report.codes == ()
    assert read_wav(clip.wav).rate == 8_000


@pytest.mark.parametrize("name", ["webm", "m4a", "amr"])
def test_the_same_file_gives_the_same_bytes(name):
    """A clip that is made again from its original keeps its address, report and picture, in whatever process."""
    original = encoded(spoken(), KINDS[name])
    assert make_take_clip(original) == make_take_clip(original) == made(original)


@pytest.mark.parametrize("name", KINDS)
def test_files_are_known_by_what_is_in_them(name):
    """A name may lie, or say nothing; the first bytes tell what it is."""
    expected = {"ipod": "mov", "3gp": "mov", "webm": "matroska", "opus": "ogg", "adts": "aac"}
    container = KINDS[name].container
    assert reader_of(encoded(spoken(), KINDS[name])) == expected.get(container, container)


@pytest.mark.parametrize("gain", [-30.0, 6.0])
def test_a_file_of_floats_may_be_faint_or_beyond_full_scale(gain):
    """Studios send floats: a faint one comes out as loud as any, one beyond full scale isn't cut off by us."""
    clip = made(encoded(spoken(), KINDS["wav, float"], 44_100, gain=gain))
    assert loudness_of_speech(clip.wav) == pytest.approx(TARGET_LUFS, abs=1.0)


def test_one_dead_channel_takes_nothing_away():
    """A recorder with a broken cable writes one channel of nothing: the other one is as good as ever."""
    import array

    sound = spoken()
    samples = array.array("h", sound.pcm)
    against = array.array("h", (value for sample in samples for value in (sample, -sample)))
    clip = made(wav_file(against.tobytes(), sound.rate, channels=2))
    assert loudness_of_speech(clip.wav) == pytest.approx(TARGET_LUFS, abs=1.0)
    left_only = array.array("h", (value for sample in samples for value in (sample, 0)))
    assert made(wav_file(left_only.tobytes(), sound.rate, channels=2)).seconds == pytest.approx(clip.seconds)


def wav_file(pcm: bytes, rate: int, channels: int) -> bytes:
    import io
    import wave

    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm)
    return file.getvalue()


@pytest.mark.parametrize("name", KINDS)
def test_half_a_file_is_refused_or_gives_what_is_there(name):
    """When sending broke off, Sara is told that the end is missing, or that the file can't be read: never nothing."""
    original = encoded(spoken(trail=0.0), KINDS[name])
    try:
        clip = made(original[: len(original) // 2])
    except Refused as refused:
        assert refused.code in ("not_a_recording", "no_sound")
    else:
        assert {"damaged", "cut_end"} & set(clip.report.codes)
        assert clip.seconds < 4.0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", EmptyFile),
        (b"\0" * 5_000, NotARecording),
        (b"Dear Daniel, the recording follows tomorrow. Sara", NotARecording),
        (b"%PDF-1.7\n", NotARecording),
        (b"PK\x03\x04", NotARecording),
        (b"RIFF\x24\0\0\0WAVEfmt ", NotARecording),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f", NotARecording),
        (b"OggS", NotARecording),
    ],
)
def test_what_is_no_recording_is_refused_by_name(content, kind):
    """A letter, a picture, a zip, the first bytes of a recording: each gets a refusal with a code, and no traceback."""
    with pytest.raises(kind):
        made(content)


def test_sound_in_an_unknown_way_of_writing_is_refused():
    """A WAV file can say that its sound is written in a way that nobody knows; that is a refusal like any other."""
    original = bytearray(encoded(spoken(), KINDS["wav"]))
    original[20:22] = b"\x99\x99"
    with pytest.raises(NotARecording):
        made(bytes(original))


def test_a_film_without_sound_is_refused_by_name():
    """A film of the script, with the microphone off, has a picture and nothing to hear."""
    import io

    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(NoSoundInFile):
        made(file.getvalue())


def test_silence_is_refused():
    """A microphone that was off never becomes a clip: a caller would believe that the line is dead."""
    with pytest.raises(NothingToHear):
        made(encoded(quiet(3.0), KINDS["flac"]))


def test_a_recorder_left_running_is_refused():
    """Three hours of silence are three megabytes, and refused after the first ten minutes of them."""
    original = encoded(quiet(3 * 3600), KINDS["flac"])
    assert len(original) < 4_000_000
    with pytest.raises(TooLong):
        made(original)


def test_a_file_that_is_too_large_is_refused_unread():
    """Nobody fills a worker's memory: what is larger than any recording isn't looked at."""
    with pytest.raises(TooLarge):
        made(bytes(1_001), Limits(size=1_000))
