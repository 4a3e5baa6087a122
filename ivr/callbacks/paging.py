"""Supervisors are paged: their phones ring, one after the other, until one of them accepts.

A page is about a callback of somebody in crisis whom nobody has reached, or about a life at risk. It is quiet when a
supervisor accepts it, on the phone or on the web, and over when what it is about is. Nobody has been called by
accepting: while the caller waits and nobody is at it, the page opens again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Dialect, Engine, Row, and_, exists, or_, select, update

from ivr.callbacks.machine import State
from ivr.callbacks.supervisors import Supervisor
from ivr.callbacks.taking import (
    HelperNotFree,
    How,
    NobodyWaits,
    NoOwnNumber,
    NotAllowedToTake,
    NotFitting,
    TakenMeanwhile,
)
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.store.callback_tables import callbacks, pages, risk_cases
from ivr.store.hot import Addition, Insertion

CRISIS_PAGE, RISK_PAGE = "crisis", "risk"
Kind = Literal["crisis", "risk"]
Stands = Literal["open", "yours", "taken"]
"""Of a page, to whoever picks up: it can be taken on; it is theirs, and nobody is to be rung; or somebody is at it."""


class NotASupervisor(Exception):
    """This person's roles don't let them accept a page. Permanent until an admin changes the roles."""


class PageOver(LookupError):
    """There is no such page, or not any more: what it was about is over. Permanent."""


class AcceptedByAnother(Exception):
    """Another supervisor was faster; the id of that person."""


@dataclass(frozen=True, slots=True)
class PagingRules:
    """Seconds. For the time of `hurry` the round of supervisors begins again after `spacing`, afterwards after `slow`:
    nothing rings for ever as often as in the first minutes, and nothing is given up."""

    ring: int = 30
    between: float = 5.0
    """From one supervisor who doesn't accept to the next."""
    spacing: float = 60.0
    hurry: float = 900.0
    slow: float = 600.0
    left: float = 180.0
    """For how long an accepted callback may lie there, with nobody at it, before supervisors are rung again."""

    @property
    def longest_ring(self) -> float:
        """After this a ring is over, whether or not anybody has said so: the page is said, and a key waited for."""
        return self.ring + 90.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """`attempt` is under which the callback is the supervisor's now; empty where it can't be at this moment, because
    of the hour, of the language, or because the supervisor isn't free: then it waits on, the board shows it, and
    the page opens again if nobody else calls. `rings`: the supervisor's phone rings for the page; whoever picks up and
    presses the key there is put through to the caller."""

    attempt: str = ""
    rings: bool = False


class Takes(Protocol):
    """Gives somebody a callback."""

    def take(self, person_id: str, callback_id: str | None, how: How, now: float) -> str: ...
    def could_take(self, person_id: str, callback_id: str, now: float) -> bool: ...


class AcceptsRisk(Protocol):
    """The cases of lives at risk."""

    def accept(self, connection: Connection, case_id: str, who: str, now: float) -> None: ...


Supervisors = Callable[[Connection, float], Sequence[Supervisor]]


class CrisisPages:
    """The page of a callback that somebody in crisis asks for: kept in the turn that says "it is noted"."""

    def __init__(self, dialect: Dialect) -> None:
        # One page a callback, by its id: who asks again changes nothing of it.
        self._page = Insertion(pages, dialect, changes=("line_id",))

    def addition(self, callback_id: str, line_id: str, at: float) -> Addition:
        """What is written with the callback."""
        row = {
            "id": callback_id,
            "kind": CRISIS_PAGE,
            "about": callback_id,
            "line_id": line_id,
            "opened_at": at,
            "next_at": at,
            "tries": 0,
            "ringing": "",
            "leg": "",
            "accepted_by": "",
        }
        return Addition(self._page, row)


