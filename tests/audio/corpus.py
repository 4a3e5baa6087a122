"""Recordings as people send them: every kind of file that phones and recorders make, and what is in the way of words.

Everything is made here, from the demo voice and from arithmetic; nothing is kept in the repository.
"""

from __future__ import annotations

import array
import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import av

from audio.chains import frame_of
from audio.demo_voice import read_aloud
from audio.sound import Pause, Sound

SENTENCE = "To talk to someone who will listen, press one."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: FFmpeg's names of its container and codec, and the rates it may have."""

    container: str
    codec: str
    rates: Sequence[int]
    most_channels: int = 2


KINDS = {
    "wav": Kind("wav", "pcm_s16le", (8_000, 16_000, 22_050, 44_100, 48_000)),
    "wav, 24 bit": Kind("wav", "pcm_s24le", (44_100, 96_000)),
    "wav, float": Kind("wav", "pcm_f32le", (44_100, 48_000)),
    "wav, 8 bit": Kind("wav", "pcm_u8", (8_000, 11_025)),
    "wav, of a telephone": Kind("wav", "pcm_mulaw", (8_000,)),
    "mp3": Kind("mp3", "libmp3lame", (16_000, 22_050, 44_100)),
    "m4a": Kind("ipod", "aac", (16_000, 44_100, 48_000)),
    "ogg": Kind("ogg", "libopus", (48_000,)),
    "opus": Kind("opus", "libopus", (16_000, 48_000)),
    "webm": Kind("webm", "libopus", (48_000,)),
    "amr": Kind("amr", "libopencore_amrnb", (8_000,), most_channels=1),
    "3gp": Kind("3gp", "libopencore_amrnb", (8_000,), most_channels=1),
    "aiff": Kind("aiff", "pcm_s16be", (22_050, 44_100)),
    "flac": Kind("flac", "flac", (16_000, 44_100, 96_000)),
    "aac": Kind("adts", "aac", (44_100,)),
}
"""What it is called, and how it is made."""


@lru_cache(maxsize=8)
def spoken(text: str = SENTENCE, language: str = "en", lead: float = 0.5, trail: float = 0.5) -> Sound:
    """A script read by the demo voice, with silence around it (seconds), as a recorder would have it."""
    parts = read_aloud(text, language)
    rate = next(part.rate for part in parts if isinstance(part, Sound))
    whole = [Pause(lead), *parts, Pause(trail)]
    return Sound(b"".join(_silence(p.seconds, rate) if isinstance(p, Pause) else p.pcm for p in whole), rate)


def quiet(seconds: float, rate: int = 8_000) -> Sound:
    """Nothing at all, for so long."""
    return Sound(_silence(seconds, rate), rate)


def encoded(
    sound: Sound,
    kind: Kind,
    rate: int = 0,
    channels: int = 1,
    gain: float = 0.0,
    options: dict[str, str] | None = None,
) -> bytes:
    """A file of that kind. `gain` is in dB; the louder half is cut off where the kind has an end to its numbers.
    `options` are those of FFmpeg's container."""
    rate, layout = rate or kind.rates[0], "mono" if channels == 1 else "stereo"
    file = io.BytesIO()
    with av.open(file, "w", format=kind.container, options=options or {}) as container:
        stream = container.add_stream(kind.codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        fitting = av.AudioResampler(stream.format.name, layout, rate, frame_size=stream.frame_size or None)
        for frame in [*_frames(louder(sound, gain)), None]:
            for fit in fitting.resample(frame):
                container.mux(stream.encode(fit))
        container.mux(stream.encode(None))
    return file.getvalue()


def louder(sound: Sound, gain: float) -> Sound:
    """The same, by so many dB; what would be over full scale is cut off."""
    if not gain:
        return sound
    factor = 10 ** (gain / 20)
    changed = (max(-32_768, min(32_767, round(s * factor))) for s in array.array("h", sound.pcm))
    return Sound(array.array("h", changed).tobytes(), sound.rate)


def mixed(one: Sound, other: Sound) -> Sound:
    """Both at once, as long as the first; they have the same rate."""
    pairs = zip(array.array("h", one.pcm), array.array("h", other.pcm), strict=False)
    return Sound(array.array("h", (max(-32_768, min(32_767, a + b)) for a, b in pairs)).tobytes(), one.rate)


@lru_cache(maxsize=16)
def noise(kind: str, seconds: float, rms: float, rate: int, seed: int = 1) -> Sound:
    """Noise of so much root mean square (in samples' units): white, a fan (low, with its blades), mains hum, a road."""
    dice = random.Random(seed)
    count, made = int(seconds * rate), NOISES[kind]
    low = slow = 0.0
    samples = []
    for n in range(count):
        white = dice.gauss(0, 1) if made is not _hum else 0.0
        low += (white - low) * 0.06
        slow += (white - slow) * 0.015
        samples.append(made(n / rate, white, low, slow))
    scale = rms / math.sqrt(sum(s * s for s in samples) / count)
    limited = (max(-32_768, min(32_767, round(s * scale))) for s in samples)
    return Sound(array.array("h", limited).tobytes(), rate)


def _hum(time: float, _white: float, _low: float, _slow: float, mains: int = 50) -> float:
    return sum(math.sin(math.tau * mains * k * time + k) / k for k in (1, 2, 3, 5, 7))


def _fan(time: float, _white: float, low: float, _slow: float) -> float:
    return low * 4 + 0.4 * math.sin(math.tau * 95 * time)


def _road(time: float, _white: float, _low: float, slow: float) -> float:
    return slow * (1 + 0.5 * math.sin(math.tau * 0.31 * time))


def _generator(time: float, white: float, _low: float, _slow: float) -> float:
    """One that runs on petrol, and wavers."""
    turns = 27 * (time - 0.006 * math.cos(math.tau * 1.7 * time))
    return sum(math.sin(math.tau * k * turns + k * k) / math.pow(k, 0.7) for k in range(2, 14)) + 0.8 * white


NOISES: dict[str, Callable[[float, float, float, float], float]] = {
    "white": lambda _time, white, _low, _slow: white,
    "fan": _fan,
    "road": _road,
    "hum": _hum,
    "generator": _generator,
    "rain": lambda _time, white, _low, slow: white * (1 + 4 * abs(slow)),
    "wind": lambda _time, white, low, slow: low * (0.5 + 12 * abs(slow)) + 0.02 * white,
    "hum of 60 Hz": lambda time, white, low, slow: _hum(time, white, low, slow, 60),
}


def _frames(sound: Sound) -> Sequence[av.AudioFrame]:
    size = 8_192
    blocks = range(0, len(sound.pcm), size)
    return [frame_of(sound.pcm[start : start + size], start // 2, sound.rate) for start in blocks]


def _silence(seconds: float, rate: int) -> bytes:
    return bytes(2 * int(seconds * rate))
