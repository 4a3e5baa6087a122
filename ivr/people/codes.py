"""One-time codes: six digits that an app makes anew every half minute, and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

import pyotp
from sqlalchemy import Connection, delete, func, select, update

from ivr.audit.deeds import Deed
from ivr.people.failures import charge, take_back
from ivr.people.keys import SealBroken
from ivr.people.person import Person
from ivr.people.proofs import (
    RECOVERY_CODES,
    SECRET_OF_CODES,
    give_recovery_codes,
    matching_step,
    use_code,
    use_recovery_code,
)
from ivr.people.records import Records, find_person, open_account
from ivr.people.refusals import CodesAlreadyOn, NobodyOfThisId, SetUpTooOld, WrongCode
from ivr.people.sessions import Sessions
from ivr.people.subjects import Subjects
from ivr.people.tables import people, recovery_codes
from ivr.store.engine import reading

__all__ = ["RECOVERY_CODES", "Codes", "SetUp"]

SET_UP_SECONDS = 1800.0
SET_UP = "set-up of one-time codes"
ISSUER = "Warmline"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the set-up page shows: the secret to be typed, the same as an `otpauth://` address (for a QR picture), and
    `sealed`, which comes back with the first code in a hidden field. Nothing is kept before that."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    sealed: str = field(repr=False)


class Codes:
    """One-time codes of one installation."""

    def __init__(self, records: Records, subjects: Subjects, sessions: Sessions) -> None:
        self._records = records
        self._subjects = subjects
        self._sessions = sessions

    def begin(self, person_id: str, now: float) -> SetUp:
        """A new secret for somebody. Raises NobodyOfThisId, CodesAlreadyOn."""
        person = self._person(person_id)
        if person.has_codes:
            raise CodesAlreadyOn
        secret = pyotp.random_base32()
        told = json.dumps({"secret": secret, "at": now}).encode()
        sealed = base64.urlsafe_b64encode(self._records.keys.seal(SET_UP, person_id, told)).decode()
        return _shown(person, secret, sealed)

    def again(self, person_id: str, sealed: str, now: float) -> SetUp:
        """The same set-up once more, for the page after a wrong code. Raises SetUpTooOld, NobodyOfThisId."""
        return _shown(self._person(person_id), self._secret_of(person_id, sealed, now), sealed)

    def confirm(
        self, person_id: str, sealed: str, code: str, now: float, *, token: str = ""
    ) -> tuple[str, ...]:
        """Switches codes on, proved by a first one. Returns ten recovery codes, to be shown once, kept nowhere.

        `token` is the sign-in in which this is done: all others of this person end, since no code was asked there.
        Raises WrongCode (ask again with the same `sealed`), SetUpTooOld, CodesAlreadyOn, NobodyOfThisId.
        """
        secret = self._secret_of(person_id, sealed, now)
        step = matching_step(secret, code, now)
        if step is None:
            raise WrongCode
        kept = self._records.keys.seal(SECRET_OF_CODES, person_id, secret.encode())
        with self._records.database.begin() as connection:
            open_account(connection, person_id)
            switched_on = (
                update(people)
                .where(people.c.id == person_id, people.c.code_secret.is_(None))
                .values(code_secret=kept, code_step=step)
            )
            if connection.execute(switched_on).rowcount != 1:
                raise CodesAlreadyOn
            given = give_recovery_codes(connection, self._records.keys, person_id)
            self._sessions.end_all(connection, person_id, but=token)
            self._note(connection, person_id, Deed.CODES_SWITCHED_ON, now)
        return given

    def new_recovery_codes(self, person_id: str, code: str, now: float) -> tuple[str, ...]:
        """Ten new recovery codes, proved by a one-time code; the old ones count no more.

        Raises WrongCode, ShutFor, NobodyOfThisId, CodesUnreadable.
        """
        person = self._person(person_id)
        charged = charge(self._records.database, self._subjects.of_signed_in(person), now)
        with self._records.database.begin() as connection:
            open_account(connection, person_id)
            use_code(connection, self._records.keys, person_id, code, now)
            take_back(connection, charged)
            given = give_recovery_codes(connection, self._records.keys, person_id)
            self._note(connection, person_id, Deed.RECOVERY_CODES_RENEWED, now)
        return given

    def off(self, person_id: str, code: str, now: float) -> None:
        """Switches one's own codes off, proved by a one-time code or a recovery code.

        Raises WrongCode, ShutFor, NobodyOfThisId.
        """
        person = self._person(person_id)
        charged = charge(self._records.database, self._subjects.of_signed_in(person), now)
        with self._records.database.begin() as connection:
            open_account(connection, person_id)
            self._prove_somehow(connection, person_id, code, now)
            take_back(connection, charged)
            connection.execute(update(people).where(people.c.id == person_id).values(code_secret=None))
            connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
            self._note(connection, person_id, Deed.CODES_SWITCHED_OFF, now)

    def left(self, person_id: str) -> int:
        """How many recovery codes this person still has."""
        wanted = select(func.count()).where(recovery_codes.c.person_id == person_id)
        with reading(self._records.database) as connection:
            return connection.execute(wanted).scalar_one()

    def _prove_somehow(self, connection: Connection, person_id: str, code: str, now: float) -> None:
        try:
            use_code(connection, self._records.keys, person_id, code, now)
        except WrongCode:
            use_recovery_code(connection, self._records.keys, person_id, code)

    def _secret_of(self, person_id: str, sealed: str, now: float) -> str:
        try:
            told = self._records.keys.open(SET_UP, person_id, base64.urlsafe_b64decode(sealed.encode()))
        except (SealBroken, ValueError):
            raise SetUpTooOld from None
        found = json.loads(told)
        if not 0 <= now - found["at"] <= SET_UP_SECONDS:
            raise SetUpTooOld
        secret: str = found["secret"]
        return secret

    def _person(self, person_id: str) -> Person:
        with reading(self._records.database) as connection:
            person = find_person(connection, person_id)
        if person.state == "closed":
            raise NobodyOfThisId(person_id)
        return person

    def _note(self, connection: Connection, person_id: str, deed: Deed, now: float) -> None:
        self._records.audit.append(connection, at=now, who=person_id, deed=deed, about=person_id)


def _shown(person: Person, secret: str, sealed: str) -> SetUp:
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.sign_in_name, issuer_name=ISSUER)
    return SetUp(secret, uri, sealed)
