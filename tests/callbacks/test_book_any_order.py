"""Callers, helpers and their phones in any order: words of legs lost, repeated, late; crashes between any two writes.

Through the real book, dispatcher, sweep and claims, on a real database. The phones are a model of their own: they know
nothing of rows, only who is really on the line; what they say may come at any time, twice, or never.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, select, update

from ivr.callbacks import machine as m
from ivr.callbacks import windows
from ivr.callbacks.sweep import Sweep
from ivr.callbacks.taking import HelperNotFree, NobodyWaits, NotFitting, TakenMeanwhile
from ivr.outcomes.tables import outcome_tasks
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import open_database
from tests.callbacks.book_rig import ASKED, ZONE, Rig

HELPERS = {"joseph": ("man", ("en",)), "leila": ("woman", ("en", "sw"))}
CALLERS: dict[str, dict[str, Any]] = {
    "amina": {"wishes": {"safe_when": "as_soon_as_possible"}},
    "evening": {"wishes": {"safe_when": "in_the_evening"}},
    "morning": {"wishes": {"safe_when": "in_the_morning"}},
    "woman": {"wishes": {"safe_when": "as_soon_as_possible", "helper_gender": "a_woman"}, "language": "sw"},
}
RINGS_SECONDS = 30.0
MOST_ENDS = 40
"""So many states at most come to their end by themselves before all is over."""


class Crash(Exception):
    """The process dies before its transaction is stored."""


@dataclass
class Phones:
    """Who is really on the line, by attempt. Words of what happens wait here until they arrive."""

    helper: dict[str, str] = field(default_factory=dict)
    """Which helper's phone rings, or is talked on."""
    picked_up: set[str] = field(default_factory=set)
    caller: dict[str, str] = field(default_factory=dict)
    dialled: set[str] = field(default_factory=set)
    """The attempts whose helper's leg has dialled: it does so once."""
    joined: set[str] = field(default_factory=set)
    words: list[m.Happening] = field(default_factory=list)
    began: dict[str, float] = field(default_factory=dict)

    name = "twilio"

    def hangup(self, attempt: str) -> None:
        """The hotline ends a leg; legs are named after their attempts."""
        self.helper_ends(attempt)

    def helper_ends(self, attempt: str) -> None:
        """A helper's leg is over, and with it whatever it dialled."""
        if self.helper.pop(attempt, None) is not None:
            self.words.append(m.HelperLegOver(attempt))
        self.picked_up.discard(attempt)
        self.caller_ends(attempt, m.Missed.HELPER_GONE)

    def caller_ends(self, attempt: str, missed: m.Missed) -> None:
        """A caller's leg is over; the helper's goes on."""
        if self.caller.pop(attempt, None) is not None:
            self.words.append(m.CallerLegOver(attempt, missed))
        self.joined.discard(attempt)


class Looks:
    """Finds out what became of calls that were asked for: the provider's list of calls is the phones themselves."""

    def __init__(self, rig: Rig, phones: Phones) -> None:
        self.rig, self.phones = rig, phones

    def look_again(self, now: float) -> None:
        doubtful = select(attempts.c.id).where(
            attempts.c.state == "asked", attempts.c.helper_leg == "", attempts.c.asked_at < now - 20
        )
        with self.rig.database.begin() as connection:
            for attempt in connection.execute(doubtful).scalars().all():
                if attempt in self.phones.helper:
                    self.rig.book.leg_known(connection, attempt, helper=attempt)
                else:
                    self.rig.book.in_attempt(connection, attempt, m.HelperNotRung(attempt), now)
                    self.rig.book.helper_leg_is_over(connection, attempt, now)


