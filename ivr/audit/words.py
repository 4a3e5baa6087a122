"""Texts that people type: what looks like a phone number in them is hidden, however it is spelled. Pure."""

from __future__ import annotations

import re
import unicodedata

from ivr.logs import HIDDEN, hide_numbers

LONGEST_DETAIL = 500

_SPELLED = re.compile(
    r"(?<!\w)(?P<readable>[0-9a-f]{32}"
    r"|(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?:[T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9])?)?)(?!\w)"
    r"|(?:[0-9][\W_xX]{0,4}){6,}[0-9]"
)


def typed_text(text: str) -> str:
    """The text as it may be kept, at most 500 characters. Numbers in the digits of any script are found, and also those
    spelled out digit by digit with whatever stands between; dates and ids stay readable. A NUL, which PostgreSQL keeps
    nowhere, is left out.
    """
    plain = "".join(_ascii_digit(character) for character in text.replace("\0", ""))
    plain = plain.encode("utf-8", "replace").decode()
    hidden = _SPELLED.sub(lambda found: found["readable"] or HIDDEN, plain)
    return hide_numbers(hidden)[:LONGEST_DETAIL]


def _ascii_digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)
