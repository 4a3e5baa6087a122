"""Chains of FFmpeg's filters, fed frame by frame, so that no recording is in memory twice.

Importing this module imports `av`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.filter import Graph

from audio.sound import BYTES_PER_SAMPLE, Sound

_BLOCK_BYTES = 8_192

Filter = tuple[str, str]
"""A filter's name, and its options as FFmpeg writes them."""


class Chain:
    """Filters one after the other, for sound of one rate, format and layout of channels. Raises av.FFmpegError."""

    def __init__(self, rate: int, sample_format: str, layout: str, *filters: Filter) -> None:
        self._graph = Graph()
        # Where sound is opened no thread can be started, and none is needed.
        self._graph.threads = 1
        base = Fraction(1, rate)
        last = self._graph.add_abuffer(sample_rate=rate, format=sample_format, layout=layout, time_base=base)
        for name, options in (*filters, ("abuffersink", "")):
            following = self._graph.add(name, options)
            last.link_to(following)
            last = following
        self._graph.configure()

    def push(self, frame: av.AudioFrame) -> Iterator[av.AudioFrame]:
        """Puts a frame in; yields what has come out at the other end."""
        self._graph.push(frame)
        return self._ready()

    def end(self) -> Iterator[av.AudioFrame]:
        """Yields what was still inside."""
        self._graph.push(None)
        return self._ready()

    def _ready(self) -> Iterator[av.AudioFrame]:
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(frame, av.AudioFrame):
                yield frame


def through(sound: Sound, *filters: Filter) -> Iterator[av.AudioFrame]:
    """The frames that come out when all of a sound goes in."""
    chain = Chain(sound.rate, "s16", "mono", *filters)
    for start in range(0, len(sound.pcm), _BLOCK_BYTES):
        block = sound.pcm[start : start + _BLOCK_BYTES]
        yield from chain.push(frame_of(block, start // BYTES_PER_SAMPLE, sound.rate))
    yield from chain.end()


def frame_of(block: bytes, position: int, rate: int) -> av.AudioFrame:
    """A frame of one channel of 16-bit samples. `position` counts samples from the beginning."""
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(block) // BYTES_PER_SAMPLE)
    plane = frame.planes[0]
    plane.update(block.ljust(plane.buffer_size, b"\0"))
    frame.sample_rate, frame.pts, frame.time_base = rate, position, Fraction(1, rate)
    return frame


def samples_of(frame: av.AudioFrame) -> bytes:
    """The samples in a frame of interleaved 16-bit sound, without the padding behind them."""
    return bytes(frame.planes[0])[: frame.samples * frame.layout.nb_channels * BYTES_PER_SAMPLE]
