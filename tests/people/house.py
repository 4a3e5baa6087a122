"""A people's room for tests: its parts over a database, with a clock that is moved by hand and cheap hashes."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field

import pyotp
from sqlalchemy import Engine, select, update

from ivr.audit.log import COMMAND_LINE, AuditLog, Entry, entries
from ivr.people.keys import PeopleKeys
from ivr.people.parts import PeopleParts, people_parts
from ivr.people.passwords import Cost
from ivr.people.person import Person
from ivr.people.records import Records
from ivr.people.roles import Role
from ivr.people.sessions import Passed, Times
from ivr.people.tables import notices_for, people
from tests.hotline import CHEAP, Clock

SECRET = b"s" * 40
TIMES = Times(idle=1800.0, longest=12 * 3600.0)
PASSWORD = "tulip over nine lamps"
OFFICE = "192.0.2.7"
ELSEWHERE = "198.51.100.9"


@dataclass
class House:
    """The people's room and a clock."""

    database: Engine
    secret: bytes = SECRET
    cost: Cost = CHEAP
    clock: Clock = field(default_factory=Clock)
    shredded: list[str] = field(default_factory=list)
    taken_out: list[tuple[str, float]] = field(default_factory=list)
    """Whose calls were to be ended, and when."""
    parts: PeopleParts = field(init=False)
    audit: AuditLog = field(init=False)

    def __post_init__(self) -> None:
        self.audit = AuditLog(self.secret)
        records = Records(self.database, self.audit, PeopleKeys(self.secret), lambda: os.urandom(16).hex())
        self.parts = people_parts(
            records,
            TIMES,
            lambda _, ids: self.shredded.extend(ids),
            lambda _, person_id, now: self.taken_out.append((person_id, now)),
            self.cost,
        )

    @property
    def now(self) -> float:
        return self.clock.now

    def invite(self, name: str, *roles: Role) -> str:
        """Invites somebody from the command line; returns the link's token."""
        wanted = roles or (Role.HELPER,)
        return self.parts.accounts.invite(COMMAND_LINE, name, name.lower(), wanted, self.now).token

    def employ(self, name: str, *roles: Role) -> Person:
        """Somebody who was invited and has joined."""
        person = self.parts.accounts.join(self.invite(name, *roles), PASSWORD, self.now)
        everything_was_read(self.database)
        return person

    def with_codes(self, name: str, *roles: Role) -> tuple[Person, pyotp.TOTP, tuple[str, ...]]:
        """Somebody with one-time codes, the app that makes them, and the recovery codes."""
        person = self.employ(name, *roles)
        set_up = self.parts.codes.begin(person.id, self.now)
        app = pyotp.TOTP(set_up.secret)
        given = self.parts.codes.confirm(person.id, set_up.sealed, app.at(self.now), self.now)
        self.clock.forward(30)
        return self.parts.accounts.person(person.id), app, given

    def sign_in(
        self, name: str, password: str = PASSWORD, address: str = OFFICE, browser: str = ""
    ) -> Passed:
        """The first step of signing in."""
        return self.parts.sign_in.with_password(
            name, password, address=address, browser=browser, now=self.now
        )

    def who(self, token: str) -> Person | None:
        return self.parts.sign_in.who(token, self.now)

    def kept(self, person_id: str, column: str) -> object:
        """What the database holds of somebody."""
        with self.database.connect() as connection:
            return connection.execute(select(people.c[column]).where(people.c.id == person_id)).scalar()

    def deeds(self) -> list[Entry]:
        """The audit log, oldest first."""
        with self.database.connect() as connection:
            return entries(connection, 1000)[::-1]


def everything_was_read(database: Engine) -> None:
    """All have seen the notices so far, such as those of who works here."""
    with database.begin() as connection:
        connection.execute(update(notices_for).values(seen=True))


def roles_of(person: Person) -> Collection[Role]:
    return set(person.roles)
