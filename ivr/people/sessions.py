"""Sign-ins in the database: a keyed hash of the browser's token each, with when it began and was last seen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from ivr.people.keys import PeopleKeys, new_token
from ivr.people.person import Person
from ivr.people.records import Records, find_person
from ivr.people.subjects import browser_mark
from ivr.people.tables import known_browsers, sign_ins
from ivr.store.engine import reading

HALF_IN_SECONDS = 600.0
"""How long after the password the one-time code may come."""
SEEN_SECONDS = 60.0
"""How often it is written down that somebody is still there."""
CLOCK_SECONDS = 300.0
"""How far the clocks of two machines may be apart."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A step of signing in has gone well. `token` replaces the browser's token before, which counts no more.

    With `needs_code` the person is half in: `with_code` or `with_recovery_code` comes next. `browser`, when it isn't
    empty, is to be kept by the browser for long: with it, nobody else's wrong attempts shut this browser out.
    """

    needs_code: bool
    token: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Times:
    """When a sign-in ends by itself, in seconds: not seen for so long, and however often it was seen."""

    idle: float
    longest: float


class LivingSignIn(NamedTuple):
    """Who holds a good token. Until it is `complete`, the one-time code is still to come."""

    person: Person
    complete: bool


class Sessions:
    """The sign-ins of one installation."""

    def __init__(self, records: Records, times: Times) -> None:
        self._records = records
        self._times = times

    def living(self, token: str, now: float, *, here: bool = True) -> LivingSignIn | None:
        """Whose token this is and how far they have come, when it is still good. Not `here`: a page asks by itself, and
        nobody has been seen.
        """
        if not token:
            return None
        with reading(self._records.database) as connection:
            row = self._row(connection, token)
            if row is None or not self._is_good(row, now):
                return None
            person = find_person(connection, row.person_id)
        if person.state != "active":
            return None
        if here and now - row.seen_at >= SEEN_SECONDS:
            self._write_seen(row.token, now)
        return LivingSignIn(person, bool(row.complete))

    def begin(
        self,
        connection: Connection,
        person_id: str,
        now: float,
        *,
        complete: bool,
        since: float | None = None,
    ) -> str:
        """A new token for somebody. `since` is when the password was given, where that isn't now."""
        token = new_token()
        connection.execute(
            insert(sign_ins).values(
                token=self._mark(token),
                person_id=person_id,
                complete=complete,
                started_at=now if since is None else since,
                seen_at=now,
            )
        )
        return token

    def end(self, connection: Connection, token: str, *, complete: bool) -> Row[Any] | None:
        """Ends this one; returns its row, or None when somebody else was faster, or it never was."""
        row = self._row(connection, token)
        ended = delete(sign_ins).where(
            sign_ins.c.token == self._mark(token), sign_ins.c.complete.is_(complete)
        )
        return row if connection.execute(ended).rowcount == 1 else None

    def end_all(self, connection: Connection, person_id: str, but: str = "") -> None:
        """Ends all of a person's, except that of the token `but`."""
        connection.execute(
            delete(sign_ins).where(sign_ins.c.person_id == person_id, sign_ins.c.token != self._mark(but))
        )

    def _row(self, connection: Connection, token: str) -> Row[Any] | None:
        return connection.execute(select(sign_ins).where(sign_ins.c.token == self._mark(token))).first()

    def _is_good(self, row: Row[Any], now: float) -> bool:
        # Where a clock was set back, a sign-in from the future would live for as long as that: it is over instead.
        if max(row.started_at, row.seen_at) > now + CLOCK_SECONDS:
            return False
        since_start, since_seen = float(now - row.started_at), float(now - row.seen_at)
        if not row.complete:
            return since_start <= HALF_IN_SECONDS
        return since_seen <= self._times.idle and since_start <= self._times.longest

    def _write_seen(self, mark: str, now: float) -> None:
        seen = update(sign_ins).where(sign_ins.c.token == mark, sign_ins.c.seen_at < now).values(seen_at=now)
        # A page that can be read is worth more than this minute.
        with suppress(OperationalError), self._records.database.begin() as connection:
            connection.execute(seen)

    def _mark(self, token: str) -> str:
        return self._records.keys.mark("sign-in", token)


def remember_browser(
    connection: Connection, keys: PeopleKeys, browser: str, person_id: str, now: float
) -> str:
    """Notes that this person signs in with this browser; returns what the browser has to keep.

    What it kept already stays, since other people sign in with it too; but only if it is from us.
    """
    wanted = select(known_browsers.c.token).where(known_browsers.c.token == browser_mark(keys, browser))
    if not browser or connection.execute(wanted).first() is None:
        browser = new_token()
    remember_mark(connection, browser_mark(keys, browser), person_id, now)
    return browser


def remember_mark(connection: Connection, mark: str, person_id: str, now: float) -> None:
    """Notes that this person has come in with this browser or phone."""
    insert_here = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    added = insert_here(known_browsers).values(token=mark, person_id=person_id, seen_at=now)
    connection.execute(
        added.on_conflict_do_update(index_elements=["token", "person_id"], set_={"seen_at": now})
    )
