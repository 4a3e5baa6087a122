"""Signing in and out. Whoever passes holds a random token; the database knows only a keyed hash of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection, Row, select, update

from ivr.audit.deeds import Deed
from ivr.audit.log import WARMLINE
from ivr.people.failures import Charged, charge, take_back
from ivr.people.names import LONGEST_NAME, folded_sign_in_name
from ivr.people.passwords import Passwords, judge_password
from ivr.people.person import Person
from ivr.people.proofs import use_code, use_recovery_code
from ivr.people.records import Records, find_person, open_account
from ivr.people.refusals import NobodyOfThisId, NotSignedIn, TooBusy, WrongNameOrPassword
from ivr.people.sessions import HALF_IN_SECONDS, LivingSignIn, Passed, Sessions, remember_browser
from ivr.people.subjects import Subjects, browser_mark, is_known
from ivr.people.tables import people
from ivr.store.engine import reading

__all__ = ["HALF_IN_SECONDS", "Passed", "SignIn"]

log = structlog.get_logger()


class SignIn:
    """Signing in on the web. `address` is where the request comes from; `browser` what the browser kept, or empty."""

    def __init__(
        self, records: Records, passwords: Passwords, subjects: Subjects, sessions: Sessions
    ) -> None:
        self._records = records
        self._passwords = passwords
        self._subjects = subjects
        self._sessions = sessions

    def with_password(
        self, sign_in_name: str, password: str, *, address: str, browser: str, now: float
    ) -> Passed:
        """The first step. Raises WrongNameOrPassword, ShutFor (TooBusy where the machine is)."""
        # Whether the name exists must show nowhere, so everything below is done for nobody too.
        name = folded_sign_in_name(sign_in_name[: 2 * LONGEST_NAME])
        with reading(self._records.database) as connection:
            row = _row_named(connection, name)
            person_id, kept = (row.id, row.password) if row else ("", "")
            known = is_known(connection, browser_mark(self._records.keys, browser), person_id)
        counters = self._subjects.of_sign_in(name, address, browser, known=known, person_id=person_id)
        with self._passwords.turn(known=known):
            charged = charge(self._records.database, counters, now)
            fits = self._passwords.matches(kept, password)
        if not fits:
            self._note_if_shut(charged, person_id, now)
            raise WrongNameOrPassword
        newer = self._hashed_again(kept, password)
        with self._records.database.begin() as connection:
            person = _still_as(connection, person_id, kept)
            take_back(connection, charged)
            if newer != kept:
                connection.execute(update(people).where(people.c.id == person_id).values(password=newer))
            if person.has_codes:
                token = self._sessions.begin(connection, person_id, now, complete=False)
                return Passed(True, token, "")
            return self._complete(connection, person_id, browser, now)

    def with_code(self, token: str, code: str, *, browser: str, now: float) -> Passed:
        """The second step: the one-time code.

        Raises WrongCode, ShutFor, NotSignedIn (begin again), CodesUnreadable (an admin has to help).
        """

        def prove(connection: Connection, person_id: str) -> None:
            use_code(connection, self._records.keys, person_id, code, now)

        return self._second_step(token, prove, browser, now)

    def with_recovery_code(self, token: str, code: str, *, browser: str, now: float) -> Passed:
        """The second step without the telephone that makes codes. Raises WrongCode, ShutFor, NotSignedIn."""

        def prove(connection: Connection, person_id: str) -> None:
            use_recovery_code(connection, self._records.keys, person_id, code)

        return self._second_step(token, prove, browser, now, Deed.RECOVERY_CODE_USED)

    def who(self, token: str, now: float) -> Person | None:
        """Whose complete sign-in this is, or None: timed out, signed out, half in, account closed."""
        living = self._sessions.living(token, now)
        return living.person if living and living.complete else None

    def half_in(self, token: str, now: float) -> Person | None:
        """Who has given the password with this token, and still has to give a code; or None."""
        living = self._sessions.living(token, now)
        return living.person if living and not living.complete else None

    def living(self, token: str, now: float, *, here: bool = True) -> LivingSignIn | None:
        """Both at once: who holds this token, and whether a code is still to come. `here`: somebody was seen."""
        return self._sessions.living(token, now, here=here)

    def confirm_password(self, token: str, password: str, now: float) -> Person:
        """Asks somebody who is signed in once more, before what can't be undone.

        Raises WrongNameOrPassword, ShutFor, NotSignedIn.
        """
        person = self._signed_in(token, now)
        with self._asked_again(person, password, now) as connection:
            return find_person(connection, person.id)

    def change_password(self, token: str, old: str, new: str, now: float) -> Passed:
        """Changes one's own password, and signs out everywhere else.

        Raises WrongNameOrPassword (the old one), ShutFor, PasswordRefused (the new one), NotSignedIn.
        """
        person = self._signed_in(token, now)
        judge_password(new, (person.name, person.sign_in_name))
        hashed = self._passwords.hash(new)
        with self._asked_again(person, old, now) as connection:
            before = self._sessions.end(connection, token, complete=True)
            if before is None:
                raise NotSignedIn
            connection.execute(update(people).where(people.c.id == person.id).values(password=hashed))
            self._sessions.end_all(connection, person.id)
            renewed = self._sessions.begin(connection, person.id, now, complete=True, since=before.started_at)
            self._note(connection, person.id, Deed.PASSWORD_CHANGED, person.id, now)
        return Passed(False, renewed, "")

    def out(self, token: str, now: float) -> None:
        """Signs out here. Nothing happens for a token that is no one's."""
        if not token:
            return
        with self._records.database.begin() as connection:
            if self._sessions.end(connection, token, complete=False) is not None:
                return
            ended = self._sessions.end(connection, token, complete=True)
            if ended is not None:
                self._note(connection, ended.person_id, Deed.SIGNED_OUT, ended.person_id, now)

    def out_everywhere(self, who: str, person_id: str, now: float) -> None:
        """Signs somebody out on every browser: oneself, or an admin somebody else. Raises NobodyOfThisId."""
        with self._records.database.begin() as connection:
            open_account(connection, person_id)
            self._sessions.end_all(connection, person_id)
            self._note(connection, who, Deed.SIGNED_OUT_EVERYWHERE, person_id, now)

    def _second_step(
        self,
        token: str,
        prove: Callable[[Connection, str], None],
        browser: str,
        now: float,
        deed: Deed | None = None,
    ) -> Passed:
        person = self.half_in(token, now)
        if person is None:
            raise NotSignedIn
        with reading(self._records.database) as connection:
            known = is_known(connection, browser_mark(self._records.keys, browser), person.id)
        charged = charge(self._records.database, self._subjects.of_code(person, browser, known=known), now)
        with self._records.database.begin() as connection:
            prove(connection, person.id)
            if self._sessions.end(connection, token, complete=False) is None:
                raise NotSignedIn
            take_back(connection, charged)
            if deed is not None:
                self._note(connection, person.id, deed, person.id, now)
            return self._complete(connection, person.id, browser, now)

    def _complete(self, connection: Connection, person_id: str, browser: str, now: float) -> Passed:
        kept = remember_browser(connection, self._records.keys, browser, person_id, now)
        token = self._sessions.begin(connection, person_id, now, complete=True)
        self._note(connection, person_id, Deed.SIGNED_IN, person_id, now)
        return Passed(False, token, kept)

    def _signed_in(self, token: str, now: float) -> Person:
        person = self.who(token, now)
        if person is None:
            raise NotSignedIn
        return person

    @contextmanager
    def _asked_again(self, person: Person, password: str, now: float) -> Iterator[Connection]:
        """A transaction in which it is certain that the password is this person's."""
        with reading(self._records.database) as connection:
            kept = connection.execute(select(people.c.password).where(people.c.id == person.id)).scalar_one()
        with self._passwords.turn(known=True):
            charged = charge(self._records.database, self._subjects.of_signed_in(person), now)
            fits = self._passwords.matches(kept, password)
        if not fits:
            raise WrongNameOrPassword
        with self._records.database.begin() as connection:
            _still_as(connection, person.id, kept)
            take_back(connection, charged)
            yield connection

    def _hashed_again(self, kept: str, password: str) -> str:
        """How the password is to be kept from now on: where the cost has changed, not as before."""
        if not self._passwords.is_outdated(kept):
            return kept
        try:
            return self._passwords.hash(password)
        except TooBusy:
            return kept

    def _note_if_shut(self, charged: Charged, person_id: str, now: float) -> None:
        if not charged.newly_shut:
            return
        log.warning("sign_in_shut", person=person_id or "nobody")
        with self._records.database.begin() as connection:
            self._note(connection, WARMLINE, Deed.SIGN_IN_SHUT, person_id, now)

    def _note(self, connection: Connection, who: str, deed: Deed, about: str, now: float) -> None:
        self._records.audit.append(connection, at=now, who=who, deed=deed, about=about)


def _row_named(connection: Connection, sign_in_name: str) -> Row[str, str] | None:
    active = (people.c.sign_in_name == sign_in_name) & (people.c.state == "active")
    return connection.execute(select(people.c.id, people.c.password).where(active)).first()


def _still_as(connection: Connection, person_id: str, password: str) -> Person:
    """The person, unless the account was closed or has another password since it was looked at."""
    try:
        person = open_account(connection, person_id)
    except NobodyOfThisId:
        raise WrongNameOrPassword from None
    now_kept = connection.execute(select(people.c.password).where(people.c.id == person_id)).scalar()
    if person.state != "active" or now_kept != password:
        raise WrongNameOrPassword
    return person
