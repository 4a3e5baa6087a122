"""What is known of a clip that plays: whose words, in which language, how long; and which keys it announces. PURE."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

_SHA = re.compile(r"/([0-9a-f]{64})\.wav$")
_PRESS = re.compile(r"^press_([0-9]|star|hash)$")
_KEYS = {"star": "*", "hash": "#"}


@dataclass(frozen=True, slots=True)
class HeardClip:
    """A clip's script. `prompt` is its id, "" when unknown.

    `always` are the keys that mean the same on every screen, as (key, what it does) in the clip's language; `passable`
    whether it is something to listen to, which # goes on from; `apart` whether it is said in a dialogue of the line's
    own, with helpers, staff or listeners, in which the keys of the flow mean nothing.
    """

    prompt: str
    text: str
    language: str
    seconds: float
    always: tuple[tuple[str, str], ...] = ()
    passable: bool = False
    apart: bool = False


def sha_of(url: str) -> str:
    """The content hash in a clip's address, "" when there is none."""
    found = _SHA.search(url)
    return found.group(1) if found else ""


def keys_announced(clips: Sequence[HeardClip | None]) -> tuple[tuple[str, str], ...]:
    """Which key does what: "press N" belongs to the clip before it."""
    announced = []
    before = ""
    for clip in clips:
        press = _PRESS.match(clip.prompt) if clip else None
        if press:
            announced.append((_KEYS.get(press.group(1), press.group(1)), unpunctuated(before)))
        before = clip.text if clip else ""
    return tuple(announced)


def unpunctuated(text: str) -> str:
    """What is said before "press N", without the comma that joins it to that."""
    return text.strip(" ,.;:…،\n")


def wav_seconds(head: bytes) -> float | None:
    """How long a WAV file lasts, read from its beginning; None when it is none."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    bytes_a_second, at = 0, 12
    while at + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, at)
        if name == b"fmt " and at + 20 <= len(head):
            bytes_a_second = struct.unpack_from("<I", head, at + 16)[0]
        if name == b"data" and bytes_a_second:
            return float(size / bytes_a_second)
        at += 8 + size + size % 2
    return None
