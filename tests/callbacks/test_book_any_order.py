"""Callers, helpers and their phones in any order, over days and time zones: words of legs lost, repeated, late; the
provider's answers lost; processes killed before any single write.

Through the real book, dispatcher, ringing, sweep and claims, on a real database. What has to hold at every moment is in
`any_order_checks`; who calls and helps in `any_order_people`; the telephones in `any_order_phones`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
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
from ivr.callbacks.book import Change
from ivr.callbacks.ringing import Ringing
from ivr.callbacks.sweep import Sweep
from ivr.callbacks.taking import HelperNotFree, NobodyWaits, NotFitting, TakenMeanwhile
from ivr.people.helpers import Free
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import open_database, reading
from tests.callbacks.any_order_checks import (
    ALWAYS,
    Seen,
    everything_has_come_to_its_end,
    nobody_waits_beside_a_free_helper,
)
from tests.callbacks.any_order_people import CALLERS, HELPERS, Known
from tests.callbacks.any_order_phones import FATES, Death, Died, OpenVault, Phones, named_after
from tests.callbacks.book_rig import ASKED, Rig

MOST_ENDS = 60
"""So many states at most come to their end by themselves before all is over."""
somebody = st.sampled_from(sorted(CALLERS))
fates = st.sampled_from(FATES)
killed_before = st.sampled_from((0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 11))
"""Before which write, commit or request the process dies; 0 for never."""


class AnyOrder(RuleBasedStateMachine):
    """One hotline with two helpers and at most six callers."""

    database: Engine
    death: Death

    @initialize()
    def begin(self) -> None:
        numbers = count()
        self.rig = Rig(self.database, new_id=lambda: f"{next(numbers):032x}")
        self.rig.start_afresh()
        self.phones = Phones(self.death, now=ASKED)
        self.known = Known()
        for name, (gender, languages) in HELPERS.items():
            self.rig.helper(name, gender=gender, languages=languages)
        networks: Callable[[str], Any] = lambda _provider: self.phones  # noqa: E731
        self.ringing = Ringing(
            database=self.database,
            vault=OpenVault(),  # type: ignore[arg-type]
            book=self.rig.book,
            helpers=self.rig.helpers,
            networks=networks,
            addressed=named_after,
            reserve=lambda _connection, _provider, now: now,
            hurry=self.rig.noticed,
            clock=lambda: self.now,
            sleep=lambda _seconds: None,
        )
        self.sweep = Sweep(self.database, self.rig.book, networks, self.rig.noticed, lambda _attempt: None)

    # What happens

    @rule(caller=somebody)
    def somebody_asks(self, caller: str) -> None:
        if caller not in self.known.asked:
            wish = CALLERS[caller]
            self.known.asked[caller] = self.now
            zone = windows.joined(wish.zones)
            self.rig.waits(caller, self.now, language=wish.language, wishes=wish.keyed, zone=zone)

    @rule(step=killed_before)
    def workers_look_who_is_free(self, step: int = 0) -> None:
        with self.database.begin() as connection:
            for name in HELPERS:
                self.rig.helpers.choose(connection, name, "", self.now)
                self.rig.helpers.choose(connection, name, "on", self.now)
        with self.killed(step) as alive:
            self.rig.dispatcher.dispatch(self.now)
        self.note_offers()
        if alive():
            with reading(self.database) as connection:
                free = {one.person_id for one in self.rig.helpers.free(connection, self.now)}
            nobody_waits_beside_a_free_helper(self.seen(), free, self.now)

    @rule(helper=st.sampled_from(sorted(HELPERS)), caller=st.none() | somebody, step=killed_before)
    def a_helper_takes_one(self, helper: str, caller: str | None, step: int = 0) -> None:
        with suppress(HelperNotFree, NobodyWaits, NotFitting, TakenMeanwhile), self.killed(step):
            self.rig.taking.take(helper, caller, "console", self.now)
        self.note_offers()

    @rule(data=st.data(), fate=fates, step=killed_before)
    def a_worker_rings(self, data: st.DataObject, fate: str = "rings", step: int = 0) -> None:
        waiting = sorted(row.id for row in self.rig.rows(attempts) if row.state == "to_ring")
        if waiting:
            self.phones.fate = fate
            with self.killed(step):
                self.ringing.ring(data.draw(st.sampled_from(waiting)))

    @rule(data=st.data(), step=killed_before)
    def a_helper_presses_the_key(self, data: st.DataObject, step: int = 0) -> None:
        """Takes it: the caller's phone is dialled from this leg, if the hotline says so."""
        ringing = sorted(set(self.phones.helper) - self.phones.dialled)
        if not ringing:
            return
        attempt = data.draw(st.sampled_from(ringing))
        self.phones.helper_picks_up(attempt)
        change = self.answered(m.HelperAccepted(attempt), step)
        if change is not None and change.row.attempt == change.callback.attempt == attempt:
            assert change.callback.state is m.State.DIALLING
            self.phones.caller_rings(attempt, change.callback.id)
            self.known.rung.setdefault(change.callback.id, []).append(self.now)

    @rule(data=st.data(), key=st.booleans(), step=killed_before)
    def a_caller_picks_up(self, data: st.DataObject, key: bool, step: int = 0) -> None:
        if not self.phones.caller:
            return
        attempt = data.draw(st.sampled_from(sorted(self.phones.caller)))
        self.tell(m.CallerPickedUp(attempt))
        if not key:
            self.phones.caller_ends(attempt, m.Missed.NO_KEY)
            return
        change = self.answered(m.CallerAccepted(attempt), step)
        if change is not None and change.callback.state is m.State.TALKING:
            self.known.talked.add(change.callback.id)
            self.phones.join(attempt)
        else:
            self.phones.caller_ends(attempt, m.Missed.NO_KEY)

    @rule(caller=somebody, data=st.data(), talks=st.booleans())
    def a_call_begins(self, caller: str, data: st.DataObject, talks: bool) -> None:
        """The usual way, so that what comes after it is met often: asked for, waited for, offered, rung, taken."""
        self.it_is_safe_for(caller)
        self.workers_look_who_is_free()
        self.a_worker_rings(data, data.draw(fates), data.draw(killed_before))
        self.a_worker_rings(data)
        self.a_helper_presses_the_key(data)
        if talks:
            self.a_caller_picks_up(data, True)

    @rule(data=st.data())
    def a_helper_hangs_up(self, data: st.DataObject) -> None:
        if self.phones.helper:
            self.phones.helper_ends(data.draw(st.sampled_from(sorted(self.phones.helper))))

    @rule(data=st.data(), missed=st.sampled_from([m.Missed.NO_ANSWER, m.Missed.BUSY, m.Missed.NO_KEY]))
    def a_caller_hangs_up(self, data: st.DataObject, missed: m.Missed) -> None:
        if self.phones.caller:
            self.phones.caller_ends(data.draw(st.sampled_from(sorted(self.phones.caller))), missed)

    @rule(data=st.data(), most=st.integers(1, 3), step=killed_before)
    def words_arrive(self, data: st.DataObject, most: int, step: int) -> None:
        """In any order, now or in days, and each as often as it likes."""
        for _ in range(most):
            if self.phones.words:
                self.tell(data.draw(st.sampled_from(self.phones.words)), step)

    @rule(data=st.data())
    def a_word_is_lost(self, data: st.DataObject) -> None:
        if self.phones.words:
            self.phones.words.remove(data.draw(st.sampled_from(self.phones.words)))

    @rule(data=st.data(), step=killed_before)
    def a_helper_gives_it_back(self, data: st.DataObject, step: int) -> None:
        attempt = data.draw(st.sampled_from(sorted(self.known.offered) or [""]))
        if attempt:
            helper = next(row.helper_id for row in self.rig.rows(attempts) if row.id == attempt)
            with self.killed(step):
                self.rig.taking.put_back(helper, attempt, self.now)

    @rule(data=st.data(), shredded=st.sampled_from((False, False, True)))
    def it_is_taken_back(self, data: st.DataObject, shredded: bool) -> None:
        """By the caller, or the number is shredded."""
        caller = data.draw(st.sampled_from(sorted(self.known.asked) or [""]))
        with self.database.begin() as connection:
            if shredded:
                self.known.shredded.add(caller)
                connection.execute(update(callbacks).where(callbacks.c.id == caller).values(number_id=None))
            else:
                self.known.withdrawn.add(caller)
                self.rig.book.happened(connection, caller, m.Withdrawn(), self.now)

    @rule(
        seconds=st.sampled_from([1.0, 21.0, 61.0, 95.0, 601.0, 1801.0, 3700.0, 10801.0, 12 * 3600.0]),
        swept=st.booleans(),
        step=killed_before,
    )
    def time_passes(self, seconds: float, swept: bool = True, step: int = 0) -> None:
        """Workers may be down for as long as they like: then nobody sweeps."""
        self.phones.time_passes(seconds, self.rig.rules.talk_seconds)
        if not swept:
            return
        with self.killed(step) as alive:
            self.ringing.look_again(self.now)
            self.sweep.run(self.now)
        if alive():
            waiting = [row for row in self.rig.rows(callbacks) if row.state == "waiting"]
            assert all(row.ready or not row.not_before <= self.now < row.until for row in waiting)

    @rule(caller=somebody, after=st.sampled_from([-5.0, 0.0, 5.0]), swept=st.booleans())
    def hours_change(self, caller: str, after: float, swept: bool = True) -> None:
        """It is just about to become safe for somebody, or unsafe, or just has."""
        if caller in self.known.asked:
            changes_at = CALLERS[caller].next_change(self.known.asked[caller], self.now + 6)
            self.time_passes(changes_at + after - self.now, swept)

    @rule(caller=somebody, helper=st.sampled_from([None, *sorted(HELPERS)]), data=st.data())
    def it_is_late(self, caller: str, helper: str | None, data: st.DataObject) -> None:
        """The hours end between the sweep and the offer, or between the ring and the key."""
        self.it_is_safe_for(caller)
        last_moment = data.draw(st.booleans())
        self.hours_change(caller, -5.0 if last_moment else 5.0, last_moment)
        self.workers_look_who_is_free() if helper is None else self.a_helper_takes_one(helper, caller)
        self.a_worker_rings(data)
        self.time_passes(11.0, False)
        self.a_helper_presses_the_key(data)

    @rule(caller=somebody, data=st.data(), gives_back=st.booleans())
    def two_helpers_want_the_same(self, caller: str, data: st.DataObject, gives_back: bool) -> None:
        """Each phone rings; the first may have given it back, and press the key all the same."""
        self.it_is_safe_for(caller)
        for helper in data.draw(st.permutations(sorted(HELPERS))):
            self.a_helper_takes_one(helper, caller)
            self.a_worker_rings(data)
            attempt = self.rig.row(caller).attempt
            if gives_back and self.phones.helper.get(attempt) == helper:
                self.rig.taking.put_back(helper, attempt, self.now)
        self.a_helper_presses_the_key(data)
        self.a_helper_presses_the_key(data)

    @rule(first=somebody, then=somebody, data=st.data(), seconds=st.sampled_from([21.0, 61.0, 5400.0]))
    def a_helper_is_asked_twice(self, first: str, then: str, data: st.DataObject, seconds: float) -> None:
        """What became of one ring isn't known, or its job comes late; meanwhile somebody else waits."""
        self.it_is_safe_for(first)
        helper = data.draw(st.sampled_from(sorted(HELPERS)))
        self.a_helper_takes_one(helper, first)
        if data.draw(st.booleans()):
            self.a_worker_rings(data, "answer lost")
        self.time_passes(seconds, swept=seconds < 60)
        self.it_is_safe_for(then)
        self.a_worker_has_looked_long_ago(helper)
        self.a_worker_rings(data)
        self.a_worker_rings(data)

    @rule(helper=st.sampled_from(sorted(HELPERS)), step=killed_before)
    def a_worker_has_looked_long_ago(self, helper: str, step: int = 0) -> None:
        """This helper was free when the worker looked, and is offered something, whatever came between."""
        with reading(self.database) as connection:
            person = self.rig.helpers.helper(connection, helper, self.now).person
        free = Free(helper, person.languages, person.gender, False, str(person.number_id), person.time_zone)
        with self.killed(step):
            self.rig.dispatcher.offer_to(free, "rung", self.now)
        self.note_offers()

    @invariant()
    def all_holds(self) -> None:
        """Every promise, after every step."""
        if hasattr(self, "phones"):
            seen = self.seen()
            for holds in ALWAYS:
                holds(seen)

    def teardown(self) -> None:
        """However it stands: as time goes by, everything comes to an end, and everybody is free again."""
        if not hasattr(self, "phones"):
            return
        for _ in range(MOST_ENDS):
            ends = [row.until for row in self.rig.rows(callbacks) if row.state != "closed"]
            if not ends:
                break
            self.time_passes(max(min(ends) - self.now, 31.0))
        self.time_passes(7201.0)
        self.all_holds()
        everything_has_come_to_its_end(self.seen())

    # Within

    def it_is_safe_for(self, caller: str) -> None:
        """This caller has asked, and may be rung."""
        self.somebody_asks(caller)
        if not self.known.is_safe(caller, self.now):
            self.hours_change(caller, 1.0)

    @property
    def now(self) -> float:
        return self.phones.now

    @contextmanager
    def killed(self, step: int) -> Iterator[Callable[[], bool]]:
        """What is done within may be cut off by the end of its process; gives whether it wasn't."""
        survived = [True]
        self.death.comes_before(step)
        try:
            yield lambda: survived[0]
        except Died:
            survived[0] = False
        finally:
            self.death.comes_before(0)

    def seen(self) -> Seen:
        return Seen.now(self.rig, self.known, self.phones)

    def note_offers(self) -> None:
        """Whom helpers were offered at this moment."""
        for row in self.rig.rows(attempts):
            self.known.offered.setdefault(row.id, (row.callback_id, self.now))
        self.all_holds()

    def answered(self, what: Any, step: int) -> Change | None:
        """What a phone asks is asked again by the provider, should the answer not come."""
        change, died = self.tell(what, step)
        return self.tell(what)[0] if died else change

    def tell(self, what: Any, step: int = 0) -> tuple[Change | None, bool]:
        """A webhook's transaction, and whether the process died in it."""
        change = None
        with self.killed(step) as alive:
            with self.database.begin() as connection:
                change = self._told(connection, what)
            # Stored, and the answer may still be lost.
            self.death.step()
        return change, not alive()

    def _told(self, connection: Connection, what: Any) -> Change | None:
        book = self.rig.book
        if isinstance(what, m.HelperLegOver):
            return book.helper_leg_is_over(connection, what.attempt, self.now)
        if isinstance(what, m.HelperAccepted):
            book.leg_known(connection, what.attempt, helper=what.attempt)
            number = select(callbacks.c.number_id).join(attempts, attempts.c.callback_id == callbacks.c.id)
            if connection.execute(number.where(attempts.c.id == what.attempt)).scalar() is None:
                book.in_attempt(connection, what.attempt, m.NumberGone(), self.now)
                return None
        return book.in_attempt(connection, what.attempt, what, self.now)


def test_any_order_of_anything(tables_on_sqlite: Path, tmp_path: Path) -> None:
    """Nobody who asked is forgotten, called by two, or called when it isn't safe, whatever happens when."""
    file = tmp_path / "warmline.db"
    shutil.copy(tables_on_sqlite, file)
    AnyOrder.database = open_database(f"sqlite:///{file}")
    AnyOrder.death = Death(AnyOrder.database)
    try:
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=22,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
    finally:
        AnyOrder.database.dispose()
