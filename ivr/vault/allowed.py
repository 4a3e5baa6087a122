"""Which numbers this hotline rings. The caller chooses whom we dial, and what a phone shows can be forged."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

from ivr.vault.errors import CannotBeCalled
from ivr.vault.number import PhoneNumber
from ivr.vault.plain import e164_of

_ORDINARY = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
"""Everything else costs extra, or can't be a person's phone: premium, shared cost, personal, pager, free of charge …"""


def check_can_be_called(number: PhoneNumber, countries: Collection[str]) -> None:
    """Raises CannotBeCalled for what isn't an ordinary number of one of these countries (two letters each)."""
    try:
        parsed = phonenumbers.parse(e164_of(number))
    except NumberParseException as error:
        raise CannotBeCalled("no country has such numbers") from error
    if not phonenumbers.is_valid_number(parsed):
        raise CannotBeCalled("no such number exists")
    if phonenumbers.number_type(parsed) not in _ORDINARY:
        raise CannotBeCalled("not an ordinary phone")
    if phonenumbers.region_code_for_number(parsed) not in countries:
        raise CannotBeCalled("not of a country that is called")


def time_zones_of(number: PhoneNumber) -> tuple[str, ...]:
    """The time zones in which a number may be, none where they aren't known. They say when it is night, and not whose
    phone it is.
    """
    try:
        found = time_zones_for_number(phonenumbers.parse(e164_of(number)))
    except NumberParseException:
        return ()
    return tuple(zone for zone in found if is_known_zone(zone))


@lru_cache(maxsize=512)
def is_known_zone(zone: str) -> bool:
    """Whether this machine knows the hours of a time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
