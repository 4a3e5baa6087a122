"""The terms in which outcomes are written. A code stays as it is for ever, because reports count by it; what people
read can be changed, in any language, and a term that isn't wanted any more is retired.

While nobody has changed anything there are no rows, and the defaults hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.audit.words import typed_text
from ivr.outcomes.default_terms import DEFAULTS
from ivr.outcomes.tables import outcome_tasks, outcomes, terms
from ivr.people.person import Person
from ivr.people.roles import Right

KINDS = tuple(DEFAULTS)
FIXED = frozenset({"risk"})
"""Warmline itself acts on these: their words can be changed, and nothing else."""
LONGEST_CODE = 16
LONGEST_LABEL = 80
KEY_DIGITS = {"contact_type": 1, "issue": 2, "risk": 1, "action": 1, "follow_up": 1}


class TermUnusable(Exception):
    """Base of what is wrong with a change of the terms. Permanent until something else is asked for."""


class NoSuchTerm(TermUnusable):
    """There is no such kind, or no such term of it."""


class TermFixed(TermUnusable):
    """Warmline acts on the terms of this kind: none can be added, retired or deleted."""


class TermInUse(TermUnusable):
    """Outcomes are written with it: it can be retired, and not deleted."""


class LastTerm(TermUnusable):
    """It is the last of its kind: helpers would have nothing to choose."""


class NoLabel(TermUnusable):
    """A term has no words at all."""


class KeyUnusable(TermUnusable):
    """The key has too many digits or too few, or another term has it."""


class MayNotEdit(TermUnusable):
    """This person's roles don't let them change terms."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term. `labels` are its words by language; `key` is how it is keyed on a phone, or empty."""

    kind: str
    code: str
    key: str
    labels: Mapping[str, str]
    position: int
    retired: bool = False

    def label(self, *languages: str) -> str:
        """Its words in the first of these languages that it has, else in English, else in any, else its code."""
        wanted = (*languages, "en", *self.labels)
        return next((self.labels[one] for one in wanted if self.labels.get(one)), self.code)


def defaults(kind: str) -> list[Term]:
    """The terms of a kind before anybody has changed them."""
    return [
        Term(kind, one.code, one.key, {"en": one.en, "fr": one.fr, "ar": one.ar, "sw": one.sw}, place)
        for place, one in enumerate(DEFAULTS[kind])
    ]


def terms_of(connection: Connection, kind: str, *, retired: bool = False) -> list[Term]:
    """The terms of a kind in their order; those that are retired too, where they are asked for. Raises NoSuchTerm."""
    if kind not in DEFAULTS:
        raise NoSuchTerm(kind)
    query = select(terms).where(terms.c.kind == kind).order_by(terms.c.position, terms.c.code)
    found = [
        Term(row.kind, row.code, row.key, json.loads(row.labels), row.position, row.retired)
        for row in connection.execute(query)
    ]
    return [term for term in found or defaults(kind) if retired or not term.retired]


def keyed(connection: Connection, kind: str, digits: str) -> str | None:
    """The code that somebody has keyed, or None."""
    found = (term.code for term in terms_of(connection, kind) if term.key and term.key == digits)
    return next(found, None)


