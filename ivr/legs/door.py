"""The helpers' door: whoever rings the line and presses the hash key first is asked for phone code and PIN.

What a helper can do in a browser can be done here with any phone: hear how many wait, take the first, go on call,
pause.
A caller who came here by mistake presses nothing, and the call goes on as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from ivr.callbacks.taking import (
    BY_CHOICE,
    HelperNotFree,
    NobodyWaits,
    NotAllowedToTake,
    TakenMeanwhile,
    Taking,
)
from ivr.calls.turns import DOOR
from ivr.legs.helper_leg import HelperLeg
from ivr.legs.parts import BackToTheCall, LegParts, Said, attempt_with_all
from ivr.legs.words import Words, option
from ivr.people.helpers import Helpers
from ivr.people.person import Person
from ivr.people.pins import Pins
from ivr.people.refusals import NotAHelper, ShutFor, WrongPin
from ivr.people.wellbeing import Standing
from ivr.store.engine import reading
from ivr.store.tables import lines
from ivr.telephony.contract import Dialect, LegEvent
from ivr.vault.errors import CiphertextDamaged, VaultOutOfReach
from ivr.vault.number import PhoneNumber

ANYBODY = "0"
MOST_TRIES = 3
MOST_MENUS = 3
TAKE, ON_CALL, PAUSE = "1", "2", "3"
IN_WORDS = {
    Standing.OFF: "door_off",
    Standing.PAUSED: "door_paused_now",
    Standing.WRAP_UP: "door_wrap_up",
    Standing.NEEDS_A_BREAK: "door_needs_break",
    Standing.DONE_FOR_TODAY: "door_done_today",
    Standing.DEBRIEF_FIRST: "door_debrief",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DoorParts:
    """What the door needs beyond what every leg has."""

    pins: Pins
    person: Callable[[str], Person]
    helpers: Helpers
    taking: Taking
    mark: Callable[[PhoneNumber], str]
    """A token by which a phone is known again; raises VaultOutOfReach, CiphertextDamaged."""
    came_in: Callable[[str, str], None]
    """This call of a provider is a helper's, and no caller's any more."""


class Door:
    """Who rings in, and what they do then."""

    def __init__(self, parts: LegParts, door: DoorParts, helper_leg: HelperLeg) -> None:
        self._parts = parts
        self._door = door
        self._helper_leg = helper_leg

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        step, _, rest = event.step.partition(".")
        match step:
            case "code":
                return self._code(event, int(rest or 1))
            case "pin":
                tries, _, code = rest.partition(".")
                return self._pin(dialect, event, int(tries), self._door.pins.uncover(code, event.call))
            case "menu":
                return self._menu(dialect, event, int(rest))
            case _:
                return self._ask_code(event, 1)

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """Nothing hangs on this leg before a callback is taken, and then it is the helper's."""

    def _code(self, event: LegEvent, tries: int) -> Said:
        if event.happening != "digits" or not event.keys:
            return Said(BackToTheCall())
        words = self._words(event, ())
        # Addresses stand in the logs of providers and proxies.
        covered = self._door.pins.cover(_digits(event.keys), event.call)
        return Said(words.ask_code("door_pin"), DOOR, ANYBODY, f"pin.{tries}.{covered}")

    def _pin(self, dialect: Dialect, event: LegEvent, tries: int, code: str) -> Said:
        if event.happening != "digits":
            return Said(BackToTheCall())
        words = self._words(event, ())
        try:
            person = self._door.pins.check(
                code, event.keys, self._parts.clock(), phone=self._mark(event.caller)
            )
        except WrongPin:
            if tries >= MOST_TRIES:
                return Said(words.end("door_wrong", "helper_goodbye"))
            return self._ask_code(event, tries + 1, "door_wrong")
        except ShutFor:
            return Said(words.end("door_shut", "helper_goodbye"))
        self._door.came_in(dialect.name, event.call)
        return self._say_menu(event, person, 1)

    def _menu(self, dialect: Dialect, event: LegEvent, times: int) -> Said:
        person, now = self._door.person(event.of), self._parts.clock()
        match event.keys if event.happening == "digits" else event.happening:
            case "1":
                return self._take(dialect, event, person, times)
            case "2":
                with self._parts.database.begin() as connection:
                    self._door.helpers.come_on(connection, person.id, now)
                    self._door.helpers.unpause(connection, person.id)
                    self._door.helpers.want_rung(connection, person.id, True)
                self._parts.hurry.dispatch()
                return Said(self._words(event, person.languages).end("door_on_call_now", "helper_goodbye"))
            case "3":
                with self._parts.database.begin() as connection:
                    self._door.helpers.pause(connection, person.id)
                return Said(self._words(event, person.languages).end("door_paused_now", "helper_goodbye"))
            case _:
                return self._menu_again(event, person, times)

    def _menu_again(self, event: LegEvent, person: Person, times: int) -> Said:
        if times < MOST_MENUS:
            return self._say_menu(event, person, times + 1)
        return Said(self._words(event, person.languages).end("helper_goodbye"))

    def _take(self, dialect: Dialect, event: LegEvent, person: Person, times: int) -> Said:
        """The first who waits is called at once, from this very leg."""
        words, now = self._words(event, person.languages), self._parts.clock()
        try:
            attempt_id = self._door.taking.take(person.id, None, "rang_in", now)
        except (NobodyWaits, TakenMeanwhile):
            return Said(words.end("door_nobody", "helper_goodbye"))
        except (HelperNotFree, NotAllowedToTake):
            return self._menu_again(event, person, times)
        with self._parts.database.begin() as connection:
            self._parts.book.leg_known(connection, attempt_id, helper=event.call)
            row = attempt_with_all(connection, attempt_id)
        if row is None:
            return Said(words.end("door_nobody", "helper_goodbye"))
        return self._helper_leg.accepted(dialect, row, words)

    def _say_menu(self, event: LegEvent, person: Person, times: int) -> Said:
        words, now = self._words(event, person.languages), self._parts.clock()
        try:
            with reading(self._parts.database) as connection:
                verdict = self._door.helpers.standing_of(connection, person.id, now)
            waiting = self._door.taking.waiting_for(person.id, now)
        except NotAHelper:
            return Said(words.end("door_wrong", "helper_goodbye"))
        said = [IN_WORDS[verdict.standing]] if verdict.standing in IN_WORDS else []
        for language, count in waiting.items():
            said += ["door_waiting", *_counted(count), *words.speaks(language)]
        if not waiting:
            said.append("door_nobody")
        elif verdict.standing in BY_CHOICE:
            said += option("door_take_first", TAKE)
        said += (*option("door_go_on_call", ON_CALL), *option("door_pause", PAUSE))
        return Said(words.ask(*said), DOOR, person.id, f"menu.{times}")

    def _ask_code(self, event: LegEvent, tries: int, *before: str) -> Said:
        return Said(self._words(event, ()).ask_code(*before, "door_code"), DOOR, ANYBODY, f"code.{tries}")

    def _words(self, event: LegEvent, languages: tuple[str, ...]) -> Words:
        with reading(self._parts.database) as connection:
            query = select(lines.c.release_id).where(lines.c.number == event.line_number)
            release_id = connection.execute(query).scalar()
        return Words.of(self._parts.release_of(release_id), self._parts.addresses, languages)

    def _mark(self, caller: PhoneNumber | None) -> str:
        if caller is None:
            return ""
        try:
            return self._door.mark(caller)
        except (VaultOutOfReach, CiphertextDamaged) as error:
            # Without it the right PIN still opens; only somebody else's wrong ones may keep this phone out.
            log.warning("phone_not_known_again", error=type(error).__name__)
            return ""


def _digits(keys: str) -> str:
    return keys[:8] if keys.isascii() and keys.isdigit() else ""


def _counted(count: int) -> tuple[str, ...]:
    return (f"digit_{count}",) if count < 10 else ("more_than_nine",)
