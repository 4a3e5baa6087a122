"""The filters of the telephone's sound, run by FFmpeg's libraries from their wheel: no program has to be installed.

Importing this module imports `av`, so it is imported only inside functions that make clips.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.filter import Graph

from audio.sound import BYTES_PER_SAMPLE, TELEPHONE_RATE, Sound

_HIGHPASS = "f=150:poles=2"
_RESAMPLE = f"{TELEPHONE_RATE}:filter_size=128:cutoff=0.9"
"""Flat to 3.4 kHz, −6 dB at 3.6 kHz, below −85 dB from 3.8 kHz on, so nothing folds back into the speech."""
_BLOCK_BYTES = 8_192
_SHORTEST_MEASURE_SECONDS = 3.0
_LOUDNESS_SO_FAR = "lavfi.r128.I"

NOTHING_MEASURED = -70.0
"""LUFS; what R 128 says of silence."""


def telephone_band(sound: Sound) -> bytes:
    """The sound as a telephone carries it: 150 Hz to 3.5 kHz, 16-bit samples at 8 kHz."""
    filters = ("highpass", _HIGHPASS), ("aresample", _RESAMPLE)
    return b"".join(_samples(frame) for frame in _through(sound, *filters, ("aformat", "sample_fmts=s16")))


def loudness(pcm: bytes) -> float:
    """Integrated loudness (LUFS, EBU R 128) of 8 kHz samples.

    R 128 measures in windows of 400 ms and can't see a single short word, so what is shorter than three seconds is
    measured as if it were said again and again.
    """
    if not pcm:
        return NOTHING_MEASURED
    shortest = int(_SHORTEST_MEASURE_SECONDS * TELEPHONE_RATE) * BYTES_PER_SAMPLE
    repeated = pcm * max(1, -(-shortest // len(pcm)))
    measured = NOTHING_MEASURED
    for frame in _through(Sound(repeated, TELEPHONE_RATE), ("ebur128", "metadata=1:framelog=quiet")):
        measured = float(frame.metadata.get(_LOUDNESS_SO_FAR, measured))
    return measured


def louder(pcm: bytes, gain: float, peak: float) -> bytes:
    """8 kHz samples with `gain` (dB) applied, limited softly so that no sample goes over `peak` (dBFS)."""
    limiter = f"limit={10 ** (peak / 20):.6f}:attack=5:release=50:level=0:latency=1"
    filters = (
        ("aformat", "sample_fmts=dbl"),
        ("volume", f"{gain:.4f}dB:precision=double"),
        ("alimiter", limiter),
    )
    frames = _through(Sound(pcm, TELEPHONE_RATE), *filters, ("aformat", "sample_fmts=s16"))
    return b"".join(_samples(frame) for frame in frames)


def _through(sound: Sound, *filters: tuple[str, str]) -> Iterator[av.AudioFrame]:
    graph = Graph()
    time_base = Fraction(1, sound.rate)
    last = graph.add_abuffer(sample_rate=sound.rate, format="s16", layout="mono", time_base=time_base)
    for name, options in (*filters, ("abuffersink", "")):
        following = graph.add(name, options)
        last.link_to(following)
        last = following
    graph.configure()
    for start in range(0, len(sound.pcm), _BLOCK_BYTES):
        graph.push(_frame(sound.pcm[start : start + _BLOCK_BYTES], start // BYTES_PER_SAMPLE, sound.rate))
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _frame(block: bytes, position: int, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(block) // BYTES_PER_SAMPLE)
    plane = frame.planes[0]
    plane.update(block.ljust(plane.buffer_size, b"\0"))
    frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
    return frame


def _ready(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, av.AudioFrame):
            yield frame


def _samples(frame: av.AudioFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * BYTES_PER_SAMPLE]
