"""What a picture of a clip is drawn from: 200 peaks of one byte each. The pages draw it."""

from __future__ import annotations

from itertools import pairwise

PEAKS = 200


def peaks_of(pcm: bytes) -> bytes:
    """200 bytes, 255 for full scale, from 16-bit samples of any number."""
    from audio import samples
    from audio.sound import BYTES_PER_SAMPLE

    count = len(pcm) // BYTES_PER_SAMPLE
    edges = [at * count // PEAKS * BYTES_PER_SAMPLE for at in range(PEAKS + 1)]
    loudest = (samples.peak(pcm[start:end]) for start, end in pairwise(edges))
    return bytes(min(255, peak * 256 // samples.FULL_SCALE) for peak in loudest)
