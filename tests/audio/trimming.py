"""How exactly speech is found, against what is known of a recording that was put together here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from audio import samples
from audio.filters import telephone_band
from audio.ingest import decoded
from audio.levels import FRAMES
from audio.limits import Limits
from audio.sound import Sound
from audio.speech import find_speech
from tests.audio.corpus import KINDS, encoded, louder, mixed, noise, spoken

HEARD_BELOW_SPEECH_DB = 26.0
LEVEL_DBFS = -24.0


@dataclass(frozen=True, slots=True)
class Error:
    """Seconds by which the beginning and the end were found too late."""

    start: float
    end: float

    @property
    def worst(self) -> float:
        """The greater of both, without its sign."""
        return max(abs(self.start), abs(self.end))


@lru_cache(maxsize=64)
def _clean(text: str, language: str, lead: float, trail: float) -> tuple[Sound, float, float, float]:
    """The reading at one level, and from where to where it can be heard over a telephone."""
    sound = spoken(text, language, lead, trail)
    levels = samples.levels(telephone_band(sound), 8_000 // FRAMES)
    loud = [level for level in levels if level > max(levels) - 30]
    speech = samples.power_db(sum(10 ** (level / 10) for level in loud) / len(loud))
    heard = [at for at, level in enumerate(levels) if level > speech - HEARD_BELOW_SPEECH_DB]
    return louder(sound, LEVEL_DBFS - speech), heard[0] / FRAMES, (heard[-1] + 1) / FRAMES, LEVEL_DBFS


def trimming_error(
    text: str, language: str, kind: str, distance: float, lead: float = 0.8, trail: float = 0.9, seed: int = 1
) -> Error:
    """Finds the speech in a reading with noise `distance` dB under it; no noise when `kind` is empty."""
    recording, start, end, level = _clean(text, language, lead, trail)
    if kind:
        rms = samples.FULL_SCALE * 10 ** ((level - distance) / 20)
        recording = mixed(recording, noise(kind, recording.seconds, rms, recording.rate, seed))
    sound = decoded(encoded(recording, KINDS["wav"], recording.rate), Limits()).sound
    found = find_speech(sound, telephone_band(sound))
    return Error(round(found.start - start, 3), round(found.end - end, 3))
