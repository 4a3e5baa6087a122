"""PINs: how a helper with any phone says who they are. Locked by itself: the web's attempts don't count here."""

from __future__ import annotations

import base64
import re
import secrets
from itertools import pairwise

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ivr.audit.deeds import Deed
from ivr.people.failures import charge, take_back
from ivr.people.keys import SealBroken
from ivr.people.passwords import Passwords
from ivr.people.person import Person
from ivr.people.records import Records, find_person, open_account
from ivr.people.refusals import NoPhoneCodeLeft, PinRefused, WrongPin
from ivr.people.sessions import remember_mark
from ivr.people.subjects import Subjects, is_known, phone_mark
from ivr.people.tables import people
from ivr.store.engine import reading

SHORTEST_PIN, LONGEST_PIN = 6, 10
PHONE_CODE_LENGTHS = (4, 5, 6)
TRIES_OF_A_LENGTH = 40
"""While so many random codes of a length are all taken, most of that length are: a longer one is given."""
ALIKE = 2
"""A PIN of no more than so many different digits is one that everybody tries."""
RISING = "01234567890"
YEAR = re.compile(r"19[3-9][0-9]|20[0-2][0-9]")
"""In which somebody may have been born, married, or set the PIN."""


class Pins:
    """PINs of one installation."""

    def __init__(self, records: Records, passwords: Passwords, subjects: Subjects) -> None:
        self._records = records
        self._passwords = passwords
        self._subjects = subjects

    def set(self, person_id: str, pin: str, now: float) -> str:
        """A new PIN. Returns the phone code that names this person on a keypad, 4 to 6 digits, given by us; it stays
        the same from the first PIN on. Raises PinRefused, NobodyOfThisId, NoPhoneCodeLeft, TooBusy.
        """
        with reading(self._records.database) as connection:
            phone_code = find_person(connection, person_id).phone_code
        judge_pin(pin, phone_code or "")
        hashed = self._passwords.hash(pin)
        candidates = [phone_code] if phone_code else _new_phone_codes(pin)
        for candidate in candidates:
            try:
                return self._keep(person_id, candidate, hashed, now)
            except IntegrityError:
                # Somebody else has this code.
                continue
        raise NoPhoneCodeLeft

    def off(self, person_id: str, now: float) -> None:
        """Deletes PIN and phone code. Raises NobodyOfThisId."""
        with self._records.database.begin() as connection:
            open_account(connection, person_id)
            connection.execute(update(people).where(people.c.id == person_id).values(pin="", phone_code=None))
            self._records.audit.append(
                connection,
                at=now,
                who=person_id,
                deed=Deed.PIN_CHANGED,
                about=person_id,
                details={"pin": "off"},
            )

    def check(self, phone_code: str, pin: str, now: float, *, phone: str = "") -> Person:
        """Who this is on the phone. `phone` is an opaque token of the phone that is being used, or empty; from a phone
        that has been right before, nobody else's wrong attempts keep a helper out.

        Raises WrongPin, ShutFor (TooBusy where the machine is).
        """
        phone_code = phone_code if phone_code.isascii() and phone_code.isdigit() else ""
        mark = phone_mark(self._records.keys, phone)
        with reading(self._records.database) as connection:
            active = (people.c.phone_code == phone_code) & (people.c.state == "active")
            row = connection.execute(select(people.c.id, people.c.pin).where(active)).first()
            known = is_known(connection, mark, row.id if row else "")
        counters = self._subjects.of_pin(phone_code, phone, known=known)
        with self._passwords.turn(known=known):
            charged = charge(self._records.database, counters, now)
            fits = self._passwords.matches(row.pin if row else "", pin)
        if not fits or row is None:
            raise WrongPin
        with self._records.database.begin() as connection:
            person = open_account(connection, row.id)
            kept = connection.execute(select(people.c.pin).where(people.c.id == row.id)).scalar()
            if person.state != "active" or kept != row.pin:
                raise WrongPin
            take_back(connection, charged)
            if phone:
                remember_mark(connection, mark, person.id, now)
        return person

    def cover(self, phone_code: str, call: str) -> str:
        """A phone code as it may stand in an address between two questions: letters, and only of use in this call."""
        sealed = self._records.keys.seal("phone code", call, phone_code.encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def uncover(self, covered: str, call: str) -> str:
        """The phone code; empty, which is nobody's, for what wasn't covered in this call."""
        try:
            sealed = base64.urlsafe_b64decode(covered + "=" * (-len(covered) % 4))
            return self._records.keys.open("phone code", call, sealed).decode()
        except (ValueError, SealBroken):
            return ""

    def _keep(self, person_id: str, phone_code: str, hashed: str, now: float) -> str:
        with self._records.database.begin() as connection:
            had = open_account(connection, person_id).phone_code
            given = had or phone_code
            connection.execute(
                update(people).where(people.c.id == person_id).values(pin=hashed, phone_code=given)
            )
            self._records.audit.append(
                connection, at=now, who=person_id, deed=Deed.PIN_CHANGED, about=person_id
            )
        return given


def judge_pin(pin: str, phone_code: str) -> None:
    """Raises PinRefused when it can't be taken by somebody with this phone code."""
    if not (pin.isascii() and pin.isdigit()):
        raise PinRefused("not_digits")
    if len(pin) < SHORTEST_PIN:
        raise PinRefused("too_short")
    if len(pin) > LONGEST_PIN:
        raise PinRefused("too_long")
    if len(set(pin)) <= ALIKE or _repeats(pin):
        raise PinRefused("repeats")
    if _is_a_run(pin):
        raise PinRefused("run")
    if phone_code and phone_code in pin:
        raise PinRefused("phone_code")
    if YEAR.search(pin):
        raise PinRefused("year")


def _repeats(pin: str) -> bool:
    return any(pin == (pin[:length] * len(pin))[: len(pin)] for length in range(1, len(pin) // 2 + 1))


def _is_a_run(pin: str) -> bool:
    """Up or down by one, or by two, or in two halves that are."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1:
        return True
    half = len(pin) // 2
    return all(_in_order(part) for part in (pin[:half], pin[half:]))


def _in_order(digits: str) -> bool:
    return digits in RISING or digits in RISING[::-1] or len(set(digits)) == 1


def _new_phone_codes(pin: str) -> list[str]:
    """Random codes to try, short ones first; none that would stand in the PIN."""
    tried = [
        str(secrets.randbelow(9 * 10 ** (length - 1)) + 10 ** (length - 1))
        for length in PHONE_CODE_LENGTHS
        for _ in range(TRIES_OF_A_LENGTH)
    ]
    return [code for code in tried if code not in pin]
