"""A phone number that can be carried about and not read.

Only `ivr.vault.plain` opens one, and only the vault and the network side of telephony may import that: an import
contract holds it.
"""

from __future__ import annotations

import re
from typing import NoReturn

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
HIDDEN = "•••"


class NotANumber(ValueError):
    """What was given can't be a phone number. Permanent. Never says what it was."""


class PhoneNumber:
    """A number in international form. Prints as `+255•••`, and can be neither pickled nor written as JSON."""

    __slots__ = ("_e164",)

    def __init__(self, e164: str) -> None:
        """Raises NotANumber for what isn't `+` and seven to fifteen digits."""
        if not isinstance(e164, str) or not _E164.fullmatch(e164):
            raise NotANumber("not a number in international form")
        self._e164 = e164

    def __repr__(self) -> str:
        return f"{country_calling_code(self._e164)}{HIDDEN}"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PhoneNumber) and other._e164 == self._e164

    def __hash__(self) -> NoReturn:
        # A set or a cache of numbers would keep them for longer than anybody looks after them.
        raise TypeError("a number isn't kept anywhere but in the vault")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a number isn't kept anywhere but in the vault")


def country_calling_code(e164: str) -> str:
    """The part of a number that says which country, such as `+255`; a whole country says nothing of one person."""
    # Imported here: it is needed when somebody prints a number, and takes a while.
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    for length in (1, 2, 3):
        if int(e164[1 : 1 + length]) in COUNTRY_CODE_TO_REGION_CODE:
            return e164[: 1 + length]
    return "+"
