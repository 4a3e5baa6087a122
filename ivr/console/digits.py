"""Digits and numbers as people type them: with blanks, dashes, and the digits of their own script."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[\s().\-/‐-―−\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain_digits(text: str) -> str:
    """The same with 0 to 9 for the digits of any script, and without blanks: `٠١٢ ٣٤٥` becomes `012345`."""
    digits = "".join(str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in text)
    return re.sub(r"[\s\u200e\u200f\u2066-\u2069]", "", digits)


def international(text: str) -> str:
    """A number as it is typed, in international form as far as that can be told: `00` and blanks are put right."""
    number = _BETWEEN.sub("", plain_digits(text))
    return f"+{number[2:]}" if number.startswith("00") else number
