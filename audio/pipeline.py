"""The whole way of one recording, from the bytes of its file to a clip and its report.

Importing this module imports all audio libraries, and nothing is imported later: it runs where no file can be opened.
"""

from __future__ import annotations

# `av` loads it by itself when it opens its first file: where ours is opened, nothing can be loaded any more.
import av.subtitles.stream  # noqa: F401

from audio import editing, measures, voice
from audio.filters import telephone_band
from audio.ingest import HEADROOM_DB, Decoded, decoded
from audio.levels import frame_levels
from audio.limits import Limits
from audio.making import MadeClip
from audio.report import Expected, Measured, judged
from audio.sound import TELEPHONE_RATE
from audio.speech import Speech, find_speech
from audio.telephone_sound import LEADING_MS, TelephoneClip, clip_of_speech
from audio.waveform import peaks_of


def get_ready() -> None:
    """Opens what is read from disk: the network that knows voices, and the parts that pydub loads when first used."""
    voice.can_tell()
    editing.wav(editing.silence(1))


def clip_of(original: bytes, expected: Expected, limits: Limits) -> MadeClip:
    """The clip of a recording. Raises one of `audio.refusals`."""
    recording = decoded(original, limits)
    band = telephone_band(recording.sound)
    speech = find_speech(recording.sound, band)
    clip = clip_of_speech(band, speech.start, speech.end, expected.pause_after)
    report = judged(_measured(recording, band, speech, clip), expected)
    return MadeClip(clip.wav, clip.seconds, report, peaks_of(clip.samples))


def _measured(recording: Decoded, band: bytes, speech: Speech, clip: TelephoneClip) -> Measured:
    levels = frame_levels(band, TELEPHONE_RATE)
    silence, silence_at = measures.longest_silence(levels, speech)
    clipped = [at for at in recording.clipped if speech.start <= at < speech.end]
    return Measured(
        seconds=clip.seconds,
        recorded_seconds=round(recording.sound.seconds, 3),
        spoken_seconds=round(speech.end - speech.start, 3),
        loudness=round(clip.was + HEADROOM_DB, 1),
        noise_distance=round(speech.level - speech.room, 1),
        hum=round(measures.hum(band, speech), 1),
        longest_silence=silence,
        longest_silence_at=_in_clip(silence_at, speech),
        clipped_moments=len(clipped),
        clipped_at=_in_clip(clipped[0] if clipped else 0.0, speech),
        starts_spoken=measures.is_at_edge(levels, speech.start, speech),
        ends_spoken=measures.is_at_edge(levels[::-1], recording.sound.seconds - speech.end, speech),
        damaged=recording.damaged,
    )


def _in_clip(moment: float, speech: Speech) -> float:
    """Where in the clip a moment of the recording is heard."""
    return round(max(0.0, moment - speech.start) + LEADING_MS / 1000, 2)
