"""The recording room by phone: a number on the printed sheet, a tone, the text; heard again, and kept or not.

Every screen ends by itself. Whoever puts the phone down loses nothing that was kept, and what was not kept is deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from flows.house import KEYS_OF_ROOM, ROOM
from flows.prompts import DIGITS, KEYS_FOR_LANGUAGES, THIS_LANGUAGE, press
from ivr.legs.parts import LegParts, Said
from ivr.legs.words import CODE_WAIT_SECONDS, WAIT_SECONDS, Words, option
from ivr.people.person import Person
from ivr.people.refusals import NobodyOfThisId
from ivr.people.roles import Right
from ivr.recording.room import PhoneRoom, Text
from ivr.recording.spoken import Recorded, Spoken
from ivr.telephony.contract import CodeScreen, Dialect, EndScreen, LegEvent, ListenScreen, RecordScreen

ROOM_PART = "room"
KEEP, AGAIN, SKIP = "1", "2", "3"
MOST_TRIES = 3
"""How often something is asked of whoever presses nothing, or what means nothing."""
MOST_LOOKS = 5
"""How often it is looked whether a recording can be heard already."""
LOOK_SECONDS = 2
MOST_DIGITS_OF_A_NUMBER = 5
PAUSE_SECONDS = 10
"""Exercises have pauses in which the listener breathes; whoever has finished presses a key."""
NOTHING = EndScreen(())


class Place(NamedTuple):
    """Where in the dialogue somebody is: which question, in which language, which text, which recording, and how often
    it was asked. Stands in addresses, so all of it is short."""

    question: str
    language: str = ""
    number: int = 0
    spoken: str = "-"
    times: int = 1


class RoomLeg:
    """What staff hear who record by phone."""

    def __init__(self, parts: LegParts, room: PhoneRoom, person: Callable[[str], Person]) -> None:
        self._parts = parts
        self._room = room
        self._person_of = person

    def is_offered(self, person: Person, words: Words) -> bool:
        """Whether this person may record, and the line has all the words that it takes."""
        return person.may(Right.RECORD_AND_PUBLISH) and words.has(*ROOM, *KEYS_OF_ROOM, *DIGITS)

    def begin(self, event: LegEvent, person: Person) -> Said:
        """The first screen, for somebody to whom the room is offered."""
        words, languages = self._words(event, person.languages), self._room.languages(person)
        if not languages:
            return Said(words.end("room_no_texts", "helper_goodbye"))
        if len(languages) == 1:
            return self._ask_for(
                words, person, languages[0], self._room.next_due(person, languages[0]), 1, "room_hello"
            )
        return self._ask_language(event, words, person, languages, 1, "room_hello")

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        if event.gone:
            self._gone(dialect, event)
            return Said(NOTHING)
        place, person = _read(event.step), self._person(event.of)
        if place is None or person is None:
            return Said(self._words(event, ()).end("helper_goodbye"))
        words = self._words(event, person.languages)
        match place.question:
            case "language":
                return self._language(event, words, person, place)
            case "text":
                return self._text(event, words, person, place)
            case "read":
                return self._read_out(dialect, event, words, person, place)
            case "look":
                return self._look(words, person, place)
            case _:
                return self._decide(event, words, person, place)

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """A recording can be heard now, or never will be."""
        recorded = _recorded(dialect, event)
        if recorded is None:
            return
        if event.happening == "recording_ready":
            self._room.rows.ready(recorded, "take", self._parts.clock())
        elif event.happening == "recording_absent":
            self._room.rows.let_go(recorded.id)

    def _gone(self, dialect: Dialect, event: LegEvent) -> None:
        """The phone was put down: in the middle of a text, that is deleted."""
        recorded = _recorded(dialect, event)
        if recorded is not None:
            self._room.rows.made(recorded, "take", self._parts.clock(), wanted=False)

    def _language(self, event: LegEvent, words: Words, person: Person, place: Place) -> Said:
        languages = self._room.languages(person)
        keys = dict(zip(KEYS_FOR_LANGUAGES, languages, strict=False))
        chosen = keys.get(event.keys) if event.happening == "digits" else None
        if chosen is not None:
            return self._ask_for(words, person, chosen, self._room.next_due(person, chosen), 1)
        if place.times >= MOST_TRIES:
            return Said(words.end("helper_goodbye"))
        return self._ask_language(event, words, person, languages, place.times + 1)

    def _text(self, event: LegEvent, words: Words, person: Person, place: Place) -> Said:
        """The hash key alone takes the text that was named, and so does silence: both hands hold the sheet."""
        keyed = event.keys if event.happening == "digits" else ""
        if keyed:
            text = self._room.text(place.language, _number(keyed))
            if text is not None:
                return self._record(words, person, text, 1)
            return self._once_more(words, person, place, "room_no_such_text")
        text = self._room.text(place.language, place.number)
        if text is None:
            return self._once_more(words, person, place)
        return self._record(words, person, text, place.times)

    def _read_out(
        self, dialect: Dialect, event: LegEvent, words: Words, person: Person, place: Place
    ) -> Said:
        recorded = _recorded(dialect, event) if event.happening == "recorded" else None
        if recorded is None or recorded.seconds <= 0:
            return self._once_more(words, person, place, "room_not_heard")
        spoken = self._room.rows.made(recorded, "take", self._parts.clock())
        return self._look(words, person, place._replace(question="look", spoken=spoken, times=1))

    def _look(self, words: Words, person: Person, place: Place) -> Said:
        """Plays what was read as soon as the provider has it. Keys mean nothing yet: whoever ends a recording with two
        keys hasn't said that it is good."""
        row = self._room.rows.row(place.spoken)
        if row is None:
            return self._once_more(words, person, place._replace(times=1), "room_not_kept")
        if row.there or place.times > MOST_LOOKS:
            return self._ask_to_keep(words, person, place._replace(question="keep", times=1), row)
        clips = words.clips("room_one_moment") if place.times % 4 == 1 else []
        return _said(
            ListenScreen(clips, LOOK_SECONDS, barge_in=False), person, place._replace(times=place.times + 1)
        )

    def _decide(self, event: LegEvent, words: Words, person: Person, place: Place) -> Said:
        row, text = self._room.rows.row(place.spoken), self._room.text(place.language, place.number)
        if row is None or text is None:
            return self._go_on(words, person, place, "room_not_kept")
        match event.keys if event.happening == "digits" else "":
            case "1":
                kept = self._room.keep(person, text, row, self._today(event))
                return self._go_on(words, person, place, "room_kept" if kept else "room_not_kept")
            case "2":
                self._room.rows.let_go(row.id)
                return self._record(words, person, text, 1)
            case "3":
                self._room.rows.let_go(row.id)
                return self._go_on(words, person, place)
            case _ if place.times < MOST_TRIES:
                return self._ask_to_keep(words, person, place._replace(times=place.times + 1), row)
            case _:
                self._room.rows.let_go(row.id)
                return Said(words.end("room_not_kept", "helper_goodbye"))

    def _ask_language(
        self, event: LegEvent, words: Words, person: Person, languages: list[str], times: int, *before: str
    ) -> Said:
        release = self._parts.release_on(event.line_number)
        clips = words.clips(*before, "room_language")
        for key, code in zip(KEYS_FOR_LANGUAGES, languages, strict=False):
            own = Words(release, self._parts.addresses, [code])
            # A language that isn't on air yet has no name on this line.
            named = own.has(THIS_LANGUAGE, press(key))
            clips += (
                own.clips(THIS_LANGUAGE, press(key))
                if named
                else words.clips("room_other_language", press(key))
            )
        return _said(ListenScreen(clips, WAIT_SECONDS, barge_in=True), person, Place("language", times=times))

    def _ask_for(
        self, words: Words, person: Person, language: str, text: Text | None, times: int, *before: str
    ) -> Said:
        """Names a text by its number on the sheet, or says that none is due."""
        number = text.number if text is not None else 0
        named = ("room_text_number", *_digits(number), "room_how") if number else ("room_all_done",)
        screen = CodeScreen(words.clips(*before, *named), CODE_WAIT_SECONDS, MOST_DIGITS_OF_A_NUMBER)
        return _said(screen, person, Place("text", language, number, times=times))

    def _once_more(self, words: Words, person: Person, place: Place, *before: str) -> Said:
        if place.times >= MOST_TRIES:
            return Said(words.end(*before, "helper_goodbye"))
        text = self._room.text(place.language, place.number)
        return self._ask_for(words, person, place.language, text, place.times + 1, *before)

    def _go_on(self, words: Words, person: Person, place: Place, *before: str) -> Said:
        text = self._room.next_due(person, place.language, place.number)
        return self._ask_for(words, person, place.language, text, 1, *before)

    def _record(self, words: Words, person: Person, text: Text, times: int) -> Said:
        screen = RecordScreen(words.clips("room_speak"), text.longest, PAUSE_SECONDS, as_it_is=True)
        return _said(screen, person, Place("read", text.script.language, text.number, times=times))

    def _ask_to_keep(self, words: Words, person: Person, place: Place, row: Spoken) -> Said:
        heard = row.there and row.address
        clips = [*words.clips("room_as_recorded"), row.address] if heard else words.clips("room_heard_later")
        choices = (*option("room_keep", KEEP), *option("room_again", AGAIN), *option("room_skip", SKIP))
        return _said(
            ListenScreen([*clips, *words.clips(*choices)], WAIT_SECONDS, barge_in=True), person, place
        )

    def _person(self, person_id: str) -> Person | None:
        """Whose account or role may have been taken back since."""
        try:
            person = self._person_of(person_id)
        except NobodyOfThisId:
            return None
        return person if person.may(Right.RECORD_AND_PUBLISH) else None

    def _words(self, event: LegEvent, languages: tuple[str, ...]) -> Words:
        return Words.of(self._parts.release_on(event.line_number), self._parts.addresses, languages)

    def _today(self, event: LegEvent) -> date:
        return self._parts.today_on(event.line_number)


def _said(screen: ListenScreen | CodeScreen | RecordScreen, person: Person, place: Place) -> Said:
    return Said(screen, ROOM_PART, person.id, ".".join(map(str, place)))


def _read(step: str) -> Place | None:
    """The place that an address names; None where it names none."""
    parts = step.split(".")
    if len(parts) != len(Place._fields):
        return None
    question, language, number, spoken, times = parts
    if (
        not number.isdigit()
        or not times.isdigit()
        or question not in ("language", "text", "read", "look", "keep")
    ):
        return None
    return Place(question, language, int(number), spoken, int(times))


def _recorded(dialect: Dialect, event: LegEvent) -> Recorded | None:
    """The recording that a webhook tells of; None where it tells of none."""
    if not event.recording:
        return None
    return Recorded(dialect.name, event.call, event.recording, event.recording_url, event.seconds)


def _number(keys: str) -> int:
    return int(keys) if keys.isascii() and keys.isdigit() else 0


def _digits(number: int) -> tuple[str, ...]:
    return tuple(DIGITS[int(digit)] for digit in str(number))
