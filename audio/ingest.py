"""From the bytes that somebody sent to sound in memory. Every byte may be Mallory's.

FFmpeg's libraries are told which one reader to use and can follow no address; `confined` runs all of it where no file
can be opened at all. Importing this module imports `av`: only workers and commands may.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import av

from audio import samples
from audio.broken_off import is_broken_off
from audio.chains import Chain, samples_of
from audio.clipping import ClippingMeter
from audio.containers import WHITELIST, reader_of
from audio.limits import Limits
from audio.refusals import NoSoundInFile, NotARecording, Refused, TooLarge, TooLong
from audio.sound import BYTES_PER_SAMPLE, RATES, Sound

SPEECH_RATE = 16_000
"""Hertz: what speech is looked for in; twice what a telephone carries."""
HEADROOM, HEADROOM_DB = 0.5, 6.02
"""Everything is read at half its level: decoders overshoot full scale, and files of floats may go beyond it."""

_CHANNELS = range(1, 9)
_DECODERS = frozenset(
    {
        *("pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"),
        *("pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be"),
        *("adpcm_ima_wav", "adpcm_ms", "gsm_ms", "amrnb", "amrwb"),
        *("mp3float", "mp3", "aac", "alac", "flac", "opus", "libopus", "vorbis"),
    }
)
"""What phones and recorders write. A file may ask for any of hundreds, and holes are found in those nobody uses."""
_OPTIONS = {
    "protocol_whitelist": "none",
    "codec_whitelist": ",".join(sorted(_DECODERS)),
    "probesize": "1048576",
    "analyzeduration": "5000000",
}
_RESAMPLE = f"{SPEECH_RATE}:filter_size=64:cutoff=0.95"
_MISSING_SECONDS, _MISSING_SHARE = 0.5, 0.02
_EXACT = ("aiff", "flac", WHITELIST["mov"])
"""Readers that know how long a file should be; others reckon, from its size and its first moments."""
_FLOAT_CODECS = ("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was in a file: one channel at 16 kHz and HEADROOM of its level; the seconds at which it is clipped; whether
    part of the file is missing or broken."""

    sound: Sound
    clipped: tuple[float, ...]
    damaged: bool


def decoded(original: bytes, limits: Limits) -> Decoded:
    """Reads a file. Raises EmptyFile, TooLarge, NotARecording, NoSoundInFile, TooLong."""
    if len(original) > limits.size:
        raise TooLarge(f"{len(original)} bytes")
    reader = reader_of(original)
    options = {**_OPTIONS, "format_whitelist": WHITELIST.get(reader, reader)}
    try:
        with av.open(io.BytesIO(original), "r", format=reader, options=options) as container:
            return _Reading(container, limits, is_broken_off(original, reader)).all()
    except Refused:
        raise
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise NotARecording(f"{reader}: {error}") from error


class _Reading:
    """One file on its way into memory."""

    def __init__(self, container: av.container.InputContainer, limits: Limits, broken: bool) -> None:
        stream = container.streams.best("audio")
        if stream is None:
            raise NoSoundInFile("no stream of sound")
        if stream.codec_context is None or stream.codec_context.codec.name not in _DECODERS:
            raise NotARecording("sound in a way of writing that isn't known")
        stream.codec_context.thread_count = 1
        self._container, self._stream, self._limits = container, stream, limits
        # A file of floats is clipped where we clip it, any other where its own numbers end.
        floats = stream.codec_context.name in _FLOAT_CODECS
        self._meter = ClippingMeter(1.0 if floats else HEADROOM)
        self._pcm = bytearray()
        self._kind: tuple[int, str, str] | None = None
        self._chains: list[Chain] = []
        self._channels = 0
        self._broken = broken

    def all(self) -> Decoded:
        for frame in self._frames():
            self._take(frame)
        self._end_chains()
        pcm = bytes(self._pcm)
        if not pcm:
            raise NoSoundInFile("nothing could be decoded")
        sound = Sound(pcm if self._channels == 1 else samples.louder_channel(pcm), SPEECH_RATE)
        return Decoded(sound, self._meter.clipped, self._broken or self._is_cut(sound.seconds))

    def _frames(self) -> Iterator[av.AudioFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self._broken = True
                return
            if packet is None:
                return
            try:
                yield from (frame for frame in packet.decode() if isinstance(frame, av.AudioFrame))
            except av.FFmpegError:
                self._broken = True

    def _take(self, frame: av.AudioFrame) -> None:
        kind = (frame.sample_rate, frame.format.name, frame.layout.name)
        if kind != self._kind:
            self._begin_chains(frame, kind)
        # Damaged files jump back and forth in time; what counts is the order in which sound comes.
        frame.pts = None
        level, band = self._chains
        for halved in level.push(frame):
            self._keep(band, halved)

    def _keep(self, band: Chain, halved: av.AudioFrame) -> None:
        self._meter.hear(samples_of(halved), halved.sample_rate, self._channels)
        for resampled in band.push(halved):
            self._pcm += samples_of(resampled)
        if len(self._pcm) > self._limits.seconds * SPEECH_RATE * self._channels * BYTES_PER_SAMPLE:
            raise TooLong(f"more than {self._limits.seconds:.0f} s")

    def _begin_chains(self, frame: av.AudioFrame, kind: tuple[int, str, str]) -> None:
        """A stream may change its rate on the way: it is then led into the same sound through new filters."""
        self._end_chains()
        channels = frame.layout.nb_channels
        if frame.sample_rate not in RATES or channels not in _CHANNELS:
            raise NotARecording(f"{frame.sample_rate} Hz, {channels} channels")
        self._kind, self._channels = kind, self._channels or min(channels, 2)
        layout = "mono" if self._channels == 1 else "stereo"
        whole = ("aformat", f"sample_fmts=s16:channel_layouts={layout}")
        self._chains = [
            Chain(*kind, ("volume", f"{HEADROOM}"), whole),
            Chain(frame.sample_rate, "s16", layout, ("aresample", _RESAMPLE), whole),
        ]

    def _end_chains(self) -> None:
        if not self._chains:
            return
        level, band = self._chains
        for halved in level.end():
            self._keep(band, halved)
        for resampled in band.end():
            self._pcm += samples_of(resampled)

    def _is_cut(self, seconds: float) -> bool:
        """Whether the file promises more than it holds, as one does whose sending broke off."""
        if self._container.format.name not in _EXACT:
            return False
        stream = self._stream
        promised = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        return promised - seconds > max(_MISSING_SECONDS, _MISSING_SHARE * promised)
