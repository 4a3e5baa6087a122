"""What is heard before and after words where people record: a door, a knock, a chair, somebody who coughs."""

from __future__ import annotations

import array
import math
import random
from collections.abc import Callable
from functools import lru_cache

from audio.sound import Sound
from tests.audio.corpus import louder, quiet

RATE = 22_050
"""The rate of the demo voice."""
_LOUDEST = 14_000

Moment = Callable[[random.Random, float], float]
"""A sample at a time in seconds."""


def _slam(dice: random.Random, time: float) -> float:
    frame = sum(math.sin(math.tau * hertz * time) * math.exp(-time / 0.1) for hertz in (97, 240, 530))
    return frame + 2 * dice.gauss(0, 1) * math.exp(-time / 0.03)


def _knock(dice: random.Random, time: float) -> float:
    since = time % 0.17
    wood = math.sin(math.tau * 340 * since) + 0.5 * dice.gauss(0, 1) * math.exp(-since / 0.01)
    return wood * math.exp(-since / 0.015)


def _chair(dice: random.Random, time: float) -> float:
    scraping = (330 + 60 * math.sin(9 * time)) * time % 1 - 0.5 + 0.4 * dice.gauss(0, 1)
    return scraping * (1 + 0.5 * math.sin(math.tau * 23 * time))


def _cough(dice: random.Random, time: float) -> float:
    """Air bursts out, goes on rushing, and ends in a little voice."""
    air = math.exp(-time / 0.05) + 0.25 * math.exp(-(((time - 0.16) / 0.08) ** 2))
    pitch = 210 - 120 * max(0.0, time - 0.12)
    voice = sum(
        math.sin(math.tau * k * pitch * time + k) / (1 + ((k * pitch - 700) / 400) ** 2) for k in range(1, 12)
    )
    return 0.6 * dice.gauss(0, 1) * air + 0.1 * voice * math.exp(-(((time - 0.22) / 0.07) ** 2))


BANGS: dict[str, tuple[float, Moment]] = {
    "a door": (0.5, _slam),
    "knocking": (0.5, _knock),
    "a chair": (0.6, _chair),
    "a cough": (0.42, _cough),
}
"""What it is, how many seconds it lasts, and how it is made."""


@lru_cache(maxsize=16)
def bang(kind: str, gain: float = 0.0, seed: int = 1) -> Sound:
    """One of them, nearly as loud as a voice; `gain` in dB."""
    seconds, moment = BANGS[kind]
    dice = random.Random(seed)
    samples = [moment(dice, at / RATE) for at in range(int(seconds * RATE))]
    scale = _LOUDEST / max(map(abs, samples))
    return louder(Sound(array.array("h", (round(one * scale) for one in samples)).tobytes(), RATE), gain)


def with_bang(kind: str, reading: Sound, gap: float, gain: float = 0.0, *, after: bool = False) -> Sound:
    """A reading with that before it, or after it, and so many seconds between them."""
    silence, between = quiet(0.7, RATE).pcm, quiet(gap, RATE).pcm
    parts = (
        [reading.pcm, between, bang(kind, gain).pcm]
        if after
        else [bang(kind, gain).pcm, between, reading.pcm]
    )
    return Sound(silence + b"".join(parts) + silence, RATE)
