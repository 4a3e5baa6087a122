"""The filters of the telephone's sound, run by FFmpeg's libraries from their wheel: no program has to be installed.

Importing this module imports `av`, so it is imported only inside functions that make clips.
"""

from __future__ import annotations

from audio.chains import samples_of, through
from audio.sound import BYTES_PER_SAMPLE, TELEPHONE_RATE, Sound

_HIGHPASS = "f=150:poles=2"
_RESAMPLE = f"{TELEPHONE_RATE}:filter_size=128:cutoff=0.9"
"""Flat to 3.4 kHz, −6 dB at 3.6 kHz, below −85 dB from 3.8 kHz on, so nothing folds back into the speech."""
_SHORTEST_MEASURE_SECONDS = 3.0
_LOUDNESS_SO_FAR = "lavfi.r128.I"

NOTHING_MEASURED = -70.0
"""LUFS; what R 128 says of silence."""


def telephone_band(sound: Sound) -> bytes:
    """The sound as a telephone carries it: 150 Hz to 3.5 kHz, 16-bit samples at 8 kHz."""
    filters = ("highpass", _HIGHPASS), ("aresample", _RESAMPLE)
    return b"".join(samples_of(frame) for frame in through(sound, *filters, ("aformat", "sample_fmts=s16")))


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
    for frame in through(Sound(repeated, TELEPHONE_RATE), ("ebur128", "metadata=1:framelog=quiet")):
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
    frames = through(Sound(pcm, TELEPHONE_RATE), *filters, ("aformat", "sample_fmts=s16"))
    return b"".join(samples_of(frame) for frame in frames)
