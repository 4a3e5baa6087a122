"""The helper's leg of a callback: the offer, then the caller is rung from within it, then the outcome is keyed."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, select

from ivr.callbacks import machine
from ivr.callbacks.book import MISSED_BY_WORD, Change
from ivr.callbacks.machine import Missed, State
from ivr.legs.outcome_leg import first_question
from ivr.legs.parts import LegParts, Said, attempt_with_all
from ivr.legs.words import Words, option
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import reading
from ivr.telephony.contract import VAULT, Dialect, DialScreen, EndScreen, LegEvent, Party

HELPER, CALLER = "helper", "caller"
TAKE, PASS = "1", "2"
MOST_OFFERS = 2
"""How often the offer is said to a helper who presses nothing."""
RING_CALLER_SECONDS = 30
NOTHING = EndScreen(())


class HelperLeg:
    """What a helper hears whom we have rung, or who has rung in and taken a callback."""

    def __init__(self, parts: LegParts, talk_seconds: float) -> None:
        self._parts = parts
        self._talk_seconds = int(talk_seconds)

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        row = self._known(event)
        if row is None:
            return Said(NOTHING)
        words = self._words(row)
        match event.happening:
            case "answered":
                return self._offer(row, words, 1)
            case "silence":
                return self._silent(row, words, event)
            case "digits" if event.keys == TAKE:
                return self.accepted(dialect, row, words)
            case "digits" if event.keys == PASS:
                return self._passed(row, words)
            case "digits":
                return self._offer(row, words, _step(event))
            case "dial_ended":
                return self._caller_is_gone(row, words, event)
            case _:
                self.tell(dialect, event)
                return Said(NOTHING)

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """The leg is over, or goes on."""
        row = self._known(event)
        if event.happening != "over":
            return
        with self._parts.database.begin() as connection:
            self._parts.book.leg_is_over(connection, dialect.name, event.call, self._parts.clock())
        if row is not None:
            self._is_over(row.id)

    def accepted(self, dialect: Dialect, row: Row[Any], words: Words) -> Said:
        """The helper takes it: the caller is rung, unless that isn't wanted or safe any more."""
        parts = self._parts
        if not parts.can_open():
            self._happened(row.id, machine.PutBack(row.id))
            return Said(words.end("helper_not_reached", "helper_goodbye"))
        if not self._may_have(row):
            self._happened(row.id, machine.PutBack(row.id))
            parts.hurry.dispatch()
            return Said(words.end("helper_taken_meanwhile", "helper_goodbye"))
        change = self._accept(row)
        if change is None or change.row.attempt != row.id:
            return Said(words.end("helper_taken_meanwhile", "helper_goodbye"))
        if change.row.number_id is None:
            return Said(words.end("helper_not_reached", "helper_goodbye"))
        if change.callback.state is State.WAITING:
            # The caller's safe hours have just ended.
            return Said(words.end("helper_not_now", "helper_goodbye"))
        if change.callback.state is not State.DIALLING:
            return Said(words.end("helper_taken_meanwhile", "helper_goodbye"))
        caller = Party(
            VAULT + str(change.row.number_id),
            whisper=parts.addresses.of_leg(dialect.name, CALLER, row.id).on_keys,
            status=parts.addresses.leg_status(dialect.name, CALLER, row.id),
        )
        connecting = words.clips("helper_connecting")
        screen = DialScreen([caller], row.line_number, RING_CALLER_SECONDS, self._talk_seconds, connecting)
        return Said(screen, HELPER, row.id)

    def _offer(self, row: Row[Any], words: Words, time: int) -> Said:
        if row.attempt != row.id or row.callback_state != State.OFFERED.value:
            return Said(words.end("helper_taken_meanwhile", "helper_goodbye"))
        spoken = words.speaks(row.language)
        take, pass_on = option("helper_take", TAKE), option("helper_pass", PASS)
        return Said(words.ask("helper_offer", *spoken, *take, *pass_on), HELPER, row.id, str(time))

    def _silent(self, row: Row[Any], words: Words, event: LegEvent) -> Said:
        if _step(event) < MOST_OFFERS:
            return self._offer(row, words, _step(event) + 1)
        return self._passed(row, words)

    def _passed(self, row: Row[Any], words: Words) -> Said:
        """Nobody asks why. Somebody else is rung, and this phone isn't for a while."""
        self._happened(row.id, machine.PutBack(row.id))
        self._parts.hurry.dispatch()
        return Said(words.end("helper_passed", "helper_goodbye"))

    def _caller_is_gone(self, row: Row[Any], words: Words, event: LegEvent) -> Said:
        """The caller's leg is over. Whether they talked is known from the key she pressed, not from the provider."""
        if event.gone:
            self._is_over(row.id)
            return Said(NOTHING)
        missed = MISSED_BY_WORD.get(event.outcome, Missed.NO_WORD)
        change = self._happened(row.id, machine.CallerLegOver(row.id, missed))
        if row.talked_at:
            return first_question(words, row.callback_id)
        put_off = (change.callback.missed if change is not None else None) is Missed.NOT_NOW or (
            row.missed == Missed.NOT_NOW.value
        )
        return Said(words.end("helper_not_now" if put_off else "helper_not_reached", "helper_goodbye"))

    def _known(self, event: LegEvent) -> Row[Any] | None:
        """The attempt of this webhook. A leg that isn't the attempt's own was placed twice, or long ago."""
        with self._parts.database.begin() as connection:
            self._parts.book.leg_known(connection, event.of, helper=event.call)
            row = attempt_with_all(connection, event.of)
        return row if row is not None and row.helper_leg == event.call else None

    def _words(self, row: Row[Any]) -> Words:
        release = self._parts.release_of(row.release_id)
        return Words.of(release, self._parts.addresses, json.loads(row.helper_languages))

    def _may_have(self, row: Row[Any]) -> bool:
        """An account may have been closed, or a role or a training taken back, while the phone rang."""
        with reading(self._parts.database) as connection:
            return self._parts.helpers.may_have(connection, row.helper_id, crisis=row.crisis)

    def _accept(self, row: Row[Any]) -> Change | None:
        """The key was pressed. Nobody is rung whose number is gone, even if it has gone in this very moment."""
        book, now = self._parts.book, self._parts.clock()
        with self._parts.database.begin() as connection:
            number = select(callbacks.c.number_id).where(callbacks.c.id == row.callback_id).with_for_update()
            is_there = connection.execute(number).scalar() is not None
            what = machine.HelperAccepted(row.id) if is_there else machine.NumberGone()
            change = book.in_attempt(connection, row.id, what, now)
        if change is not None:
            self._parts.hurry.after(change.row.id, change.deeds)
        return change

    def _happened(self, attempt_id: str, what: machine.Happening) -> Change | None:
        with self._parts.database.begin() as connection:
            change = self._parts.book.in_attempt(connection, attempt_id, what, self._parts.clock())
        if change is not None:
            self._parts.hurry.after(change.row.id, change.deeds)
        return change

    def rang_in_is_over(self, provider: str, call: str) -> None:
        """A helper who had rung in has put the phone down, wherever in the dialogue: nobody tells the leg's own
        address, because it wasn't we who placed the call."""
        mine = (attempts.c.provider == provider, attempts.c.helper_leg == call, attempts.c.state != "over")
        with reading(self._parts.database) as connection:
            attempt_id = connection.execute(select(attempts.c.id).where(*mine)).scalar()
        if attempt_id is not None:
            self._is_over(attempt_id)

    def _is_over(self, attempt_id: str) -> None:
        with self._parts.database.begin() as connection:
            change = self._parts.book.helper_leg_is_over(connection, attempt_id, self._parts.clock())
        if change is not None:
            self._parts.hurry.after(change.row.id, change.deeds)
        self._parts.hurry.dispatch()


def _step(event: LegEvent) -> int:
    return int(event.step) if event.step.isdigit() and len(event.step) < 3 else 1
