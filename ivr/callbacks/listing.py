"""What pages say of callbacks: who waits, who is being called, and what hasn't been accepted. It only reads.

Nothing here holds a number, or the id of one. Times are seconds since 1970.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from ivr.callbacks.machine import State
from ivr.callbacks.matching import CRISIS, Offering, Wanted, fits
from ivr.callbacks.paging import CRISIS_PAGE, is_about_something
from ivr.callbacks.put_back import Reason, helpful
from ivr.callbacks.rows import window_of
from ivr.callbacks.windows import Span, next_span, shown_zone
from ivr.store.callback_tables import attempts, callbacks, pages

MOST_SHOWN = 25
"""How many of a queue are listed; the rest is counted."""
MOST_LOOKED_AT = 1000
"""Of more than these it isn't said when the first may be rung: each would have to be looked at."""
MOST_UNDER_WAY = 200
_OVER = "over"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who is to be called, as a helper sees it. `safe` is when the caller may be rung: now, or next."""

    id: str
    need: str
    crisis: bool
    language: str | None
    gender: str
    wishes: Mapping[str, str]
    asked_at: float
    time_zone: str
    safe: Span
    tried: int
    missed: str
    said: tuple[Reason, ...]
    """What helpers who put it back have said of the caller."""
    test: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Those who wait and need the same of a helper. `now`: they may be rung now, and not only in later hours.

    `oldest` is the place in the queue of the first: when it asked, without the hours in which it couldn't be rung.
    """

    wanted: Wanted
    now: bool
    count: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of one helper. `more` fit too and aren't listed; `later` fit, in hours that are still to come, the
    first at `opens` (None: not known); `others` need another helper.
    """

    waiting: tuple[Waiting, ...]
    more: int
    later: int
    opens: float | None
    others: int


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One attempt that isn't over, and the callback it is about. `leg` is that of the helper: to_ring, asked or live.
    `state` is the callback's; empty when nobody is called any more, such as while the helper still keys the outcome.
    """

    attempt: str
    helper: str
    leg: str
    state: str
    since: float
    callback: Waiting


@dataclass(frozen=True, slots=True)
class Tried:
    """A helper's last attempt that came to nothing. `rang`: the caller's phone did ring; `missed` says what then."""

    ended_at: float
    rang: bool
    missed: str


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Supervisors are called, and none has accepted yet. `kind`: crisis or risk."""

    id: str
    kind: str
    about: str
    opened_at: float


@dataclass(frozen=True, slots=True)
class LeftPage:
    """A supervisor has accepted it, and nobody is at it: the caller waits. `tried` says how often her phone rang,
    `rings` whether the supervisor's phone rings for it now."""

    id: str
    accepted_by: str
    opened_at: float
    tried: int
    rings: bool


def groups(connection: Connection) -> list[Group]:
    """All who wait, by what they need. Reads the index alone, so that a long queue costs little."""
    c = callbacks.c
    query = (
        select(c.language, c.gender, c.crisis, c.ready, func.count(), func.min(c.ranked_at))
        .where(c.state == State.WAITING.value)
        .group_by(c.language, c.gender, c.crisis, c.ready)
    )
    return [
        Group(Wanted(language, gender, CRISIS if crisis else ""), bool(ready), int(count), float(oldest))
        for language, gender, crisis, ready, count, oldest in connection.execute(query)
    ]


def queue_of(connection: Connection, offering: Offering, now: float) -> Queue:
    """Whom a helper may take, in the queue's order, and how many there are besides."""
    found = groups(connection)
    fitting = [group for group in found if fits(group.wanted, offering)]
    listed = _first(connection, (group.wanted for group in fitting if group.now), now)
    fit_now = sum(group.count for group in fitting if group.now)
    later = [group.wanted for group in fitting if not group.now]
    count_later = sum(group.count for group in fitting if not group.now)
    return Queue(
        waiting=listed,
        more=max(0, fit_now - len(listed)) if len(listed) == MOST_SHOWN else 0,
        later=count_later,
        opens=_opens(connection, later) if 0 < count_later <= MOST_LOOKED_AT else None,
        others=sum(group.count for group in found if not fits(group.wanted, offering)),
    )


def waiting_for(connection: Connection, offering: Offering) -> int:
    """How many wait whom such a helper may call now."""
    return sum(group.count for group in groups(connection) if group.now and fits(group.wanted, offering))


def _first(connection: Connection, kinds: Iterable[Wanted], now: float) -> tuple[Waiting, ...]:
    rows: list[Row[Any]] = []
    c = callbacks.c
    for wanted in kinds:
        # Reckoned with, `until` keeps SQLite from the index of ends, whose order would have to be sorted.
        query = _of_kind(select(callbacks), wanted).where(c.ready.is_(True), c.until + 0.0 > now)
        # As the index has them: of a long queue no more is read than is shown.
        in_order = query.order_by(c.priority, c.ranked_at).limit(MOST_SHOWN)
        rows += connection.execute(in_order)
    rows.sort(key=lambda row: (row.priority, row.ranked_at, row.id))
    return tuple(_waiting(row, now) for row in rows[:MOST_SHOWN])


