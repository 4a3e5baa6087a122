"""What a helper still has to fill in after a talk. None is lost because somebody just hung up: the task stays, reminds,
is shown to supervisors, and in the end is given up, so that the number can go in time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ivr.audit.log import WARMLINE
from ivr.outcomes.questions import HIGH_RISK, Answer, code_of_keys, is_hard, missing, read_answer
from ivr.outcomes.tables import outcome_tasks
from ivr.people.notices import NoticeKind, Notices, forget_about, supervisors
from ivr.store.callback_tables import attempts, callbacks

HOUR = 3600.0
FIRST_REMINDER, SECOND_REMINDER, TO_SUPERVISORS, GIVEN_UP = HOUR, 12 * HOUR, 24 * HOUR, 60 * HOUR
"""After so long, counted from the end of the talk. Giving up comes before the longest time that a number is kept."""
STEPS = (FIRST_REMINDER, SECOND_REMINDER, TO_SUPERVISORS, GIVEN_UP)


class NoSuchTask(LookupError):
    """Nobody has to fill in anything about this callback, or not any more. Permanent."""


class AfterTalks(Protocol):
    """What a talk means for the helper; the people's room knows the rest."""

    def mark_hard(self, connection: Connection, attempt_id: str, person_id: str, now: float) -> None: ...
    def owe_debrief(self, connection: Connection, person_id: str) -> None: ...


class RiskOpened(Protocol):
    """Who has to be told that a life is in danger."""

    def open_case(self, connection: Connection, callback_id: str, helper_id: str, now: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Task:
    """One outcome that is to be filled in. Times are seconds since 1970; `seconds` is how long the two talked."""

    callback_id: str
    helper_id: str
    opened_at: float
    state: str
    filled_in: str
    seconds: int
    answers: Mapping[str, Answer]

    @property
    def missing(self) -> list[str]:
        """The questions that are still to be answered."""
        return missing(self.answers)


def open_task(connection: Connection, callback_id: str, helper_id: str, seconds: float, now: float) -> None:
    """The two have talked for so long, and the helper owes the outcome. May be told again."""
    row = {
        "callback_id": callback_id,
        "helper_id": helper_id,
        "opened_at": now,
        "remind_at": now + FIRST_REMINDER,
        "reminded": 0,
        "state": "open",
        "filled_in": "",
        "seconds": int(seconds),
        "answers": "{}",
    }
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(outcome_tasks).values(row).on_conflict_do_nothing())


