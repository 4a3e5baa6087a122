"""Reads what the waiting time is told from: who is on call now and in the next days, and how many wait before."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, and_, false, func, or_, select, true
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.machine import State
from ivr.callbacks.matching import CRISIS, Offering, Wanted, fits
from ivr.callbacks.waiting_time import FARTHEST_SECONDS, MOST_AHEAD, UNKNOWN, Stretch, expected_at, told
from ivr.people.helpers import Helper, Helpers
from ivr.people.roster import OnShift, coming
from ivr.people.standings import A_DAY, left_out_of, shifts_of
from ivr.store.callback_tables import callbacks
from ivr.store.engine import reading

REMEMBERED_SECONDS = 30.0
"""The roster doesn't change from one caller to the next, and reading it takes longer than a turn may."""

log = structlog.get_logger()


class Outlook:
    """What can be promised. One a process."""

    def __init__(self, database: Engine, helpers: Helpers) -> None:
        self._database = database
        self._helpers = helpers
        self._known: list[Stretch] = []
        self._read_at = float("-inf")

    def waiting_time(self, callback: Mapping[str, Any], now: float) -> str:
        """The prompt that tells the caller of this row how long she will wait. Never raises: then nobody knows."""
        wanted = Wanted(
            callback["language"], callback["gender"], CRISIS if callback["crisis"] else callback["need"]
        )
        try:
            with reading(self._database) as connection:
                stretches = self._stretches(connection, now)
                ahead = _ahead(connection, callback, _fitting(stretches, wanted))
        except SQLAlchemyError as error:
            log.warning("waiting_time_unknown", error=type(error).__name__)
            return UNKNOWN
        expected = expected_at(
            stretches,
            wanted,
            ahead=ahead,
            opens=callback["not_before"],
            now=now,
            wrap_up=self._helpers.care.wrap_up_seconds,
        )
        return told(expected, now, callback["time_zone"])

    def _stretches(self, connection: Connection, now: float) -> list[Stretch]:
        if time.monotonic() - self._read_at > REMEMBERED_SECONDS:
            self._known = _read(connection, self._helpers, now)
            self._read_at = time.monotonic()
        return self._known


def _read(connection: Connection, helpers: Helpers, now: float) -> list[Stretch]:
    everybody = {one.person.id: one for one in helpers.everybody(connection, now)}
    shifts = shifts_of(connection, everybody, not_before=now - A_DAY)
    left_out = left_out_of(connection, (shift.id for shift in shifts), not_before=now - A_DAY)
    by_person: dict[str, list[OnShift]] = defaultdict(list)
    for one in coming(shifts, left_out, now, int(FARTHEST_SECONDS // A_DAY)):
        by_person[one.person].append(one)
    return [stretch for helper in everybody.values() for stretch in _of(helper, by_person, now)]


def _of(helper: Helper, by_person: Mapping[str, list[OnShift]], now: float) -> list[Stretch]:
    person, state = helper.person, helper.state
    offering = Offering(frozenset(person.languages), person.gender, state.crisis_trained)
    found = [Stretch(offering, one.begins, one.ends) for one in by_person.get(person.id, ())]
    if helper.stretch is not None and not state.paused:
        rested = helper.verdict.until or now
        found.append(Stretch(offering, max(now, rested), helper.stretch.ends))
    return found


def _fitting(stretches: Iterable[Stretch], wanted: Wanted) -> Mapping[tuple[str, bool], set[str]]:
    """The languages of the helpers who may have a callback, by their gender and training."""
    found: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for offering in (one.offering for one in stretches if fits(wanted, one.offering)):
        found[offering.gender, offering.crisis_trained] |= offering.languages
    return found


def _ahead(
    connection: Connection, callback: Mapping[str, Any], helpers: Mapping[tuple[str, bool], set[str]]
) -> int:
    """How many wait before whom at least one of these helpers could take too; counted as far as it matters."""
    columns = callbacks.c
    same = or_(
        false(),
        *(
            and_(
                or_(columns.language.in_(languages), columns.language.is_(None)),
                columns.gender.in_(("", gender)),
                true() if trained else columns.crisis.is_(False),
            )
            for (gender, trained), languages in helpers.items()
        ),
    )
    before = or_(
        columns.priority < callback["priority"],
        (columns.priority == callback["priority"]) & (columns.ranked_at < callback["ranked_at"]),
    )
    waiting = select(columns.id).where(
        columns.state == State.WAITING.value, columns.id != callback["id"], same, before
    )
    counted = select(func.count()).select_from(waiting.limit(MOST_AHEAD + 1).subquery())
    return int(connection.execute(counted).scalar_one())