def _opens(connection: Connection, kinds: Iterable[Wanted]) -> float | None:
    """When the first of those may be rung who can't be now."""
    first = select(func.min(callbacks.c.not_before)).where(callbacks.c.ready.is_(False))
    found = [connection.execute(_of_kind(first, wanted)).scalar() for wanted in kinds]
    return min((at for at in found if at is not None), default=None)


def _of_kind(query: Select[Any], wanted: Wanted) -> Select[Any]:
    c = callbacks.c
    return query.where(
        c.state == State.WAITING.value,
        c.language.is_(None) if wanted.language is None else c.language == wanted.language,
        c.gender == wanted.gender,
        c.crisis.is_(wanted.need == CRISIS),
        c.number_id.is_not(None),
    )


def under_way(connection: Connection, now: float, helper: str | None = None) -> list[UnderWay]:
    """Every attempt that isn't over, or one helper's, the newest first."""
    query = (
        select(attempts, callbacks)
        .join(callbacks, callbacks.c.id == attempts.c.callback_id)
        .where(attempts.c.state != _OVER)
        .order_by(attempts.c.written_at.desc())
        .limit(MOST_UNDER_WAY)
    )
    if helper is not None:
        query = query.where(attempts.c.helper_id == helper)
    return [_under_way(row._mapping, now) for row in connection.execute(query)]


def last_tried(connection: Connection, helper: str, since: float) -> Tried | None:
    """A helper's last attempt, where it ended after `since` and nobody talked."""
    a = attempts.c
    query = (
        select(a.callback_id, a.written_at, a.ended_at, a.rang_at, a.talked_at, callbacks.c.missed)
        .outerjoin(callbacks, callbacks.c.id == a.callback_id)
        .where(a.helper_id == helper, a.state == _OVER, a.ended_at > since)
        .order_by(a.written_at.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None or row.talked_at:
        return None
    newer = select(a.id).where(a.callback_id == row.callback_id, a.written_at > row.written_at).limit(1)
    is_the_last = connection.execute(newer).first() is None
    missed = row.missed if row.rang_at and is_the_last else ""
    return Tried(row.ended_at, bool(row.rang_at), missed or "")


def open_pages(connection: Connection) -> list[OpenPage]:
    """What no supervisor has accepted yet and no helper is busy with, the oldest first."""
    waits = is_about_something(now_waiting=True)
    query = select(pages).where(pages.c.accepted_by == "", waits).order_by(pages.c.opened_at)
    return [OpenPage(row.id, row.kind, row.about, row.opened_at) for row in connection.execute(query)]


def left_pages(connection: Connection) -> list[LeftPage]:
    """Callers in a crisis who wait, though a supervisor has taken them on, the oldest first."""
    query = (
        select(
            pages.c.id,
            pages.c.accepted_by,
            pages.c.opened_at,
            callbacks.c.tried,
            pages.c.ringing == pages.c.accepted_by,
        )
        .join(callbacks, callbacks.c.id == pages.c.about)
        .where(pages.c.kind == CRISIS_PAGE, pages.c.accepted_by != "")
        .where(callbacks.c.state == State.WAITING.value)
        .order_by(pages.c.opened_at)
    )
    return [LeftPage(*row) for row in connection.execute(query)]


def _under_way(row: Mapping[Any, Any], now: float) -> UnderWay:
    a, c = attempts.c, callbacks.c
    present = row[c.attempt] == row[a.id]
    return UnderWay(
        attempt=row[a.id],
        helper=row[a.helper_id],
        leg=row[a.state],
        state=row[c.state] if present and row[c.state] != State.CLOSED else "",
        since=row[a.talked_at] or row[a.rang_at] or row[a.asked_at] or row[a.written_at],
        callback=_of(lambda name: row[c[name]], now),
    )


def _waiting(row: Row[Any], now: float) -> Waiting:
    return _of(lambda name: row._mapping[callbacks.c[name]], now)


def _of(value: Any, now: float) -> Waiting:
    wishes: dict[str, str] = json.loads(value("wishes"))
    zone, asked_at = value("time_zone"), value("asked_at")
    return Waiting(
        id=value("id"),
        need=value("need"),
        crisis=value("crisis"),
        language=value("language"),
        gender=value("gender"),
        wishes=wishes,
        asked_at=asked_at,
        time_zone=shown_zone(zone),
        safe=next_span(window_of(wishes, crisis=value("crisis")), zone, asked_at, now),
        tried=value("tried"),
        missed=value("missed"),
        said=helpful(value("put_back_for")),
        test=value("test"),
    )
