"""The leg of a ring-back: words that name nobody, because anybody may pick up; a key; then the flow as for others."""

from __future__ import annotations

from collections.abc import Callable

from ivr.callbacks.flashes import Flashes
from ivr.legs.parts import BackToTheCall, LegParts, Said
from ivr.legs.words import Words, option
from ivr.publishing.lines import find_line
from ivr.store.engine import reading
from ivr.telephony.contract import Dialect, EndScreen, LegEvent

FLASH = "flash"
NOW = "1"
MOST_GREETINGS = 2


class RingBackLeg:
    """What is said to whoever picks up the phone that missed calls came from.

    `end` takes down that a call is over, by provider and the provider's id.
    """

    def __init__(self, parts: LegParts, flashes: Flashes, end: Callable[[str, str], object]) -> None:
        self._parts = parts
        self._flashes = flashes
        self._end = end

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        if event.happening == "over":
            self.tell(dialect, event)
            return Said(EndScreen(()))
        self._flashes.leg_known(event.of, event.call)
        words = self._words(event.line_number)
        match event.happening:
            case "answered":
                return _greet(words, event.of, 1)
            case "digits" if event.keys == NOW:
                return Said(BackToTheCall())
            case "digits" if event.step == "1":
                return _greet(words, event.of, MOST_GREETINGS)
            case _:
                return Said(words.end("call_goodbye"))

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """The leg rings, is answered, or is over: with it whatever call it had become."""
        if event.happening != "over":
            self._flashes.leg_known(event.of, event.call)
            return
        self._flashes.is_over(event.of, event.call)
        self._end(dialect.name, event.call)

    def _words(self, line_number: str) -> Words:
        with reading(self._parts.database) as connection:
            line = find_line(connection, line_number)
        release = self._parts.release_of(line.release_id if line is not None else None)
        return Words.for_caller(release, self._parts.addresses, None)


def _greet(words: Words, flash_id: str, time: int) -> Said:
    return Said(words.ask("call_hello", *option("to_talk_now", NOW)), FLASH, flash_id, str(time))