class Terms:
    """Changes the terms. Each change and its row in the audit log happen together or not at all."""

    def __init__(self, audit: AuditLog, person: Callable[[str], Person]) -> None:
        self._audit = audit
        self._person = person

    def add(
        self, connection: Connection, kind: str, labels: Mapping[str, str], key: str, who: str, now: float
    ) -> str:
        """Adds a term at the end of its kind; its code is made of its words, once and for ever. Returns the code.

        Raises the situations above.
        """
        known = self._begin(connection, kind, who, only_words=False)
        words = _words(labels)
        code = _new_code(words, {term.code for term in known})
        _check_key(kind, key, known)
        place = max(term.position for term in known) + 1
        connection.execute(insert(terms).values(_row(Term(kind, code, key, words, place))))
        self._note(connection, kind, code, "added", who, now)
        return code

    def change(
        self,
        connection: Connection,
        kind: str,
        code: str,
        labels: Mapping[str, str],
        key: str,
        who: str,
        now: float,
    ) -> None:
        """Gives a term other words or another key. Raises the situations above."""
        known = self._begin(connection, kind, who)
        term = _one(known, code)
        words = _words(labels)
        _check_key(kind, key, [one for one in known if one.code != code])
        self._store(connection, replace(term, labels=words, key=key))
        self._note(connection, kind, code, "changed", who, now)

    def retire(
        self, connection: Connection, kind: str, code: str, retired: bool, who: str, now: float
    ) -> None:
        """Offers a term no more, or again. Raises the situations above."""
        known = self._begin(connection, kind, who, only_words=False)
        term = _one(known, code)
        _check_some_are_left(known, code)
        others = [one for one in known if one.code != code]
        is_taken = any(one.key == term.key and not one.retired for one in others)
        key = "" if not retired and is_taken else term.key
        self._store(connection, replace(term, retired=retired, key=key))
        self._note(connection, kind, code, "retired" if retired else "offered", who, now)

    def move_up(self, connection: Connection, kind: str, code: str, who: str, now: float) -> None:
        """Lets a term change places with the one before it; the first one stays. Raises the situations above."""
        known = self._begin(connection, kind, who)
        at = known.index(_one(known, code))
        if not at:
            return
        known[at - 1], known[at] = known[at], known[at - 1]
        for place, term in enumerate(known):
            self._store(connection, replace(term, position=place))
        self._note(connection, kind, code, "moved", who, now)

    def delete(self, connection: Connection, kind: str, code: str, who: str, now: float) -> None:
        """Deletes a term that nothing was ever written with. Raises the situations above."""
        known = self._begin(connection, kind, who, only_words=False)
        _one(known, code)
        _check_some_are_left(known, code)
        if is_used(connection, kind, code):
            raise TermInUse(code)
        connection.execute(delete(terms).where(terms.c.kind == kind, terms.c.code == code))
        self._note(connection, kind, code, "deleted", who, now)

    def _begin(self, connection: Connection, kind: str, who: str, only_words: bool = True) -> list[Term]:
        """All terms of a kind as rows, locked until the end of the transaction."""
        if not self._person(who).may(Right.EDIT_TERMS):
            raise MayNotEdit(who)
        if kind not in DEFAULTS:
            raise NoSuchTerm(kind)
        if kind in FIXED and not only_words:
            raise TermFixed(kind)
        if connection.execute(select(terms.c.code).where(terms.c.kind == kind).limit(1)).first() is None:
            rows = [_row(term) for term in defaults(kind)]
            connection.execute(_insert(connection).on_conflict_do_nothing(), rows)
        connection.execute(select(terms.c.code).where(terms.c.kind == kind).with_for_update())
        return terms_of(connection, kind, retired=True)

    def _store(self, connection: Connection, term: Term) -> None:
        this = terms.c.kind == term.kind, terms.c.code == term.code
        connection.execute(update(terms).where(*this).values(_row(term)))

    def _note(self, connection: Connection, kind: str, code: str, change: str, who: str, now: float) -> None:
        details = {"kind": kind, "code": code, "change": change}
        self._audit.append(connection, at=now, who=who, deed=Deed.TERMS_CHANGED, about=code, details=details)


def is_used(connection: Connection, kind: str, code: str) -> bool:
    """Whether anything is written with a term, or about to be."""
    if connection.execute(select(outcomes.c.id).where(outcomes.c[kind] == code).limit(1)).first():
        return True
    answered = connection.execute(select(outcome_tasks.c.answers)).scalars()
    return any(json.loads(answers).get(kind) == code for answers in answered)


def _insert(connection: Connection) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(terms)


def _row(term: Term) -> dict[str, Any]:
    return {
        "kind": term.kind,
        "code": term.code,
        "key": term.key,
        "labels": json.dumps(dict(term.labels), ensure_ascii=False, sort_keys=True),
        "position": term.position,
        "retired": term.retired,
    }


def _one(known: Iterable[Term], code: str) -> Term:
    found = next((term for term in known if term.code == code), None)
    if found is None:
        raise NoSuchTerm(code)
    return found


def _words(labels: Mapping[str, str]) -> dict[str, str]:
    words = {language: typed_text(text.strip())[:LONGEST_LABEL] for language, text in labels.items()}
    kept = {language: text for language, text in words.items() if text}
    if not kept:
        raise NoLabel
    return kept


def _new_code(words: Mapping[str, str], taken: Collection[str]) -> str:
    """Of the English words where there are any: a code is read by whoever works with the figures."""
    plain = re.sub(r"[^a-z0-9]+", "_", words.get("en", next(iter(words.values()))).lower()).strip("_")
    begun = plain[:LONGEST_CODE].strip("_") or "term"
    numbered = (f"{begun[: LONGEST_CODE - 3]}_{number}" for number in range(2, 100))
    return next(code for code in (begun, *numbered) if code not in taken)


def _check_key(kind: str, key: str, others: Iterable[Term]) -> None:
    if not key:
        return
    if not re.fullmatch(rf"[0-9]{{{KEY_DIGITS[kind]}}}", key):
        raise KeyUnusable(key)
    if any(term.key == key and not term.retired for term in others):
        raise KeyUnusable(key)


def _check_some_are_left(known: Iterable[Term], but: str) -> None:
    if not any(term.code != but and not term.retired for term in known):
        raise LastTerm(but)
