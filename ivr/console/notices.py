"""Notices as the top of every page shows them, until whoever reads it has seen them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ivr.console.languages import gettext
from ivr.console.parts import ConsoleParts
from ivr.console.words import who_in_words
from ivr.people.notices import Notice, NoticeKind
from ivr.people.person import Person
from ivr.people.refusals import NobodyOfThisId
from ivr.store.engine import reading

MOST = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One notice in words; `at` in seconds since 1970."""

    id: str
    at: float
    text: str
    reason: str


def unseen_by(parts: ConsoleParts, person: Person) -> list[Told]:
    """The newest of what this person hasn't seen yet; the others come when these have been seen."""
    with reading(parts.database) as connection:
        found = parts.people.notices.unseen(connection, person.id)
    # Whoever did it needn't be told.
    of_others = [notice for notice in found if notice.who != person.id][:MOST]
    return [_told(notice, _name(parts, notice.who)) for notice in of_others]


def _name(parts: ConsoleParts, who: str) -> str:
    try:
        names = {who: parts.people.accounts.person(who).name}
    except NobodyOfThisId:
        names = {}
    return who_in_words(who, names)


def _told(notice: Notice, name: str) -> Told:
    return Told(notice.id, notice.at, _in_words(notice.kind, name), notice.details.get("reason", ""))


def _in_words(kind: str, name: str) -> Any:
    if kind == NoticeKind.NUMBER_REVEALED:
        return gettext("%(name)s has revealed a caller's number.", name=name)
    if kind == NoticeKind.NUMBER_HELD:
        return gettext("%(name)s keeps a caller's number for longer.", name=name)
    if kind == NoticeKind.HOLD_ENDED:
        return gettext("%(name)s has ended the keeping of a caller's number.", name=name)
    return gettext("%(name)s did something that you should know of.", name=name)
