"""The outcome, keyed on the phone right after the talk: eight short questions, one key each but for the issue.

Whatever is keyed is kept at once. Whoever hangs up half-way, or keys nothing, finds the rest on the page of tasks.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import select

from ivr.legs.parts import LegParts, Said
from ivr.legs.words import Words
from ivr.outcomes.questions import AnswerUnusable, code_of_keys, needed
from ivr.outcomes.tables import outcome_tasks
from ivr.outcomes.tasks import NoSuchTask, OutcomeTasks
from ivr.people.tables import people
from ivr.store.callback_tables import callbacks
from ivr.store.engine import reading
from ivr.store.tables import lines
from ivr.telephony.contract import CodeScreen, Dialect, EndScreen, LegEvent, Screen

OUTCOME, PHONE = "outcome", "phone"
QUESTIONS = (
    ("contact_type", "outcome_contact"),
    ("issue", "outcome_issue"),
    ("distress_before", "outcome_before"),
    ("distress_after", "outcome_after"),
    ("asked_about_suicide", "outcome_suicide"),
    ("risk", "outcome_risk"),
    ("action", "outcome_action"),
    ("follow_up", "outcome_follow_up"),
)
"""What is asked, in this order, and the prompt that says the question with its keys."""
TWO_DIGITS = frozenset({"issue"})
ISSUE_WAIT_SECONDS = 5
MOST_SILENCES = 2
"""Whoever keys nothing twice running has put the phone down beside them, and fills it in later."""


class OutcomeLeg:
    """The questions to a helper who is still on the line."""

    def __init__(self, parts: LegParts, tasks: OutcomeTasks) -> None:
        self._parts = parts
        self._tasks = tasks

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """The next question. A wrong key is asked about once more; a silence leaves the question for later."""
        del dialect
        words, at = self._words(event.of), _read(event.step)
        if words is None or at.place >= len(QUESTIONS) or event.happening == "over":
            return Said(EndScreen(()) if words is None else words.end("helper_goodbye"))
        if event.happening == "silence" and at.silences + 1 >= MOST_SILENCES:
            return Said(words.end("outcome_later", "helper_goodbye"))
        if event.happening == "digits" and not self._kept(event, at.place) and at.tries == 0:
            return _ask(words, event.of, at._replace(tries=1))
        silences = at.silences + 1 if event.happening == "silence" else 0
        place = self._next_place(event.of, at.place)
        if place is not None:
            return _ask(words, event.of, Place(place, 0, silences))
        return Said(words.end(*self._last_words(event.of), "helper_goodbye"))

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """The leg's endings are told to the helper's leg, which this is."""

    def _kept(self, event: LegEvent, place: int) -> bool:
        """Whether the keys mean something. They are kept before the next question is asked."""
        question = QUESTIONS[place][0]
        with self._parts.database.begin() as connection:
            code = code_of_keys(connection, question, event.keys)
            if code is None:
                return False
            try:
                self._tasks.answer(connection, event.of, question, code, by=PHONE, now=self._parts.clock())
            except (NoSuchTask, AnswerUnusable):
                return False
        return True

    def _next_place(self, callback_id: str, place: int) -> int | None:
        """The next question that is needed: of a caller who said nothing few are."""
        with reading(self._parts.database) as connection:
            try:
                wanted = needed(self._tasks.find(connection, callback_id).answers)
            except NoSuchTask:
                return None
        later = range(place + 1, len(QUESTIONS))
        return next((one for one in later if QUESTIONS[one][0] in wanted), None)

    def _last_words(self, callback_id: str) -> tuple[str, ...]:
        with reading(self._parts.database) as connection:
            try:
                left = self._tasks.find(connection, callback_id).missing
            except NoSuchTask:
                left = []
        return ("outcome_later",) if left else ("outcome_saved",)

    def _words(self, callback_id: str) -> Words | None:
        query = (
            select(lines.c.release_id, people.c.languages)
            .select_from(callbacks)
            .join(lines, lines.c.id == callbacks.c.line_id)
            .join(outcome_tasks, outcome_tasks.c.callback_id == callbacks.c.id)
            .join(people, people.c.id == outcome_tasks.c.helper_id)
            .where(callbacks.c.id == callback_id)
        )
        with reading(self._parts.database) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        release = self._parts.release_of(row.release_id)
        return Words.of(release, self._parts.addresses, json.loads(row.languages))


class Place(NamedTuple):
    """Where in the questions somebody is: which one, how often it was answered wrongly, how many weren't answered."""

    place: int = 0
    tries: int = 0
    silences: int = 0


def first_question(words: Words, callback_id: str) -> Said:
    """Begins, after the talk."""
    return _ask(words, callback_id, Place(), "outcome_intro")


def _ask(words: Words, callback_id: str, at: Place, *before: str) -> Said:
    question, prompt = QUESTIONS[at.place]
    screen: Screen = words.ask(*before, prompt)
    if question in TWO_DIGITS:
        screen = CodeScreen(words.clips(*before, prompt), ISSUE_WAIT_SECONDS, 2)
    return Said(screen, OUTCOME, callback_id, ".".join(map(str, at)))


def _read(step: str) -> Place:
    parts = step.split(".")
    if len(parts) != len(Place._fields) or not all(part.isdigit() and len(part) < 3 for part in parts):
        return Place(len(QUESTIONS))
    return Place(*map(int, parts))
