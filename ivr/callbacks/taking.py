"""A helper takes a callback by choice, from a page or from a phone, or gives it back. Raises the situations below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine, func, select

from ivr.callbacks import machine
from ivr.callbacks.book import Book, Change
from ivr.callbacks.dispatch import offering_of, take
from ivr.callbacks.matching import fits
from ivr.callbacks.ports import Hurry
from ivr.callbacks.put_back import note_put_back, reason_of
from ivr.callbacks.queue import Glance
from ivr.callbacks.rows import callback_of, wanted_of
from ivr.people.helpers import Helper, Helpers
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.people.wellbeing import Standing, Verdict
from ivr.store.callback_tables import attempts, callbacks

How = Literal["console", "rang_in"]
BY_CHOICE = frozenset({Standing.FREE, Standing.OFF, Standing.WRAP_UP, Standing.PAUSED})
"""Whoever takes a call by choice may be off call, or in wrap-up. The rules that protect helpers hold all the same."""


class HelperNotFree(Exception):
    """This helper may not have a call now; `verdict` says why and until when."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.standing.value)
        self.verdict = verdict


class NotAllowedToTake(Exception):
    """This person's roles don't let them take callbacks. Permanent until an admin changes the roles."""


class NoOwnNumber(Exception):
    """The helper's own phone isn't known, so nothing can be rung. Permanent until the number is given."""


class NobodyWaits(Exception):
    """Nobody waits whom this helper may call."""


class TakenMeanwhile(Exception):
    """Somebody else was faster, the caller took the wish back, or it isn't safe to call any more."""


class NotFitting(Exception):
    """This callback wants another language, a woman or a man, or training that this helper doesn't have."""


@dataclass(frozen=True, slots=True)
class Taker:
    """A helper as the queue sees one."""

    person_id: str
    languages: tuple[str, ...]
    gender: str
    crisis_trained: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """The service behind "take" and "put back"."""

    database: Engine
    book: Book
    helpers: Helpers
    person: Callable[[str], Person]
    hurry: Hurry
    new_id: Callable[[], str]

    def take(self, person_id: str, callback_id: str | None, how: How, now: float) -> str:
        """The attempt's id; without a callback's id, the first that fits. The helper's phone is rung at once, unless
        it is the one that rings in.
        """
        person = self.person(person_id)
        if not person.may(Right.TAKE_CALLBACKS):
            raise NotAllowedToTake(person_id)
        if person.number_id is None and how == "console":
            raise NoOwnNumber(person_id)
        attempt = self.new_id()
        with self.database.begin() as connection:
            taker = self._free_taker(connection, person_id, now)
            wanted = callback_id or Glance().first_for(connection, offering_of(taker), now)
            if wanted is None:
                raise NobodyWaits
            self._check_fits(connection, wanted, taker)
            change = take(connection, self.book, wanted, taker, how, attempt, now)
            if change is None:
                raise TakenMeanwhile(wanted)
        if how == "console":
            self.hurry.after(wanted, change.deeds)
        return attempt

    def could_take(self, person_id: str, callback_id: str, now: float) -> bool:
        """Whether `take` would give it to them now. Nothing is promised: somebody else may be faster."""
        person = self.person(person_id)
        if not person.may(Right.TAKE_CALLBACKS) or person.number_id is None:
            return False
        with self.database.connect() as connection:
            helper = self.helpers.helper(connection, person_id, now)
            row = connection.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
        return (
            row is not None
            and helper.verdict.standing in BY_CHOICE
            and fits(wanted_of(row), offering_of(_taker(helper)))
            and machine.may_be_taken(callback_of(row), now)
        )

    def waiting_for(self, person_id: str, now: float) -> dict[str | None, int]:
        """How many wait whom this helper may call, by language (None: never chosen), those with nobody left out."""
        with self.database.connect() as connection:
            return _count(connection, _taker(self.helpers.helper(connection, person_id, now)), now)

    def put_back(self, person_id: str, attempt_id: str, now: float, reason: str = "") -> bool:
        """Gives a callback back before the caller has answered; False when it is too late, or isn't this person's. The
        code of the reason stays with the callback; one that isn't of the list counts as none.
        """
        mine = select(attempts.c.id).where(attempts.c.id == attempt_id, attempts.c.helper_id == person_id)
        with self.database.begin() as connection:
            if connection.execute(mine).first() is None:
                return False
            change = self.book.in_attempt(connection, attempt_id, machine.PutBack(attempt_id), now)
            if change is None or not _was_put_back(change, attempt_id):
                return False
            note_put_back(connection, change.row.id, reason_of(reason))
        self.hurry.after(change.row.id, change.deeds)
        self.hurry.dispatch()
        return True

    def _free_taker(self, connection: Connection, person_id: str, now: float) -> Taker:
        helper = self.helpers.helper(connection, person_id, now)
        if helper.verdict.standing not in BY_CHOICE:
            raise HelperNotFree(helper.verdict)
        return _taker(helper)

    def _check_fits(self, connection: Connection, callback_id: str, taker: Taker) -> None:
        # Locked before the helper is claimed, as the dispatcher does: otherwise the two may wait for each other.
        found = select(callbacks).where(callbacks.c.id == callback_id).with_for_update()
        row = connection.execute(found).first()
        if row is None:
            raise TakenMeanwhile(callback_id)
        if not fits(wanted_of(row), offering_of(taker)):
            raise NotFitting(callback_id)


def _taker(helper: Helper) -> Taker:
    person = helper.person
    return Taker(person.id, person.languages, person.gender, helper.state.crisis_trained)


def _was_put_back(change: Change, attempt_id: str) -> bool:
    return bool(change.row.attempt == attempt_id and change.row.state != change.callback.state.value)


def _count(connection: Connection, taker: Taker, now: float) -> dict[str | None, int]:
    columns = callbacks.c
    genders = ("", taker.gender)
    query = (
        select(columns.language, func.count().label("waiting"))
        .where(columns.state == machine.State.WAITING.value, columns.ready.is_(True), columns.until > now)
        .where(columns.language.in_(taker.languages) | columns.language.is_(None))
        .where(columns.gender.in_(genders), columns.number_id.is_not(None))
        .group_by(columns.language)
    )
    if not taker.crisis_trained:
        query = query.where(columns.crisis.is_(False))
    return {row.language: row.waiting for row in connection.execute(query)}