class AnyOrder(RuleBasedStateMachine):
    """One hotline with two helpers and at most four callers."""

    database: Engine

    @initialize()
    def begin(self) -> None:
        numbers = count()
        self.rig = Rig(self.database, new_id=lambda: f"{next(numbers):032x}")
        self.rig.start_afresh()
        self.phones = Phones()
        self.now = ASKED
        self.rung: dict[str, list[float]] = {}
        self.over: dict[str, tuple[str, str]] = {}
        for name, (gender, languages) in HELPERS.items():
            self.rig.helper(name, gender=gender, languages=languages)
        self.looks = Looks(self.rig, self.phones)
        self.sweep = Sweep(
            database=self.database,
            book=self.rig.book,
            networks=lambda _provider: self.phones,  # type: ignore[arg-type,return-value]
            hurry=self.rig.noticed,
            ring_later=lambda _attempt: None,
        )

    # What happens

    @rule(caller=st.sampled_from(sorted(CALLERS)))
    def somebody_asks(self, caller: str) -> None:
        if caller not in {row.id for row in self.rig.rows(callbacks)}:
            self.rig.waits(caller, self.now, **CALLERS[caller])

    @rule()
    def workers_look_who_is_free(self) -> None:
        with self.database.begin() as connection:
            for name in HELPERS:
                self.rig.helpers.choose(connection, name, "", self.now)
                self.rig.helpers.choose(connection, name, "on", self.now)
        self.rig.dispatcher.dispatch(self.now)

    @rule(helper=st.sampled_from(sorted(HELPERS)), caller=st.sampled_from([None, *sorted(CALLERS)]))
    def a_helper_takes_one(self, helper: str, caller: str | None) -> None:
        with suppress(HelperNotFree, NobodyWaits, NotFitting, TakenMeanwhile):
            self.rig.taking.take(helper, caller, "console", self.now)

    @rule(data=st.data(), crash=st.sampled_from(["", "", "before", "after"]))
    def a_worker_rings(self, data: st.DataObject, crash: str) -> None:
        """As `Ringing` does: written down, asked for, written down; dead before the asking, or after it."""
        waiting = [row for row in self.rig.rows(attempts) if row.state == "to_ring"]
        if not waiting:
            return
        row = data.draw(st.sampled_from(sorted(waiting, key=lambda one: one.id)))
        with self.database.begin() as connection:
            callback = connection.execute(select(callbacks).where(callbacks.c.id == row.callback_id)).one()
            if callback.state != "offered" or callback.attempt != row.id:
                self.rig.book.end_attempt(connection, row.id, self.now)
                return
            asked = update(attempts).where(attempts.c.id == row.id)
            connection.execute(asked.values(state="asked", asked_at=self.now))
        if crash == "before":
            return
        self.phones.helper[row.id] = row.helper_id
        self.phones.began[row.id] = self.now
        if not crash:
            with self.database.begin() as connection:
                self.rig.book.leg_known(connection, row.id, helper=row.id)

    @rule(data=st.data(), crashes=st.integers(0, 1))
    def a_helper_presses_the_key(self, data: st.DataObject, crashes: int) -> None:
        ringing = sorted(set(self.phones.helper) - self.phones.dialled)
        if not ringing:
            return
        attempt = data.draw(st.sampled_from(ringing))
        self.phones.picked_up.add(attempt)
        change = None
        for crash in (True,) * crashes + (False,):
            change = self.tell(m.HelperAccepted(attempt), crash=crash) or change
        row = self.attempt(attempt)
        if change is None or row is None or change.callback.attempt != attempt:
            return
        if change.callback.state is m.State.DIALLING:
            self.phones.dialled.add(attempt)
            self.phones.caller[attempt] = change.callback.id
            self.rung.setdefault(change.callback.id, []).append(self.now)

    @rule(caller=st.sampled_from(sorted(CALLERS)), data=st.data())
    def a_call_begins(self, caller: str, data: st.DataObject) -> None:
        """The usual way, so that what comes after it is met often: asked for, offered, rung, taken."""
        self.somebody_asks(caller)
        self.workers_look_who_is_free()
        self.a_worker_rings(data, "")
        self.a_helper_presses_the_key(data, 0)

    @rule(caller=st.sampled_from(sorted(CALLERS)), data=st.data())
    def a_talk_begins(self, caller: str, data: st.DataObject) -> None:
        """The same, and the caller presses the key."""
        self.a_call_begins(caller, data)
        self.a_caller_picks_up(data, True, 0)

    @rule(data=st.data(), key=st.booleans(), crashes=st.integers(0, 1))
    def a_caller_picks_up(self, data: st.DataObject, key: bool, crashes: int) -> None:
        if not self.phones.caller:
            return
        attempt = data.draw(st.sampled_from(sorted(self.phones.caller)))
        self.tell(m.CallerPickedUp(attempt))
        if not key:
            self.phones.caller_ends(attempt, m.Missed.NO_KEY)
            return
        change = None
        for crash in (True,) * crashes + (False,):
            change = self.tell(m.CallerAccepted(attempt), crash=crash) or change
        if change is not None and change.callback.state is m.State.TALKING:
            self.phones.joined.add(attempt)
        else:
            self.phones.caller_ends(attempt, m.Missed.NO_KEY)

    @rule(data=st.data())
    def a_helper_hangs_up(self, data: st.DataObject) -> None:
        if self.phones.helper:
            self.phones.helper_ends(data.draw(st.sampled_from(sorted(self.phones.helper))))

    @rule(data=st.data(), missed=st.sampled_from([m.Missed.NO_ANSWER, m.Missed.BUSY, m.Missed.NO_KEY]))
    def a_caller_hangs_up(self, data: st.DataObject, missed: m.Missed) -> None:
        if self.phones.caller:
            self.phones.caller_ends(data.draw(st.sampled_from(sorted(self.phones.caller))), missed)

    @rule(data=st.data(), again=st.booleans(), crash=st.booleans())
    def a_word_arrives(self, data: st.DataObject, again: bool, crash: bool) -> None:
        if self.phones.words:
            word = data.draw(st.sampled_from(self.phones.words))
            if not again:
                self.phones.words.remove(word)
            self.tell(word, crash=crash)

    @rule(data=st.data())
    def a_word_is_lost(self, data: st.DataObject) -> None:
        if self.phones.words:
            self.phones.words.remove(data.draw(st.sampled_from(self.phones.words)))

    @rule(data=st.data())
    def a_helper_gives_it_back(self, data: st.DataObject) -> None:
        known = self.rig.rows(attempts)
        if known:
            row = data.draw(st.sampled_from(sorted(known, key=lambda one: one.id)))
            self.rig.taking.put_back(row.helper_id, row.id, self.now)

    @rule(caller=st.sampled_from(sorted(CALLERS)))
    def a_caller_takes_it_back(self, caller: str) -> None:
        with self.database.begin() as connection:
            self.rig.book.happened(connection, caller, m.Withdrawn(), self.now)

    @rule(caller=st.sampled_from(sorted(CALLERS)))
    def a_number_is_shredded(self, caller: str) -> None:
        with self.database.begin() as connection:
            connection.execute(update(callbacks).where(callbacks.c.id == caller).values(number_id=None))

    @rule(seconds=st.sampled_from([1.0, 21.0, 61.0, 95.0, 601.0, 1801.0, 3700.0, 12 * 3600.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        for attempt, began in self.phones.began.items():
            if attempt not in self.phones.picked_up and self.now - began > RINGS_SECONDS:
                self.phones.helper_ends(attempt)
        if seconds > RINGS_SECONDS:
            for attempt in sorted(set(self.phones.caller) - self.phones.joined):
                self.phones.caller_ends(attempt, m.Missed.NO_ANSWER)
        if seconds >= 3600:
            for attempt in sorted(self.phones.joined):
                self.phones.caller_ends(attempt, m.Missed.NO_KEY)
        self.looks.look_again(self.now)
        self.sweep.run(self.now)

    @rule()
    def the_safe_hours_are_nearly_over(self) -> None:
        """In five seconds nobody may be rung any more who may be now."""
        ends = [row.until for row in self.rig.rows(callbacks) if row.state == "waiting" and row.ready]
        self.time_passes(max(1.0, min(ends, default=0.0) - 5 - self.now))

    @rule(data=st.data())
    def a_helper_answers_when_it_is_too_late(self, data: st.DataObject) -> None:
        """The hours end between the ring and the key."""
        self.the_safe_hours_are_nearly_over()
        self.workers_look_who_is_free()
        self.a_worker_rings(data, "")
        self.time_passes(21.0)
        self.a_helper_presses_the_key(data, 0)

    # What must hold

    @invariant()
    def nobody_who_waits_is_forgotten(self) -> None:
        """Every state but the last has an end that comes, and what has ended stays as it is."""
        for row in self.rows(callbacks):
            if row.state == "closed":
                assert self.over.setdefault(row.id, (row.ending, row.attempt)) == (row.ending, row.attempt)
                continue
            assert row.id not in self.over
            assert 0 < row.until <= max(row.expires_at, self.now + self.rig.rules.talk_seconds)
            assert (row.state == "waiting") == (row.attempt == "")

    @invariant()
    def nobody_is_in_two_calls(self) -> None:
        """No helper's phone has two legs, and no caller's either."""
        for legs in (self.phone_legs("helper"), self.phone_legs("caller")):
            assert len(set(legs)) == len(legs)

    @invariant()
    def nobody_is_rung_when_it_is_not_safe_or_too_often(self) -> None:
        """Inside the window that was asked for, three times at most, and spaced."""
        for row in self.rows(callbacks):
            times = self.rung.get(row.id, [])
            assert row.tried == len(times) <= self.rig.rules.most_attempts
            wish = CALLERS[row.id]["wishes"]["safe_when"]
            assert all(windows.next_span(wish, ZONE, row.asked_at, at).holds(at) for at in times)
            gaps = [later - sooner for sooner, later in pairwise(times)]
            assert all(gap >= least for gap, least in zip(gaps, self.rig.rules.spacing, strict=False))

    @invariant()
    def whoever_is_held_is_held_for_something(self) -> None:
        """A claim belongs to an attempt that isn't over."""
        alive = {row.id: row.helper_id for row in self.rows(attempts) if row.state != "over"}
        for helper, attempt in self.busy().items():
            assert alive.get(attempt) == helper

    @invariant()
    def every_talk_leaves_one_task(self) -> None:
        """Of whoever talked an outcome is owed, by the one who talked, and of nobody else."""
        talked = {row.id: row.helper for row in self.rows(callbacks) if row.ending == "talked"}
        assert {row.callback_id: row.helper_id for row in self.rows(outcome_tasks)} == talked

    def teardown(self) -> None:
        """However it stands: as time goes by, everything comes to an end, and everybody is free again."""
        if not hasattr(self, "phones"):
            return
        for _ in range(MOST_ENDS):
            ends = [row.until for row in self.rows(callbacks) if row.state != "closed"]
            if not ends:
                break
            self.time_passes(max(min(ends) - self.now, 31.0))
        self.time_passes(7201.0)
        assert all(row.state == "closed" for row in self.rows(callbacks))
        assert all(row.state == "over" for row in self.rows(attempts))
        assert not self.busy()
        assert not self.phones.helper

    # Within

    def rows(self, table: Any) -> list[Any]:
        return self.rig.rows(table) if hasattr(self, "rig") else []

    def busy(self) -> dict[str, str]:
        return self.rig.busy() if hasattr(self, "rig") else {}

    def phone_legs(self, side: str) -> list[str]:
        return list(getattr(self.phones, side).values()) if hasattr(self, "phones") else []

    def attempt(self, attempt_id: str) -> Any:
        return next((row for row in self.rows(attempts) if row.id == attempt_id), None)

    def tell(self, what: Any, crash: bool = False) -> Any:
        """A webhook's transaction, which may die before it is stored."""

        def work(connection: Connection) -> Any:
            if isinstance(what, m.HelperLegOver):
                return self.rig.book.helper_leg_is_over(connection, what.attempt, self.now)
            if isinstance(what, m.HelperAccepted):
                self.rig.book.leg_known(connection, what.attempt, helper=what.attempt)
                number = select(callbacks.c.number_id).join(
                    attempts, attempts.c.callback_id == callbacks.c.id
                )
                if connection.execute(number.where(attempts.c.id == what.attempt)).scalar() is None:
                    return self.rig.book.in_attempt(connection, what.attempt, m.NumberGone(), self.now)
            return self.rig.book.in_attempt(connection, what.attempt, what, self.now)

        try:
            with self.database.begin() as connection:
                change = work(connection)
                if crash:
                    raise Crash
        except Crash:
            return None
        return change


def test_any_order_of_anything(tables_on_sqlite: Path, tmp_path: Path) -> None:
    """Nobody who asked is forgotten, called twice at once, or called when it isn't safe, whatever happens."""
    file = tmp_path / "warmline.db"
    shutil.copy(tables_on_sqlite, file)
    engine = open_database(f"sqlite:///{file}")
    AnyOrder.database = engine
    try:
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
    finally:
        engine.dispose()
