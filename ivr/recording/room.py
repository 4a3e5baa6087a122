"""The recording room by phone: which texts are due, and what becomes of what was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from audio.fingerprint import script_fingerprint
from audio.sent import UploadIdTaken
from audio.take_states import NotNow
from audio.takes import TakeChanged, Takes
from flows.lengths import estimated_seconds
from flows.model import Script
from ivr.people.person import Person
from ivr.recording.drafts import Drafts
from ivr.recording.due import due
from ivr.recording.shelves import Shelves
from ivr.recording.spoken import Spoken, SpokenRows
from ivr.recording.voices import Voices, VoiceUnusable

SHORTEST_LIMIT, LONGEST_LIMIT = 20, 240
"""Seconds. Nobody is cut off in the middle of a text, and a phone that was put down isn't recorded for ever."""
NOT_KEPT = "not_kept"
"""The refusal of a take whose recording was deleted at the provider before anybody could keep it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be read: its number on the printed sheet, and how long a recording of it can be, in seconds."""

    number: int
    script: Script

    @property
    def longest(self) -> int:
        """Three times as long as it should take, and a breath."""
        usual = self.script.aim_seconds or estimated_seconds(self.script.text, self.script.language)
        return int(min(LONGEST_LIMIT, max(SHORTEST_LIMIT, 3 * usual + 10)))


class PhoneRoom:
    """What staff do who read texts to the phone."""

    def __init__(
        self,
        takes: Takes,
        drafts: Drafts,
        shelves: Shelves,
        voices: Voices,
        rows: SpokenRows,
        clock: Callable[[], float],
    ) -> None:
        self._takes = takes
        self._drafts = drafts
        self._shelves = shelves
        self._voices = voices
        self._clock = clock
        self.rows = rows

    def languages(self, person: Person) -> list[str]:
        """The languages of a person that have texts, in the order of the person's profile."""
        written = set(self._drafts.languages())
        return [code for code in dict.fromkeys(person.languages) if code in written]

    def text(self, language: str, number: int) -> Text | None:
        """The text with this number on the sheet; None where the language has none."""
        prompt = self._drafts.prompt_of(number)
        script = self._drafts.script(prompt, language) if prompt is not None else None
        return None if script is None else Text(number, script)

    def next_due(self, person: Person, language: str, after: int = 0) -> Text | None:
        """What is to be read after the text of this number: in the order of the sheet, and then from its beginning. At
        first what was sent back to this person, or what else somebody waits for. None when nothing is due.
        """
        numbers = self._drafts.sheet_numbers()
        waiting = [numbers[prompt] for prompt in self._prompts_due(person, language) if prompt in numbers]
        if not waiting:
            return None
        following = [number for number in waiting if number > after]
        return self.text(language, (min(following) if following else min(waiting)) if after else waiting[0])

    def keep(self, person: Person, text: Text, spoken: Spoken, today: date) -> bool:
        """What was read is a take from now on, and will be fetched; False when it is too late for that. Said twice, it
        is one take."""
        try:
            take = self._takes.expect(
                upload_id=spoken.id,
                prompt=text.script.prompt,
                language=text.script.language,
                voice=self._voice_of(person, text.script.language),
                fingerprint=script_fingerprint(text.script.text),
                by=person.id,
                today=today,
                now=self._clock(),
            )
        except UploadIdTaken:
            return False
        if self.rows.keep(spoken.id, take.id, self._clock()):
            return True
        try:
            self._takes.refuse(take.id, NOT_KEPT, self._clock())
        except (NotNow, TakeChanged):
            # It has been fetched in this very moment.
            return True
        return False

    def _prompts_due(self, person: Person, language: str) -> list[str]:
        found: dict[str, None] = {}
        for pack_id in self._drafts.packs():
            pack = self._drafts.pack(pack_id)
            if language in pack.languages:
                cells = due(self._shelves.cells(pack), language, person.id)
                found |= dict.fromkeys(cell.prompt for cell in cells)
        return list(found)

    def _voice_of(self, person: Person, language: str) -> str:
        """It is the person's own voice, whoever else the language is recorded with: pages then see that two met."""
        try:
            return self._voices.add(language, person.name).name
        except VoiceUnusable:
            return self._voices.usual(language)
