"""Names of people, and names to sign in with. Pure."""

from __future__ import annotations

import unicodedata

from ivr.audit.words import typed_text
from ivr.logs import HIDDEN
from ivr.people.refusals import NameUnusable

LONGEST_NAME = 120
SHORTEST_SIGN_IN_NAME = 3
BESIDES_LETTERS = frozenset(".-_@+")


def tidy_name(name: str) -> str:
    """What colleagues call somebody, on one line. Raises NameUnusable."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable() or HIDDEN in typed_text(tidy):
        raise NameUnusable(name)
    return tidy


def tidy_sign_in_name(name: str) -> str:
    """A name to sign in with: letters of any script, digits, and . - _ @ +. Raises NameUnusable."""
    tidy = folded_sign_in_name(name)
    if not SHORTEST_SIGN_IN_NAME <= len(tidy) <= LONGEST_NAME:
        raise NameUnusable(name)
    if not all(c.isalnum() or unicodedata.combining(c) or c in BESIDES_LETTERS for c in tidy):
        raise NameUnusable(name)
    # Whoever signed in with a phone number would leave it in the clear, outside the vault.
    if HIDDEN in typed_text(tidy):
        raise NameUnusable(name)
    return tidy


def folded_sign_in_name(name: str) -> str:
    """How a name is looked for: capitals, blanks around it and ways to write the same letter make no difference."""
    # What no database takes is a character that nobody has in a name.
    readable = name.replace("\0", "?").encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", readable).casefold()).strip()