@dataclass(frozen=True, slots=True)
class Pages:
    """The service behind "I take this on"."""

    database: Engine
    rules: PagingRules
    supervisors: Supervisors
    person: Callable[[str], Person]
    taking: Takes
    risk: AcceptsRisk

    def accept(self, page_id: str, person_id: str, now: float, how: How = "console") -> Accepted:
        """A supervisor takes it on, and with a crisis the callback, where that can be called now. May be told again.

        `how` is `console` for the web, then the supervisor's phone is rung at once, unless it rings for this page
        already; `rang_in` on the phone that was rung for the page. Raises NotASupervisor, PageOver, AcceptedByAnother.
        """
        if not self.person(person_id).may(Right.CLOSE_CASE):
            raise NotASupervisor(person_id)
        with self.database.begin() as connection:
            page = connection.execute(_open_page(page_id).with_for_update(of=pages)).first()
            if page is None:
                raise PageOver(page_id)
            if page.accepted_by not in ("", person_id):
                raise AcceptedByAnother(page.accepted_by)
            this = update(pages).where(pages.c.id == page_id)
            if how == "console" and page.ringing:
                # The end of that ring says when the page is looked at again.
                connection.execute(this.values(accepted_by=person_id))
            else:
                # Accepted on the phone, the ring has done its work.
                left = {"next_at": now + self.rules.left, "ringing": "", "leg": ""}
                connection.execute(this.values(accepted_by=person_id, **left))
            if page.kind == RISK_PAGE:
                self.risk.accept(connection, page.about, person_id, now)
                return Accepted()
        if how == "console" and page.ringing == person_id:
            return self._through_the_ring(page, now)
        return self._take(person_id, page.about, how, now)

    def stands(self, page_id: str, person_id: str) -> Stands:
        """What a supervisor may still do about it who has just picked up."""
        about_it = select(pages).where(pages.c.id == page_id, is_about_something(now_waiting=True))
        with self.database.connect() as connection:
            page = connection.execute(about_it).first()
        if page is None or page.accepted_by not in ("", person_id):
            return "taken"
        return "yours" if page.accepted_by and page.kind == RISK_PAGE else "open"

    def leg_known(self, page_id: str, person_id: str, leg: str) -> None:
        """The provider's name of a supervisor's leg, from whichever webhook brings it first."""
        this = pages.c.id == page_id, pages.c.ringing == person_id, pages.c.leg == ""
        with self.database.begin() as connection:
            connection.execute(update(pages).where(*this).values(leg=leg))

    def ring_is_over(self, page_id: str, person_id: str, leg: str, now: float) -> None:
        """A supervisor's phone doesn't ring any more, for whatever reason: the next one's may. `leg` is empty where the
        provider was never asked. A late word of another ring changes nothing."""
        with self.database.begin() as connection:
            page = connection.execute(select(pages).where(pages.c.id == page_id).with_for_update()).first()
            if page is None or page.ringing != person_id or (page.leg and leg and page.leg != leg):
                return
            pause = self.rules.left if page.accepted_by else self._pause(connection, page, now)
            after = {"ringing": "", "leg": "", "next_at": now + pause}
            connection.execute(update(pages).where(pages.c.id == page_id).values(after))
        if page.kind == CRISIS_PAGE and page.accepted_by == person_id:
            self._take(person_id, page.about, "console", now)

    def _pause(self, connection: Connection, page: Row[Any], now: float) -> float:
        """Until the next one is rung: a moment within a round, and longer after it."""
        round_of = len(self.supervisors(connection, now)) or 1
        if page.tries % round_of:
            return self.rules.between
        to_be_called = select(callbacks.c.not_before).where(callbacks.c.id == page.about)
        since = max(page.opened_at, connection.execute(to_be_called).scalar() or 0.0)
        return self.rules.spacing if now - since < self.rules.hurry else self.rules.slow

    def reopen(self, now: float) -> int:
        """Opens the pages again whose callers nobody has called, though a supervisor has accepted; returns how many."""
        lie_there = (
            pages.c.kind == CRISIS_PAGE,
            pages.c.accepted_by != "",
            pages.c.ringing == "",
            pages.c.next_at <= now,
            exists().where(
                callbacks.c.id == pages.c.about,
                may_be_called(),
                callbacks.c.not_before <= now - self.rules.left,
            ),
        )
        with self.database.begin() as connection:
            again = update(pages).where(*lie_there).values(accepted_by="", next_at=now)
            return connection.execute(again).rowcount

    def _through_the_ring(self, page: Row[Any], now: float) -> Accepted:
        """Accepted on the web by whose phone rings for it: that phone leads to the caller, where this supervisor can
        call her at all; otherwise it needn't ring any more."""
        if self.taking.could_take(page.ringing, page.about, now):
            return Accepted(rings=True)
        this = pages.c.id == page.id, pages.c.ringing == page.ringing
        with self.database.begin() as connection:
            connection.execute(update(pages).where(*this).values(next_at=now))
        return Accepted()

    def _take(self, person_id: str, callback_id: str, how: How, now: float) -> Accepted:
        try:
            return Accepted(self.taking.take(person_id, callback_id, how, now))
        except (
            HelperNotFree,
            NobodyWaits,
            NoOwnNumber,
            NotAllowedToTake,
            NotFitting,
            TakenMeanwhile,
        ):
            return Accepted(self._in_hand(person_id, callback_id))

    def _in_hand(self, person_id: str, callback_id: str) -> str:
        """The attempt of this supervisor who has it already, as after the key on the phone and the button; or empty."""
        mine = select(callbacks.c.attempt).where(
            callbacks.c.id == callback_id,
            callbacks.c.helper == person_id,
            callbacks.c.state != State.CLOSED.value,
        )
        with self.database.connect() as connection:
            return connection.execute(mine).scalar() or ""


def may_be_called() -> Any:
    """Of a callback: it waits, nobody is busy with it, and its safe hours have begun."""
    return and_(callbacks.c.state == State.WAITING.value, callbacks.c.ready.is_(True))


def is_about_something(now_waiting: bool = False) -> Any:
    """What a page is about isn't over; with `now_waiting`, and nobody is busy with it who could be called now."""
    still = callbacks.c.state != State.CLOSED.value
    crisis = (
        exists()
        .where(callbacks.c.id == pages.c.about, may_be_called() if now_waiting else still)
        .correlate(pages)
    )
    risk = exists().where(risk_cases.c.id == pages.c.about)
    return or_((pages.c.kind == CRISIS_PAGE) & crisis, (pages.c.kind == RISK_PAGE) & risk)


def _open_page(page_id: str) -> Any:
    return select(pages).where(pages.c.id == page_id, is_about_something())


@dataclass(frozen=True, slots=True)
class PagesState:
    """What the doctor and the board say of paging. `late` pages have been open for longer than the first hurry, in
    which the caller could be called."""

    waiting: int
    late: int
    nobody_to_ring: bool
    """No supervisor has given a number: nobody can be rung at all."""


def pages_state(
    connection: Connection, now: float, rules: PagingRules, supervisors: Supervisors
) -> PagesState:
    """How it stands with the pages that nobody has accepted."""
    query = (
        select(pages.c.opened_at, callbacks.c.not_before)
        .outerjoin(callbacks, callbacks.c.id == pages.c.about)
        .where(pages.c.accepted_by == "", is_about_something())
    )
    opened = [max(at, not_before or 0.0) for at, not_before in connection.execute(query)]
    late = sum(now - at >= rules.hurry for at in opened)
    return PagesState(len(opened), late, not supervisors(connection, now))
