"""Sounds and a library to try things on."""

from __future__ import annotations

import array
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from audio.demo_voice import read_aloud
from audio.library import ClipLibrary
from audio.media import MediaStore
from audio.sound import Pause, Sound
from audio.tables import metadata
from tests.audio.measuring import samples_of
from tests.audio.s3_server import s3_behind, shop

__all__ = ["s3_behind", "shop"]

Tone = Callable[..., Sound]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[ClipLibrary]:
    engine = create_engine(f"sqlite:///{tmp_path / 'clips.db'}")
    metadata.create_all(engine)
    yield ClipLibrary(engine, MediaStore(tmp_path / "media"))
    engine.dispose()


@pytest.fixture(scope="session")
def tone() -> Tone:
    def make(hertz: float, seconds: float, rate: int = 22_050, level: float = 0.5) -> Sound:
        count = int(rate * seconds)
        samples = (round(32_767 * level * math.sin(2 * math.pi * hertz * n / rate)) for n in range(count))
        return Sound(array.array("h", samples).tobytes(), rate)

    return make


@pytest.fixture(scope="session")
def spoken() -> list[Sound | Pause]:
    """A recording as Sara would send it in: one reading, made once for all tests."""
    return read_aloud("To talk to someone, press one.", "en")


@pytest.fixture(scope="session")
def level() -> Callable[[Sound], float]:
    """The level of a sound in dBFS, its first and last tenth left out."""

    def measure(sound: Sound) -> float:
        all_samples = samples_of(sound)
        middle = all_samples[len(all_samples) // 10 : -len(all_samples) // 10]
        return 10 * math.log10(sum(s * s for s in middle) / len(middle) / 32_768**2 + 1e-20)

    return measure
