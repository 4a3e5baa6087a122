"""A recording room with people and a draft, without a hotline around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from audio.fingerprint import script_fingerprint
from audio.take_rows import Take
from flows.model import Pack, Script
from ivr.audit.log import AuditLog, entries
from ivr.people.notices import Notices
from ivr.people.person import Person
from ivr.people.roles import Role
from ivr.recording.drafts import Drafts
from ivr.recording.reviewing import Reviewing
from ivr.recording.shelves import Shelves
from ivr.recording.voices import Voices
from ivr.store.ids import new_id
from tests.audio.take_rig import DAY, NOW, Room
from tests.hotline import the_shipped_pack

KEY = ("breathing", "sw")
"""Therapeutic words of the pack that ships."""


def somebody(name: str, *roles: Role, speaks: tuple[str, ...] = ("sw",)) -> Person:
    """An account, as others see it; its id is made of the name."""
    return Person(
        id=name.encode().hex().ljust(32, "0"),
        name=name,
        sign_in_name=name.lower(),
        state="active",
        roles=frozenset(roles),
        languages=speaks,
        gender="",
        time_zone="",
        reads="",
        number_id=None,
        has_codes=True,
        has_pin=False,
        phone_code=None,
    )


SARA = somebody("Sara", Role.STAFF)
JOSEPH = somebody("Joseph", Role.HELPER)
LEILA = somebody("Leila", Role.HELPER, speaks=("ar",))
DANIEL = somebody("Daniel", Role.SUPERVISOR)
MALLORY = somebody("Mallory", Role.ADMIN)
PEOPLE = {person.id: person for person in (SARA, JOSEPH, LEILA, DANIEL, MALLORY)}


def reworded(pack: Pack, key: tuple[str, str], text: str) -> Pack:
    """The pack with other words in one place."""
    return replace(pack, scripts={**pack.scripts, key: replace(pack.scripts[key], text=text)})


@dataclass
class PeopledRoom(Room):
    """Takes of the shipped pack, with everybody who may do something with them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.drafts = Drafts(self.database)
        self.voices = Voices(self.database)
        self.shelves = Shelves(self.database, self.library)
        self.audit = AuditLog(b"s" * 40)
        self.notices = Notices(new_id, idle_seconds=900.0)
        self.reviewing = Reviewing(
            self.database,
            self.takes,
            self.drafts,
            self.voices,
            self.audit,
            self.notices,
            PEOPLE.__getitem__,
        )
        self.drafts.bring(the_shipped_pack(), DAY)

    def script(self, key: tuple[str, str] = KEY) -> Script:
        """The words of a script as they are now."""
        found = self.drafts.script(*key)
        assert found is not None
        return found

    def to_review(self, sound: str = "one", by: Person = SARA, key: tuple[str, str] = KEY) -> Take:
        """A take that a worker has made a clip of."""
        fingerprint = script_fingerprint(self.script(key).text)
        sent = self.send(
            sound, prompt=key[0], language=key[1], voice="Sara", fingerprint=fingerprint, by=by.id
        )
        return self.make(sent)

    def deeds(self) -> list[tuple[str, str, dict[str, str]]]:
        """What the audit log says: who did what, the oldest first."""
        with self.database.connect() as connection:
            rows = entries(connection, 50)
        return [(PEOPLE[row.who].name, row.deed, dict(row.details)) for row in reversed(rows)]


def peopled_room(database: Engine, folder: Path) -> PeopledRoom:
    """A room on a database that has its tables."""
    return PeopledRoom(database, folder)


__all__ = [
    "DANIEL",
    "DAY",
    "JOSEPH",
    "KEY",
    "LEILA",
    "MALLORY",
    "NOW",
    "SARA",
    "PeopledRoom",
    "peopled_room",
    "reworded",
]
