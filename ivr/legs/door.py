"""The door: whoever rings the line and presses the hash key first is asked for a code, helpers and staff for a PIN too.

What a helper can do in a browser can be done here with any phone: hear how many wait, take the first, go on call,
pause. Staff come to the recording room, and listeners of a panel, who have a code and no PIN, to their panel.
A caller who came here by mistake presses nothing, and the call goes on as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

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
from ivr.legs.panel_leg import PanelLeg
from ivr.legs.parts import BackToTheCall, LegParts, Said, attempt_with_all
from ivr.legs.room_leg import RoomLeg
from ivr.legs.words import Words, option
from ivr.people.helpers import Helpers
from ivr.people.person import Person
from ivr.people.pins import Pins
from ivr.people.refusals import NotAHelper, ShutFor, WrongPin
from ivr.people.roles import Right
from ivr.people.wellbeing import Standing
from ivr.recording.panels import Panels, WrongPanelCode, is_panel_code
from ivr.store.engine import reading
from ivr.telephony.contract import Dialect, LegEvent
from ivr.vault.errors import CiphertextDamaged, VaultOutOfReach
from ivr.vault.number import PhoneNumber

ANYBODY = "0"
MOST_TRIES = 3
MOST_MENUS = 3
TAKE, ON_CALL, PAUSE, RECORD = "1", "2", "3", "4"
HELPER, LISTENER = "helper", "panel"
"""How a call is kept that was none of a caller's."""
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
    mark: Callable[[PhoneNumber, float], str]
    """A token by which a phone is known again; raises VaultOutOfReach, CiphertextDamaged."""
    came_in: Callable[[str, str, str], object]
    """This call of a provider is a helper's or a listener's, and no caller's any more."""
    panels: Panels


class Door:
    """Who rings in, and what they do then."""

    def __init__(
        self,
        parts: LegParts,
        door: DoorParts,
        helper_leg: HelperLeg,
        room_leg: RoomLeg,
        panel_leg: PanelLeg,
    ) -> None:
        self._parts = parts
        self._door = door
        self._helper_leg = helper_leg
        self._room_leg = room_leg
        self._panel_leg = panel_leg

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        step, _, rest = event.step.partition(".")
        match step:
            case "code":
                return self._code(dialect, event, int(rest or 1))
            case "pin":
                tries, _, code = rest.partition(".")
                return self._pin(dialect, event, int(tries), self._door.pins.uncover(code, event.call))
            case "menu":
                return self._menu(dialect, event, int(rest))
            case _:
                return self._ask_code(event, 1)

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """Nothing hangs on this leg before a callback is taken, and then it is the helper's."""

    def _code(self, dialect: Dialect, event: LegEvent, tries: int) -> Said:
        if event.happening != "digits" or not event.keys:
            return Said(BackToTheCall())
        if is_panel_code(event.keys):
            return self._listener(dialect, event, tries)
        words = self._words(event, ())
        # Addresses stand in the logs of providers and proxies.
        covered = self._door.pins.cover(_digits(event.keys), event.call)
        return Said(words.ask_code("door_pin"), DOOR, ANYBODY, f"pin.{tries}.{covered}")

    def _listener(self, dialect: Dialect, event: LegEvent, tries: int) -> Said:
        """Somebody with the code of a panel. On a line without the words for it no code fits."""
        words = self._words(event, ())
        try:
            panel = self._door.panels.come_in(event.keys, self._mark(event.caller), self._parts.clock())
        except ShutFor:
            return Said(words.end("door_shut", "helper_goodbye"))
        except WrongPanelCode:
            panel = None
        if panel is None or not self._panel_leg.is_offered(self._parts.release_on(event.line_number), panel):
            return self._not_this(event, words, tries)
        self._door.came_in(dialect.name, event.call, LISTENER)
        return self._panel_leg.begin(event, panel)

    def _not_this(self, event: LegEvent, words: Words, tries: int) -> Said:
        if tries >= MOST_TRIES:
            return Said(words.end("door_wrong", "helper_goodbye"))
        return self._ask_code(event, tries + 1, "door_wrong")

    def _pin(self, dialect: Dialect, event: LegEvent, tries: int, code: str) -> Said:
        if event.happening != "digits":
            return Said(BackToTheCall())
        words = self._words(event, ())
        try:
            person = self._door.pins.check(
                code, event.keys, self._parts.clock(), phone=self._mark(event.caller)
            )
        except WrongPin:
            return self._not_this(event, words, tries)
        except ShutFor:
            return Said(words.end("door_shut", "helper_goodbye"))
        self._door.came_in(dialect.name, event.call, HELPER)
        if self._may_record(event, person) and not person.may(Right.TAKE_CALLBACKS):
            return self._room_leg.begin(event, person)
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
            case "4" if self._may_record(event, person):
                return self._room_leg.begin(event, person)
            case _:
                return self._menu_again(event, person, times)

    def _may_record(self, event: LegEvent, person: Person) -> bool:
        return self._room_leg.is_offered(person, self._words(event, person.languages))

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
        if self._room_leg.is_offered(person, words):
            said += option("door_record", RECORD)
        return Said(words.ask(*said), DOOR, person.id, f"menu.{times}")

    def _ask_code(self, event: LegEvent, tries: int, *before: str) -> Said:
        return Said(self._words(event, ()).ask_code(*before, "door_code"), DOOR, ANYBODY, f"code.{tries}")

    def _words(self, event: LegEvent, languages: tuple[str, ...]) -> Words:
        return Words.of(self._parts.release_on(event.line_number), self._parts.addresses, languages)

    def _mark(self, caller: PhoneNumber | None) -> str:
        if caller is None:
            return ""
        try:
            return self._door.mark(caller, self._parts.clock())
        except (VaultOutOfReach, CiphertextDamaged) as error:
            # Without it the right PIN still opens; only somebody else's wrong ones may keep this phone out.
            log.warning("phone_not_known_again", error=type(error).__name__)
            return ""


def _digits(keys: str) -> str:
    return keys[:8] if keys.isascii() and keys.isdigit() else ""


def _counted(count: int) -> tuple[str, ...]:
    return (f"digit_{count}",) if count < 10 else ("more_than_nine",)
