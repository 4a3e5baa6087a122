"""What the tables say of helpers: their states, shifts and calls, as the pure rules want them. Four queries, however
many helpers there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from ivr.people.on_call import NO_CHOICE, Choice, Stretch, just_over, on_call
from ivr.people.roster import LeftOut, OnShift, Shift, taking_place
from ivr.people.roster_tables import helper_states, helper_talks, shifts, shifts_left_out
from ivr.people.wellbeing import Day, Talked

A_DAY = 86_400.0
REMEMBERED = A_DAY
"""How long it is known when a helper talked. The rules need hours."""


@dataclass(frozen=True, slots=True)
class HelperState:
    """What a helper has chosen and is doing. Seconds since 1970; 0 for what never was."""

    choice: Choice = NO_CHOICE
    rung: bool = True
    paused: bool = False
    break_until: float = 0.0
    crisis_trained: bool = False
    owes_debrief: bool = False
    busy_with: str = ""
    busy_until: float = 0.0
    offered_at: float = 0.0
    ask_after: float = 0.0

    def is_busy(self, now: float) -> bool:
        """Whether this helper is in a call, or has one in hand. A claim whose time is over is void."""
        return self.busy_with != "" and now < self.busy_until


AT_FIRST = HelperState()
"""Of a helper who hasn't a row yet."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that the rules need to know of one helper now. `times` are the shifts of the last day and of now."""

    state: HelperState
    times: tuple[OnShift, ...]
    talked: tuple[Talked, ...]

    def stretch(self, now: float) -> Stretch | None:
        """The time on call that lasts now, or None."""
        return on_call(self.times, self.state.choice, now)

    def day(self, now: float) -> Day:
        """The day as `wellbeing.standing` wants it."""
        lasting = self.stretch(now)
        over = just_over(self.times, self.state.choice, now)
        return Day(
            on_call_since=lasting.began if lasting else None,
            served_seconds=over.ends - over.began if over else 0.0,
            busy=self.state.is_busy(now),
            paused=self.state.paused,
            break_until=self.state.break_until,
            owes_debrief=self.state.owes_debrief,
            talked=self.talked,
        )


def known_of(connection: Connection, person_ids: Collection[str], now: float) -> dict[str, Known]:
    """What is known of each of these people; of somebody unknown, that nothing is."""
    times: dict[str, list[OnShift]] = defaultdict(list)
    kept = shifts_of(connection, person_ids, not_before=now - 2 * A_DAY)
    left_out = left_out_of(connection, (shift.id for shift in kept), not_before=now - 2 * A_DAY)
    for one in taking_place(kept, left_out, now - A_DAY, now + 1):
        times[one.person].append(one)
    talked = _talked(connection, person_ids, now)
    states = states_of(connection, person_ids)
    return {
        one: Known(states.get(one, AT_FIRST), tuple(times[one]), tuple(talked.get(one, ())))
        for one in person_ids
    }


def states_of(connection: Connection, person_ids: Collection[str]) -> dict[str, HelperState]:
    """The states of those who have one."""
    wanted = select(helper_states).where(helper_states.c.person_id.in_(person_ids))
    return {row.person_id: _state(row) for row in connection.execute(wanted)}


def shifts_of(
    connection: Connection, person_ids: Collection[str] | None, *, not_before: float
) -> list[Shift]:
    """Everybody's shifts, or these people's; without single ones that are over by then."""
    first = _day(not_before).isoformat()
    wanted = select(shifts).where(shifts.c.on_date.is_(None) | (shifts.c.on_date >= first))
    if person_ids is not None:
        wanted = wanted.where(shifts.c.person_id.in_(person_ids))
    return [shift_of(*row) for row in connection.execute(wanted)]


def left_out_of(connection: Connection, shift_ids: Iterable[str], *, not_before: float) -> set[LeftOut]:
    """Which dates of these shifts don't take place, from about then on."""
    of_these = set(shift_ids)
    wanted = select(shifts_left_out).where(shifts_left_out.c.date >= _day(not_before).isoformat())
    return {
        (row.shift_id, date.fromisoformat(row.date))
        for row in connection.execute(wanted)
        if row.shift_id in of_these
    }


# The same few hundred rows are read each time that somebody is looked for, and reading their times takes longest.
@lru_cache(maxsize=4096)
def shift_of(
    shift_id: str, person_id: str, time_zone: str, begins: str, ends: str, weekday: int | None, on: str | None
) -> Shift:
    """The shift of a row."""
    return Shift(
        shift_id,
        person_id,
        time_zone,
        time.fromisoformat(begins),
        time.fromisoformat(ends),
        weekday=weekday,
        on=date.fromisoformat(on) if on else None,
    )


def _talked(connection: Connection, person_ids: Collection[str], now: float) -> Mapping[str, list[Talked]]:
    talks = helper_talks.c
    wanted = (
        select(talks.person_id, talks.began, talks.ended, talks.hard)
        .where(talks.person_id.in_(person_ids), talks.ended > now - REMEMBERED)
        .order_by(talks.ended)
    )
    found: dict[str, list[Talked]] = defaultdict(list)
    for person_id, began, ended, hard in connection.execute(wanted):
        found[person_id].append(Talked(began, ended, hard))
    return found


def _state(row: Any) -> HelperState:
    return HelperState(
        choice=Choice(row.chosen, row.chosen_at, row.stretch_began),
        rung=row.rung,
        paused=row.paused,
        break_until=row.break_until,
        crisis_trained=row.crisis_trained,
        owes_debrief=row.owes_debrief,
        busy_with=row.busy_with,
        busy_until=row.busy_until,
        offered_at=row.offered_at,
        ask_after=row.ask_after,
    )


def _day(at: float) -> date:
    # A day earlier than in UTC it may still be, somewhere.
    return datetime.fromtimestamp(at, UTC).date() - timedelta(days=1)
