"""Proving with a one-time code or a recovery code that somebody is who they say. Each code counts once."""

from __future__ import annotations

import hmac
import secrets
import unicodedata

import pyotp
from sqlalchemy import Connection, delete, insert, select, update

from ivr.people.keys import PeopleKeys, SealBroken
from ivr.people.refusals import CodesUnreadable, WrongCode
from ivr.people.tables import people, recovery_codes

STEP_SECONDS = 30
RECOVERY_CODES = 10
SECRET_OF_CODES = "one-time codes"  # noqa: S105 - what is sealed, not a secret
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for each other when copied by hand."""
PIECES, PIECE = 3, 4


def matching_step(secret: str, code: str, now: float) -> int | None:
    """Which half minute this code is of: the present one, or one before or after it, since clocks differ."""
    typed = _digits_of(code)
    present = int(now // STEP_SECONDS)
    steps = (present, present - 1, present + 1)
    totp = pyotp.TOTP(secret)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), typed)), None)


def use_code(connection: Connection, keys: PeopleKeys, person_id: str, code: str, now: float) -> None:
    """Uses up a one-time code. Raises WrongCode (also for one that was used), CodesUnreadable."""
    sealed = connection.execute(select(people.c.code_secret).where(people.c.id == person_id)).scalar()
    if sealed is None:
        raise WrongCode
    try:
        secret = keys.open(SECRET_OF_CODES, person_id, sealed).decode()
    except SealBroken:
        raise CodesUnreadable from None
    step = matching_step(secret, code, now)
    if step is None:
        raise WrongCode
    # A step that no code of now can have was used while the clock ran ahead. Once the clock is right again, waiting
    # until time gets there would keep its owner out for as long as the clock was wrong.
    latest = int(now // STEP_SECONDS) + 1
    unused = (people.c.code_step < step) | (people.c.code_step > latest)
    used = (
        update(people)
        .where(people.c.id == person_id, people.c.code_secret == sealed, unused)
        .values(code_step=step)
    )
    if connection.execute(used).rowcount != 1:
        raise WrongCode


def use_recovery_code(connection: Connection, keys: PeopleKeys, person_id: str, code: str) -> None:
    """Uses up a recovery code. Raises WrongCode."""
    mark = _mark_of(keys, person_id, code)
    used = delete(recovery_codes).where(
        recovery_codes.c.code == mark, recovery_codes.c.person_id == person_id
    )
    if connection.execute(used).rowcount != 1:
        raise WrongCode


def give_recovery_codes(connection: Connection, keys: PeopleKeys, person_id: str) -> tuple[str, ...]:
    """Ten new ones, in the place of all before, each like `abcd-efgh-2345` (59 random bits)."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
    given = tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))
    rows = [{"code": _mark_of(keys, person_id, code), "person_id": person_id} for code in given]
    connection.execute(insert(recovery_codes), rows)
    return given


def _new_recovery_code() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(PIECE)) for _ in range(PIECES))


def _mark_of(keys: PeopleKeys, person_id: str, code: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKC", code).lower() if c in LETTERS)
    return keys.mark("recovery code", person_id, plain)


def _digits_of(code: str) -> str:
    """The digits that were typed, with a blank in the middle or in the digits of another script."""
    found = (unicodedata.digit(character, None) for character in code)
    return "".join(str(digit) for digit in found if digit is not None)
