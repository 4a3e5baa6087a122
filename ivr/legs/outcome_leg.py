"""The outcome, keyed on the phone right after the talk: eight short questions, one key each but for the issue.

Whatever is keyed is kept at once. Whoever hangs up half-way, or keys nothing, finds the rest on the page of tasks.
"""

from __future__ import annotations

import json

from sqlalchemy import select

from ivr.legs.parts import LegParts, Said
from ivr.legs.words import Words
from ivr.outcomes.questions import AnswerUnusable, code_of_keys
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


class OutcomeLeg:
    """The questions to a helper who is still on the line."""

    def __init__(self, parts: LegParts, tasks: OutcomeTasks) -> None:
        self._parts = parts
        self._tasks = tasks

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """The next question. A wrong key is asked about once more; a silence leaves the question for later."""
        del dialect
        words = self._words(event.of)
        place, tries = _place(event.step)
        if words is None or place >= len(QUESTIONS) or event.happening == "over":
            return Said(EndScreen(()) if words is None else words.end("helper_goodbye"))
        if event.happening == "digits" and not self._kept(event, place) and tries == 0:
            return _ask(words, event.of, place, 1)
        if place + 1 < len(QUESTIONS):
            return _ask(words, event.of, place + 1, 0)
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


def first_question(words: Words, callback_id: str) -> Said:
    """Begins, after the talk."""
    return _ask(words, callback_id, 0, 0, "outcome_intro")


def _ask(words: Words, callback_id: str, place: int, tries: int, *before: str) -> Said:
    question, prompt = QUESTIONS[place]
    clips = words.clips(*before, prompt)
    screen: Screen = words.ask(*before, prompt)
    if question in TWO_DIGITS:
        screen = CodeScreen(clips, ISSUE_WAIT_SECONDS, 2)
    return Said(screen, OUTCOME, callback_id, f"{place}.{tries}")


def _place(step: str) -> tuple[int, int]:
    place, _, tries = step.partition(".")
    if len(place) > 2 or not place.isdigit() or not tries.isdigit():
        return len(QUESTIONS), 0
    return int(place), int(tries[:2])
