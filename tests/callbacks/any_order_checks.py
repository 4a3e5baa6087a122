"""What has to hold at every moment, whatever has happened: one function for each promise of docs/reliability.md."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from ivr.outcomes.tables import outcome_tasks
from ivr.people.roster_tables import helper_states
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import reading
from tests.callbacks.any_order_people import CALLERS, Known
from tests.callbacks.any_order_phones import Phones
from tests.callbacks.book_rig import Rig


@dataclass(frozen=True)
class Seen:
    """All rows, read at once, beside what people have really done."""

    rig: Rig
    known: Known
    phones: Phones
    callbacks: list[Any]
    attempts: list[Any]
    tasks: list[Any]
    busy: dict[str, str]

    @classmethod
    def now(cls, rig: Rig, known: Known, phones: Phones) -> Seen:
        with reading(rig.database) as connection:
            tables = (callbacks, attempts, outcome_tasks, helper_states)
            rows = [list(connection.execute(select(table))) for table in tables]
        busy = {row.person_id: row.busy_with for row in rows[3] if row.busy_with}
        return cls(rig, known, phones, rows[0], rows[1], rows[2], busy)


def no_callback_is_lost(seen: Seen) -> None:
    """Whoever asked has a row, and it is over only for a reason that people know of."""
    rules, known = seen.rig.rules, seen.known
    assert {row.id for row in seen.callbacks} == set(known.asked)
    reasons = {
        "talked": lambda row: row.id in known.talked,
        "unreached": lambda row: len(known.rung.get(row.id, [])) == rules.most_attempts,
        "withdrawn": lambda row: row.id in known.withdrawn,
        "expired": lambda row: row.id in known.shredded or seen.phones.now >= row.expires_at,
    }
    for row in seen.callbacks:
        assert row.state != "closed" or reasons[row.ending](row)


def every_talk_leaves_one_task(seen: Seen) -> None:
    """Of whoever talked an outcome is owed, by the one who talked, and of nobody else."""
    talked = {row.id: row.helper for row in seen.callbacks if row.ending == "talked"}
    assert {row.callback_id: row.helper_id for row in seen.tasks} == talked


def nobody_has_two_helpers(seen: Seen) -> None:
    """A callback has one attempt under way, which it knows of, and a caller's phone one leg."""
    at_it = {row.id: row.attempt for row in seen.callbacks if row.state != "closed"}
    for row in seen.attempts:
        if row.state != "over" and not row.end_legs_at:
            assert at_it.get(row.callback_id) == row.id
    assert len(set(seen.phones.caller.values())) == len(seen.phones.caller)


def nobody_is_rung_outside_the_window(seen: Seen) -> None:
    """No helper is offered, and no phone rung, when it isn't safe for the caller, in all zones of the number."""
    for caller, at in seen.known.offered.values():
        assert seen.known.is_safe(caller, at), f"{caller} was offered at {at}"
    for caller, times in seen.known.rung.items():
        assert all(seen.known.is_safe(caller, at) for at in times), f"{caller} was rung at {times}"


def nobody_is_rung_too_often(seen: Seen) -> None:
    """Three times at most, and spaced; and it is known how often."""
    rules = seen.rig.rules
    for row in seen.callbacks:
        times = seen.known.rung.get(row.id, [])
        assert row.tried == len(times) <= rules.most_attempts
        gaps = [later - sooner for sooner, later in pairwise(times)]
        assert all(gap >= least for gap, least in zip(gaps, rules.spacing, strict=False))


def no_helper_is_in_two_calls(seen: Seen) -> None:
    """No helper's phone has two legs; whoever is held is held for an attempt that isn't over, and of whatever isn't
    over somebody is held."""
    assert len(set(seen.phones.helper.values())) == len(seen.phones.helper)
    alive = {row.id: row.helper_id for row in seen.attempts if row.state != "over"}
    assert all(alive.get(attempt) == helper for helper, attempt in seen.busy.items())
    for row in seen.attempts:
        if row.state != "over" and seen.phones.now - row.written_at < seen.rig.rules.talk_seconds:
            assert seen.busy.get(row.helper_id) == row.id


def what_is_over_stays_over(seen: Seen) -> None:
    """How a callback ended, and in which attempt, never changes."""
    for row in seen.callbacks:
        if row.state == "closed":
            now = row.ending, row.attempt
            assert seen.known.over.setdefault(row.id, now) == now
        else:
            assert row.id not in seen.known.over


def every_wait_has_an_end(seen: Seen) -> None:
    """Whatever isn't over ends by itself, at a time that comes."""
    for row in seen.callbacks:
        if row.state != "closed":
            assert 0 < row.until <= max(row.expires_at, seen.phones.now + seen.rig.rules.talk_seconds)
            assert (row.state == "waiting") == (row.attempt == "")


def nobody_waits_beside_a_free_helper(seen: Seen, free: set[str], now: float) -> None:
    """After workers have looked: whoever is ready, and may be rung, has no helper who is free and suits."""
    waiting = [
        row
        for row in seen.callbacks
        if row.state == "waiting" and row.ready and row.number_id and now < row.until
    ]
    for row in waiting:
        if seen.known.is_safe(row.id, now):
            assert not any(CALLERS[row.id].suits(helper) for helper in free), f"{row.id} was passed over"


def everything_has_come_to_its_end(seen: Seen) -> None:
    """In the end nobody waits, nobody is on the line, and everybody is free."""
    assert all(row.state == "closed" for row in seen.callbacks)
    assert all(row.state == "over" for row in seen.attempts)
    assert not seen.busy
    assert not seen.phones.helper


ALWAYS = (
    no_callback_is_lost,
    every_talk_leaves_one_task,
    nobody_has_two_helpers,
    nobody_is_rung_outside_the_window,
    nobody_is_rung_too_often,
    no_helper_is_in_two_calls,
    what_is_over_stays_over,
    every_wait_has_an_end,
)
