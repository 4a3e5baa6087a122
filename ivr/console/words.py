"""What the house calls its roles, genders and languages, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import lazy_gettext as _l

from flows import languages as known
from ivr.console.languages import LANGUAGES, gettext, language
from ivr.people.person import Person
from ivr.people.roles import Role

ROLES: dict[Role, Any] = {
    Role.HELPER: _l("Helper"),
    Role.STAFF: _l("Staff"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.ADMIN: _l("Admin"),
}

ROLE_HINTS: dict[Role, Any] = {
    Role.HELPER: _l("Talks with callers who have asked to be called back."),
    Role.STAFF: _l("Records what callers hear, and looks after menus and services."),
    Role.SUPERVISOR: _l("Stands by helpers. May keep or reveal a number when a life is at risk."),
    Role.ADMIN: _l("Invites people, changes roles, and reads the audit log."),
}

GENDERS: dict[str, Any] = {
    "": _l("I'd rather not say"),
    "woman": _l("Woman"),
    "man": _l("Man"),
    "other": _l("Another"),
}

STATES: dict[str, Any] = {"invited": _l("Invited"), "active": _l("Active"), "closed": _l("Closed")}


def role_words(roles: Iterable[Role]) -> list[Any]:
    """Roles in words, always in the same order."""
    given = set(roles)
    return [word for role, word in ROLES.items() if role in given]


def language_name(code: str) -> str:
    """What the reader calls a language; its code where nobody knows it."""
    try:
        found = Locale.parse(code, sep="-").get_display_name(language())
    except (UnknownLocaleError, ValueError):
        found = None
    text = str(found or known.name(code))
    return text[:1].upper() + text[1:]


def language_names(codes: Sequence[str]) -> str:
    """Several languages, one after the other."""
    return in_a_row(language_name(code) for code in codes)


def in_a_row(words: Iterable[str]) -> str:
    """Several words, with the comma of the reader's script between them."""
    return ("، " if language() == "ar" else ", ").join(words)


def reads_choices() -> list[tuple[str, Any]]:
    """The languages a person may have the console in."""
    return [("", _l("The one this browser asks for")), *LANGUAGES.items()]


def isolated(name: str) -> str:
    """A name inside a sentence, so that its own direction of writing doesn't turn the sentence around."""
    return f"\u2068{name}\u2069"


def who_in_words(who: str, names: dict[str, str]) -> str:
    """Who did something: a person's name, or what else acts."""
    if who == "command line":
        return gettext("Somebody at the command line")
    if who == "warmline":
        return gettext("Warmline itself")
    return isolated(names[who]) if who in names else gettext("Somebody unknown")


def names_of(people: Iterable[Person]) -> dict[str, str]:
    """The name of everybody, by id."""
    return {person.id: person.name for person in people}


NEEDS: dict[str, Any] = {
    "emotional_support": _l("Somebody to talk to"),
    "crisis": _l("Help in a crisis"),
}
"""What callers ask for in the flows that ship. A hotline's own flows name theirs in its own words."""


def need_in_words(need: str) -> str:
    """What a caller has asked for."""
    return str(NEEDS.get(need) or need.replace("_", " "))
