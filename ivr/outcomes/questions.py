"""What is asked after a talk, in which order, and what may be answered: on the phone by key, on the web by code."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from ivr.outcomes.terms import KINDS, keyed, terms_of

SUICIDE = "asked_about_suicide"
BEFORE, AFTER = "distress_before", "distress_after"
QUESTIONS = ("contact_type", "issue", BEFORE, AFTER, SUICIDE, "risk", "action", "follow_up")
"""In the order in which they are asked."""
SUICIDE_ANSWERS = ("yes", "no", "declined")
NOT_ASKED = "not_asked"
"""The answer about distress where it couldn't be asked."""
MOST_DISTRESS = 10
HARD_FROM = 8
"""From this distress on, a talk was hard for the helper too."""
SOME_RISK, HIGH_RISK = "some", "high"
WITHOUT_TALK = frozenset({"silent", "abusive"})
"""Contact types of which nothing more is asked than what a life may depend on."""

Answer = str | int | None
Answers = Mapping[str, Answer]


class AnswerUnusable(ValueError):
    """There is no such question, or no such answer to it. Permanent until something else is answered."""


def needed(answers: Answers) -> tuple[str, ...]:
    """The questions that have to be answered, as far as is known by these answers."""
    if answers.get("contact_type") in WITHOUT_TALK:
        return ("contact_type", SUICIDE, "risk")
    return QUESTIONS


def missing(answers: Answers) -> list[str]:
    """The questions that are still to be answered, in their order."""
    return [question for question in needed(answers) if question not in answers]


def read_answer(connection: Connection, question: str, code: str) -> Answer:
    """An answer as it is kept: a code, 0 to 10, or None for what couldn't be asked. Raises AnswerUnusable."""
    if question in (BEFORE, AFTER):
        return _distress(code)
    if question == SUICIDE and code in SUICIDE_ANSWERS:
        return code
    if question in KINDS and any(term.code == code for term in terms_of(connection, question)):
        return code
    raise AnswerUnusable(question)


def code_of_keys(connection: Connection, question: str, keys: str) -> str | None:
    """The code that somebody has keyed on a phone, or None where it is none. A star is ten."""
    if question in (BEFORE, AFTER):
        return "10" if keys == "*" else keys if len(keys) == 1 and keys in "0123456789" else None
    if question == SUICIDE:
        return dict(zip("123", SUICIDE_ANSWERS, strict=True)).get(keys)
    return keyed(connection, question, keys) if question in KINDS else None


def is_hard(answers: Answers) -> bool:
    """Whether a talk was one of much distress, or of a life at risk."""
    before = answers.get(BEFORE)
    return answers.get("risk") in (SOME_RISK, HIGH_RISK) or (isinstance(before, int) and before >= HARD_FROM)


def _distress(code: str) -> int | None:
    if code == NOT_ASKED:
        return None
    if code.isascii() and code.isdecimal() and len(code) <= 2 and int(code) <= MOST_DISTRESS:
        return int(code)
    raise AnswerUnusable(BEFORE)