class OutcomeTasks:
    """The tasks of one installation. Everything happens in the transaction of whoever asks."""

    def __init__(self, helpers: AfterTalks, risk: RiskOpened, notices: Notices) -> None:
        self._helpers = helpers
        self._risk = risk
        self._notices = notices

    open_task = staticmethod(open_task)

    def answer(
        self, connection: Connection, callback_id: str, question: str, code: str, *, by: str, now: float
    ) -> list[str]:
        """Keeps one answer, whether it is the first, the same again or another; `by` is phone or web. Returns the
        questions that are still to be answered: with the last one the task is done.

        Raises NoSuchTask, AnswerUnusable.
        """
        return self.fill_in(connection, callback_id, {question: code}, by=by, now=now)

    def keyed(self, connection: Connection, callback_id: str, question: str, keys: str, now: float) -> bool:
        """Keeps what was keyed on the phone; False where these keys mean nothing here, or nothing is owed any more."""
        code = code_of_keys(connection, question, keys)
        if code is None:
            return False
        try:
            self.answer(connection, callback_id, question, code, by="phone", now=now)
        except NoSuchTask:
            return False
        return True

    def fill_in(
        self, connection: Connection, callback_id: str, codes: Mapping[str, str], *, by: str, now: float
    ) -> list[str]:
        """Keeps several answers, all of them or none; otherwise like `answer`."""
        task = self._locked(connection, callback_id)
        answers = dict(task.answers)
        answers |= {name: read_answer(connection, name, code) for name, code in codes.items()}
        left = missing(answers)
        changed: dict[str, Any] = {"answers": json.dumps(answers)}
        if not left and (task.state != "done" or answers != task.answers):
            changed |= {"state": "done", "filled_in": by}
        connection.execute(_change(callback_id).values(changed))
        if not left:
            forget_about(connection, callback_id)
        self._consequences(connection, task, answers, now)
        return left

    def open_of(self, connection: Connection, helper_id: str) -> list[Task]:
        """What this helper has to fill in, the oldest first."""
        wanted = select(outcome_tasks).where(outcome_tasks.c.helper_id == helper_id)
        return _tasks(connection, wanted.where(outcome_tasks.c.state == "open"))

    def overdue(self, connection: Connection, now: float) -> list[Task]:
        """What has been missing for a day, the oldest first: supervisors ask the helpers for it."""
        wanted = select(outcome_tasks).where(outcome_tasks.c.state == "open")
        return _tasks(connection, wanted.where(outcome_tasks.c.opened_at <= now - TO_SUPERVISORS))

    def find(self, connection: Connection, callback_id: str) -> Task:
        """One task. Raises NoSuchTask."""
        found = _tasks(connection, _of(callback_id))
        if not found:
            raise NoSuchTask(callback_id)
        return found[0]

    def remind(self, connection: Connection, callback_id: str, now: float) -> str:
        """Does what is due about one open task, once: "reminded", "told", "given_up", or "" for nothing."""
        row = connection.execute(_of(callback_id).with_for_update()).first()
        if row is None or row.state != "open":
            return ""
        due = sum(now >= row.opened_at + step for step in STEPS)
        if due <= row.reminded:
            return ""
        if due == len(STEPS):
            self._give_up(connection, row)
            return "given_up"
        connection.execute(_change(callback_id).values(reminded=due, remind_at=row.opened_at + STEPS[due]))
        tells_supervisors = STEPS[due - 1] == TO_SUPERVISORS
        kind = NoticeKind.OUTCOME_OVERDUE if tells_supervisors else NoticeKind.OUTCOME_MISSING
        told = supervisors(connection) if tells_supervisors else [row.helper_id]
        forget_about(connection, callback_id)
        self._notices.tell_these(connection, kind, told, WARMLINE, callback_id, {}, now)
        return "told" if tells_supervisors else "reminded"

    def open_missing(self, connection: Connection, callback_id: str, now: float) -> None:
        """Opens the task of a callback that ended with a talk, where nobody has come to do so."""
        callback = connection.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
        if callback is None:
            return
        attempt = connection.execute(select(attempts).where(attempts.c.id == callback.attempt)).first()
        talked = attempt is not None and attempt.talked_at and attempt.ended_at
        seconds = max(0.0, attempt.ended_at - attempt.talked_at) if attempt is not None and talked else 0.0
        open_task(connection, callback_id, callback.helper, seconds, now)

    def _give_up(self, connection: Connection, row: Row[Any]) -> None:
        """What the helper did say is kept."""
        said = "partly" if json.loads(row.answers) else "never"
        given_up = _change(row.callback_id).values(state="given_up", filled_in=said, reminded=len(STEPS))
        connection.execute(given_up)
        forget_about(connection, row.callback_id)

    def _locked(self, connection: Connection, callback_id: str) -> Task:
        found = _tasks(connection, _of(callback_id).with_for_update())
        if not found:
            raise NoSuchTask(callback_id)
        return found[0]

    def _consequences(
        self, connection: Connection, task: Task, answers: Mapping[str, Answer], now: float
    ) -> None:
        """Acts when an answer makes a difference, and not again when it is given again."""
        if is_hard(answers) and not is_hard(task.answers):
            of_this = select(callbacks.c.attempt).where(callbacks.c.id == task.callback_id)
            attempt = connection.execute(of_this).scalar()
            if attempt:
                self._helpers.mark_hard(connection, attempt, task.helper_id, now)
        if answers.get("risk") == HIGH_RISK and task.answers.get("risk") != HIGH_RISK:
            self._helpers.owe_debrief(connection, task.helper_id)
            self._risk.open_case(connection, task.callback_id, task.helper_id, now)


def to_remind(connection: Connection, now: float) -> list[str]:
    """The callbacks about whose task something is due."""
    due = and_(outcome_tasks.c.state == "open", outcome_tasks.c.remind_at <= now)
    query = select(outcome_tasks.c.callback_id).where(due).order_by(outcome_tasks.c.callback_id)
    return list(connection.execute(query).scalars())


def without_task(connection: Connection) -> list[str]:
    """The callbacks that ended with a talk and have no task."""
    query = (
        select(callbacks.c.id)
        .outerjoin(outcome_tasks, outcome_tasks.c.callback_id == callbacks.c.id)
        .where(callbacks.c.state == "closed", callbacks.c.ending == "talked")
        .where(outcome_tasks.c.callback_id.is_(None))
    )
    return list(connection.execute(query).scalars())


def _of(callback_id: str) -> Select[Any]:
    return select(outcome_tasks).where(outcome_tasks.c.callback_id == callback_id)


def _change(callback_id: str) -> Any:
    return update(outcome_tasks).where(outcome_tasks.c.callback_id == callback_id)


def _tasks(connection: Connection, query: Select[Any]) -> list[Task]:
    rows: Iterable[Row[Any]] = connection.execute(
        query.order_by(outcome_tasks.c.opened_at, outcome_tasks.c.callback_id)
    )
    return [
        Task(
            callback_id=row.callback_id,
            helper_id=row.helper_id,
            opened_at=row.opened_at,
            state=row.state,
            filled_in=row.filled_in,
            seconds=row.seconds,
            answers=json.loads(row.answers),
        )
        for row in rows
    ]
