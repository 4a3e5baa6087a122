"""Who presses the keys of the telephone in the terminal: a list written beforehand, or a person at the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

Doing = Literal["keys", "silence", "voice", "hang_up"]

_TOKEN = re.compile(
    r"(?:(?P<keys>[0-9*#]+)|(?P<silence>~)|voice:(?P<voice>[0-9]{1,3})|(?P<end>end))"
    r"(?:@(?P<at>[0-9]+(?:\.[0-9]+)?))?"
)


@dataclass(frozen=True, slots=True)
class Move:
    """What the caller does on one screen: `after` so many seconds of it, or once its last word is said (None)."""

    doing: Doing
    keys: str = ""
    seconds: int = 0
    after: float | None = None


SILENT = Move("silence")


class Hands(Protocol):
    """Asked once for every screen that takes a key or records a voice: before it is heard, or after."""

    hears_first: bool

    def move(self) -> Move:
        """What the caller does on this screen."""


class UnknownMove(ValueError):
    """A word in the list of keys that means nothing."""


def read_moves(text: str) -> tuple[Move, ...]:
    """Reads `2,1,~,0`: keys, `~` for silence, `voice:4` for four seconds of talking, `end` to hang up.

    `1@2.5` comes 2.5 s into the screen instead of after its last word. Raises UnknownMove.
    """
    return tuple(_move(word.strip()) for word in text.split(",") if word.strip())


def _move(word: str) -> Move:
    found = _TOKEN.fullmatch(word)
    if not found:
        raise UnknownMove(
            f"{word!r} is no key. Write keys, ~ for silence, voice:4 to talk, or end to hang up."
        )
    after = float(found["at"]) if found["at"] else None
    if found["keys"]:
        return Move("keys", keys=found["keys"], after=after)
    if found["voice"]:
        return Move("voice", seconds=int(found["voice"]))
    return Move("hang_up", after=after) if found["end"] else SILENT


class WrittenHands:
    """Makes the moves of a list, then stays silent, or hangs up."""

    hears_first = False

    def __init__(self, moves: tuple[Move, ...], hangs_up: bool) -> None:
        self._moves: Iterator[Move] = iter(moves)
        self._rest = Move("hang_up") if hangs_up else SILENT

    def move(self) -> Move:
        return next(self._moves, self._rest)


class AskingHands:
    """Asks a person on every screen; `ask` gives back one typed line."""

    hears_first = True

    def __init__(self, ask: Callable[[], str], explain: Callable[[str], None]) -> None:
        self._ask = ask
        self._explain = explain

    def move(self) -> Move:
        while True:
            try:
                return next(iter(read_moves(self._ask())), SILENT)
            except UnknownMove as unknown:
                self._explain(str(unknown))
