"""What a finished clip is measured with."""

from __future__ import annotations

import array
import io
import wave

from audio.editing import trimmed
from audio.filters import loudness
from audio.sound import Sound
from audio.telephone_sound import SPEECH_OVER_ROOM_DB


def read_wav(data: bytes) -> Sound:
    """The sound in a mono 16-bit WAV file."""
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return Sound(file.readframes(file.getnframes()), file.getframerate())


def samples_of(sound: Sound) -> array.array[int]:
    samples = array.array("h")
    samples.frombytes(sound.pcm)
    return samples


def loudness_of_speech(clip: bytes) -> float:
    """Integrated loudness in LUFS of a clip without the silence around what is said."""
    band = read_wav(clip).pcm
    return loudness(trimmed(band, loudness(band) - SPEECH_OVER_ROOM_DB))


def heard_in(clip: bytes, beyond: int) -> list[int]:
    """Where a clip's samples go beyond a level, each by its number."""
    return [n for n, sample in enumerate(samples_of(read_wav(clip))) if abs(sample) > beyond]
