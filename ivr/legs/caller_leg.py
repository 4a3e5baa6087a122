"""The caller's leg of a callback. The first words name nobody: anybody may have picked up.

Only the key makes it sure that this is who asked, and that it is safe now. No voicemail is ever left: a mailbox presses
nothing, and hears a bland line.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row

from ivr.callbacks import machine
from ivr.callbacks.book import MISSED_BY_WORD, Change
from ivr.callbacks.machine import Missed, State
from ivr.callbacks.rows import may_say_who
from ivr.legs.parts import LegParts, Said, attempt_with_all
from ivr.legs.words import Words, option
from ivr.store.engine import reading
from ivr.telephony.contract import Dialect, EndScreen, LegEvent, ListenScreen

CALLER = "caller"
NOW, LATER = "1", "2"
IN = "in"
"""The step at which whoever has pressed the key is put through."""
A_MOMENT_SECONDS = 1
MOST_GREETINGS = 2
IN_TIME = (State.DIALLING.value, State.TALKING.value)


class CallerLeg:
    """What is said to whoever picks up the phone that we ring."""

    def __init__(self, parts: LegParts) -> None:
        self._parts = parts

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        with self._parts.database.begin() as connection:
            self._parts.book.leg_known(connection, event.of, caller=event.call)
            row = attempt_with_all(connection, event.of)
        if row is None:
            return Said(EndScreen(()))
        release = self._parts.release_of(row.release_id)
        words = Words.for_caller(release, self._parts.addresses, row.language)
        if row.attempt != row.id or row.callback_state not in IN_TIME:
            return Said(words.end("call_goodbye"))
        match event.happening:
            case "answered":
                self._happened(row.id, machine.CallerPickedUp(row.id))
                return _greet(words, row, 1)
            case "digits" | "silence" if event.step == IN:
                return self._accepted(words, row)
            case "digits" if event.keys == NOW:
                return _connecting(words, row)
            case "digits" if event.keys == LATER:
                self._happened(row.id, machine.CallerLegOver(row.id, Missed.NOT_NOW))
                return Said(words.end("call_later_noted"))
            case "digits" | "silence" if _times(event) < MOST_GREETINGS:
                return _greet(words, row, _times(event) + 1)
            case "digits" | "silence":
                self._happened(row.id, machine.CallerLegOver(row.id, Missed.NO_KEY))
                return Said(words.end("call_goodbye"))
            case _:
                self.tell(dialect, event)
                return Said(EndScreen(()))

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """The leg is over, or goes on."""
        with self._parts.database.begin() as connection:
            self._parts.book.leg_known(connection, event.of, caller=event.call)
            if event.happening == "over":
                self._parts.book.leg_is_over(connection, dialect.name, event.call, self._parts.clock())
        if event.happening == "over":
            self._is_over(event)

    def _is_over(self, event: LegEvent) -> None:
        """The caller's phone was put down, or never picked up."""
        with reading(self._parts.database) as connection:
            row = attempt_with_all(connection, event.of)
        if row is not None:
            missed = MISSED_BY_WORD.get(event.outcome, Missed.NO_WORD)
            self._happened(row.id, machine.CallerLegOver(row.id, missed))

    def _accepted(self, words: Words, row: Row[Any]) -> Said:
        change = self._happened(row.id, machine.CallerAccepted(row.id))
        if change is None or change.callback.state is not State.TALKING or change.callback.attempt != row.id:
            return Said(words.end("call_helper_gone"))
        return Said(words.let_in())

    def _happened(self, attempt_id: str, what: machine.Happening) -> Change | None:
        with self._parts.database.begin() as connection:
            change = self._parts.book.in_attempt(connection, attempt_id, what, self._parts.clock())
        if change is not None:
            self._parts.hurry.after(change.row.id, change.deeds)
        return change


def _greet(words: Words, row: Row[Any], time: int) -> Said:
    choices = (*option("to_talk_now", NOW), *option("to_be_called_later", LATER))
    return Said(words.ask("call_hello", *choices), CALLER, row.id, str(time))


def _connecting(words: Words, row: Row[Any]) -> Said:
    """The line may name itself from here on, if it ever may. The two are connected after it: a helper who hangs up
    meanwhile hasn't talked."""
    named = may_say_who(json.loads(row.wishes))
    clips = words.clips("call_named" if named else "call_connecting")
    return Said(ListenScreen(clips, A_MOMENT_SECONDS, barge_in=True), CALLER, row.id, IN)


def _times(event: LegEvent) -> int:
    return int(event.step) if event.step.isdigit() and len(event.step) < 3 else 1
