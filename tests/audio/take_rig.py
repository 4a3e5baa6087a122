"""Takes to try things on: Sara sends, a worker makes, somebody approves. No sound is opened."""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from audio.demo_voice import read_aloud
from audio.fingerprint import script_fingerprint
from audio.library import ClipLibrary
from audio.media import MediaStore
from audio.originals import OriginalsStore
from audio.report import Expected, Measured, Report
from audio.sound import Sound
from audio.take_reviews import TakeReviews
from audio.take_rows import Take
from audio.take_work import Made, TakeWork
from audio.takes import Takes

DAY = date(2026, 3, 1)
NOW = 1_772_366_400.0
SARA, DANIEL = "5a" * 16, "da" * 16
REPORT = Report(
    Measured(2.5, 2.5, 2.0, -20.0, 40.0, -70.0, 0.2, 1.0, 0, 0.0, False, False, damaged=False), Expected()
)
WORDS = "Breathe in slowly."
FINGERPRINT = script_fingerprint(WORDS)


@lru_cache(maxsize=4)
def as_recorded(words: str = "To talk to someone, press one.") -> bytes:
    """A reading by the demo voice, as a recorder writes it."""
    sounds = [part for part in read_aloud(words, "en") if isinstance(part, Sound)]
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sounds[0].rate)
        writer.writeframes(b"".join(sound.pcm for sound in sounds))
    return file.getvalue()


@dataclass
class Room:
    """A recording room without people: takes, their work, and where their sounds lie."""

    database: Engine
    folder: Path
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.originals = OriginalsStore(self.folder / "originals")
        self.media = MediaStore(self.folder / "media")
        self.takes = Takes(self.database, self.originals, self.asked.append)
        self.reviews = TakeReviews(self.takes)
        self.work = TakeWork(self.takes)
        self.library = ClipLibrary(self.database, self.media)

    def send(self, sound: str = "one", **changes: Any) -> Take:
        """Sara sends a recording of “breathing” in English."""
        name = hashlib.sha256(sound.encode()).hexdigest()[:16]
        values: dict[str, Any] = {
            "upload_id": name,
            "content": sound.encode(),
            "prompt": "breathing",
            "language": "en",
            "voice": "Sara",
            "fingerprint": FINGERPRINT,
            "source": "browser",
            "file_name": "breathing.webm",
            "by": SARA,
            "today": DAY,
            "now": NOW,
        }
        return self.takes.receive(**values | changes)

    def made(self, take: Take, pipeline: str = "3") -> Made:
        """What a worker makes of it, with a sound that shows of what and how it was made."""
        sha = self.media.put(f"{pipeline} {take.original_sha}".encode())
        return Made(sha, 2.5, pipeline, REPORT.as_json(), bytes(sha.encode() * 4)[:200])

    def make(self, take: Take, now: float = NOW) -> Take:
        """A worker makes its clip."""
        begun = self.work.begin(take.id, now)
        assert begun is not None
        assert self.work.finish(begun, self.made(begun), now)
        return self.takes.take(take.id)

    def approve(self, take: Take) -> Take:
        """Daniel approves it."""
        with self.database.begin() as connection:
            return self.reviews.approve(connection, take.id, DANIEL, DAY)

    def played(self, fingerprint: str = FINGERPRINT) -> str:
        """The clip that would be published now, or ""."""
        key = ("breathing", "en")
        found = self.library.clips_for({key: fingerprint})
        return found[key].sha if key in found else ""
