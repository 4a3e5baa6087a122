"""Who has the call of somebody in crisis: one helper, whatever is pressed at the same moment, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from ivr.callbacks.book import Book
from ivr.callbacks.crisis import step_of
from ivr.callbacks.crisis_talks import Claim, CrisisTalks
from ivr.callbacks.machine import Rules
from ivr.outcomes.tables import outcome_tasks
from ivr.outcomes.tasks import open_task
from ivr.people import helper_rows
from ivr.people.roster_tables import helper_states, helper_talks
from ivr.store.callback_tables import attempts, callbacks, crisis_calls
from ivr.store.engine import open_database
from ivr.store.tables import lines, live_calls
from ivr.vault.errors import VaultOutOfReach

NOW = 1_772_366_400.0
CALL, LINE_ID, NUMBER = "c" * 32, "a" * 32, "e" * 32
HELPERS = [f"{n:032x}" for n in range(1, 9)]


class Claims:
    """The people's room, as far as claims go."""

    claim = staticmethod(helper_rows.claim)
    release = staticmethod(helper_rows.release)
    talked = staticmethod(
        lambda connection, attempt, person, began, ended: helper_rows.note_talk(
            connection, attempt, person, began, ended, False
        )
    )

    def __init__(self, untrained: frozenset[str] = frozenset()) -> None:
        self._untrained = untrained

    def may_have(self, connection: Any, person_id: str, *, crisis: bool) -> bool:
        del connection
        return crisis and person_id not in self._untrained

    def offered(self, *_: Any) -> None: ...
    def rest(self, *_: Any) -> None: ...


class Tasks:
    """The outcomes' room, as far as opening a task goes."""

    open_task = staticmethod(open_task)


class Hurry:
    """Nobody hurries."""

    def after(self, *_: Any) -> None: ...
    def dispatch(self) -> None: ...


@dataclass
class Rig:
    """A call that asks for help, and the service."""

    database: Engine
    talks: CrisisTalks
    let_go: list[str]

    def rows(self, table: Any) -> list[Any]:
        with self.database.connect() as connection:
            return list(connection.execute(select(table)))

    def asks(self, at: float = NOW) -> None:
        """The caller presses zero: helpers' phones ring."""
        row = {
            "id": CALL, "line_id": LINE_ID, "provider": "twilio", "path": "call>crisis", "language": "sw",
            "time_zone": "Africa/Nairobi", "number_id": NUMBER, "test": False, "rung_at": at, "helper": "",
            "attempt": "",
        }  # fmt: skip
        with self.database.begin() as connection:
            connection.execute(crisis_calls.delete())
            connection.execute(insert(crisis_calls).values(row))

    def is_over(self) -> None:
        """The caller's call is no more."""
        with self.database.begin() as connection:
            connection.execute(live_calls.delete())

    def presses(self, helper: str, leg: str = "", at: float = NOW) -> Claim:
        """A helper presses 1."""
        return self.talks.claim(CALL, helper, step_of(at), leg or f"leg of {helper}", NOW + 5)


@pytest.fixture
def rig(database: Engine) -> Rig:
    """A line, and a call under way on it that has asked for help."""
    return rig_on(database)


def rig_on(database: Engine) -> Rig:
    """The same, on this database."""
    let_go: list[str] = []
    with database.begin() as connection:
        connection.execute(
            insert(lines).values(
                id=LINE_ID, number="+12025550100", name="First line", provider="twilio", release_id=None,
                country="KE", time_zone="Africa/Nairobi", emergency_number="112", open_hours="{}",
                dial_emergency=False, flash=False,
            )
        )  # fmt: skip
        connection.execute(
            insert(live_calls).values(
                provider="twilio", provider_call="CA1", call_id=CALL, line_id=LINE_ID, release_id="r",
                has_number=1, turn=2, session="{}", reply="", screen_seconds=0.0, started_at=NOW, turn_at=NOW,
                expires_at=NOW + 9000,
            )
        )  # fmt: skip
    ids = iter(f"{n:032x}" for n in range(1000, 2000))
    talks = CrisisTalks(
        database,
        Book(Rules(), Claims(), Tasks()),
        Claims(),
        Hurry(),
        lambda _, number, now: bool(let_go.append(number)) or True,
        lambda: next(ids),
    )
    made = Rig(database, talks, let_go)
    made.asks()
    return made


def test_all_press_at_the_same_moment_and_one_has_the_call(rig: Rig) -> None:
    """Eight helpers press the key at once: one talks, seven hear that it is taken and are free."""
    with ThreadPoolExecutor(len(HELPERS)) as pool:
        claims = list(pool.map(rig.presses, HELPERS))
    assert sorted(claim.value for claim in claims) == ["taken"] * 7 + ["yours"]
    winner = HELPERS[claims.index(Claim.YOURS)]
    assert [row.helper for row in rig.rows(callbacks)] == [winner]
    assert [row.helper_id for row in rig.rows(attempts)] == [winner]
    assert {row.person_id for row in rig.rows(helper_states) if row.busy_with} == {winner}


def test_who_may_not_take_it_any_more_does_not_get_it(rig: Rig) -> None:
    """Mallory's training was taken back, or his account closed, while his phone rang: he hears that it is taken, before
    and after he presses the key, and Joseph has the call."""
    mallory, joseph = HELPERS[0], HELPERS[1]
    talks = replace(rig.talks, helpers=Claims(frozenset({mallory})))
    step = step_of(rig.rows(crisis_calls)[0].rung_at)
    assert talks.standing(CALL, mallory, step) is Claim.TAKEN
    assert talks.claim(CALL, mallory, step, "his leg", NOW + 5) is Claim.TAKEN
    assert rig.rows(callbacks) == []
    assert talks.claim(CALL, joseph, step, "a leg", NOW + 6) is Claim.YOURS


def test_the_same_key_twice_is_the_same_yes(rig: Rig) -> None:
    """The provider asks again whether Joseph's key was heard: it was, and nothing is written a second time."""
    assert [rig.presses(HELPERS[0]), rig.presses(HELPERS[0])] == [Claim.YOURS, Claim.YOURS]
    assert len(rig.rows(callbacks)) == len(rig.rows(attempts)) == 1


def test_the_talk_ends_once_whoever_tells_it_first(rig: Rig) -> None:
    """The end of Joseph's leg, the end of the caller's Dial, and both once more, in each order: one outcome is owed."""
    rig.presses(HELPERS[0])
    ends = [
        lambda: rig.talks.leg_is_over(HELPERS[0], f"leg of {HELPERS[0]}", NOW + 65),
        lambda: rig.talks.dial_is_over(CALL, NOW + 66),
    ]
    for tell in (*ends, *reversed(ends)):
        tell()
    [callback], [task], [talk] = rig.rows(callbacks), rig.rows(outcome_tasks), rig.rows(helper_talks)
    assert (callback.state, callback.ending) == ("closed", "talked")
    assert (task.callback_id, task.helper_id, task.seconds) == (callback.id, HELPERS[0], 60)
    assert (talk.person_id, talk.began, talk.ended) == (HELPERS[0], NOW + 5, NOW + 65)
    assert {row.busy_with for row in rig.rows(helper_states)} == {""}


def test_ends_told_by_many_at_once_open_one_task(rig: Rig) -> None:
    """Eight webhooks tell at the same moment that it is over."""
    rig.presses(HELPERS[0])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: rig.talks.dial_is_over(CALL, NOW + 60 + n), range(8)))
    assert len(rig.rows(outcome_tasks)) == 1
    assert [row.state for row in rig.rows(callbacks)] == ["closed"]


def test_another_leg_of_the_same_helper_ends_nothing(rig: Rig) -> None:
    """A late word of a leg on which Joseph didn't press the key doesn't end his talk; nor do those of others."""
    rig.presses(HELPERS[0])
    rig.talks.leg_is_over(HELPERS[0], "an older leg", NOW + 9)
    rig.talks.leg_is_over(HELPERS[1], f"leg of {HELPERS[1]}", NOW + 9)
    assert [row.state for row in rig.rows(callbacks)] == ["talking"]


def test_the_caller_is_gone_when_the_key_comes(rig: Rig) -> None:
    """Amina hung up a moment before: no callback is made, Joseph isn't in a call, and he is told so."""
    rig.is_over()
    assert rig.presses(HELPERS[0]) is Claim.CALLER_GONE
    assert rig.talks.standing(CALL, HELPERS[0], step_of(NOW)) is Claim.CALLER_GONE
    assert rig.rows(callbacks) == rig.rows(helper_states) == []


def test_a_key_of_the_first_ringing_counts_for_no_second(rig: Rig) -> None:
    """Amina has pressed zero again since: the leg of then isn't the one she waits on now."""
    rig.asks(at=NOW + 120)
    assert rig.presses(HELPERS[0], at=NOW) is Claim.CALLER_GONE
    assert rig.presses(HELPERS[0], at=NOW + 120) is Claim.YOURS


def test_a_helper_in_another_call_can_not_take_this_one(rig: Rig) -> None:
    """Joseph has taken a callback on the web meanwhile: nobody is in two calls, and the others can still take it."""
    with rig.database.begin() as connection:
        helper_rows.claim(connection, HELPERS[0], "b" * 32, NOW, NOW + 3600)
    assert rig.presses(HELPERS[0]) is Claim.IN_ANOTHER_CALL
    assert rig.rows(callbacks) == []
    assert rig.presses(HELPERS[1]) is Claim.YOURS


def test_nobody_talked_although_the_provider_says_so(rig: Rig) -> None:
    """The Dial has ended, and no key was pressed: the flow goes on to the emergency number."""
    assert rig.talks.dial_is_over(CALL, NOW + 40) is False
    rig.presses(HELPERS[0])
    assert rig.talks.dial_is_over(CALL, NOW + 60) is True


def test_an_end_that_nobody_told_is_found(rig: Rig) -> None:
    """Every word of the end is lost, and the call is over: the next pass ends the talk and forgets the call."""
    rig.presses(HELPERS[0])
    assert rig.talks.tidy(NOW + 60) == 0
    rig.is_over()
    assert rig.talks.tidy(NOW + 90) == 1
    assert [row.ending for row in rig.rows(callbacks)] == ["talked"]
    assert rig.rows(crisis_calls) == []
    assert rig.let_go == []


def test_a_number_that_nobody_needed_is_let_go_of(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody took the call: its number is shredded afterwards, and later where the vault is out of reach."""

    def out_of_reach(*_: Any) -> bool:
        raise VaultOutOfReach

    rig.is_over()
    broken = CrisisTalks(
        rig.database, rig.talks.book, rig.talks.helpers, Hurry(), out_of_reach, rig.talks.new_id
    )
    assert broken.tidy(NOW + 60) == 0
    assert rig.talks.tidy(NOW + 61) == 1
    assert (rig.let_go, rig.rows(crisis_calls)) == ([NUMBER], [])


def test_nothing_that_is_kept_leads_from_the_talk_to_the_call(rig: Rig) -> None:
    """What is known of helpers' talks for a day doesn't name the call, whose id stands at its visits for ever."""
    rig.presses(HELPERS[0])
    rig.talks.dial_is_over(CALL, NOW + 60)
    kept = [*rig.rows(helper_talks), *rig.rows(attempts), *rig.rows(callbacks), *rig.rows(outcome_tasks)]
    assert len(kept) == 4
    assert all(CALL not in str(tuple(row)) for row in kept)


EVENTS = st.one_of(
    st.tuples(st.just("press"), st.sampled_from(HELPERS[:3])),
    st.tuples(st.just("leg_over"), st.sampled_from(HELPERS[:3])),
    st.tuples(st.just("dial_over"), st.just("")),
    st.tuples(st.just("caller_gone"), st.just("")),
    st.tuples(st.just("tidy"), st.just("")),
)


@pytest.fixture(scope="module")
def empty_tables(tables_on_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One file for many short lives."""
    file = tmp_path_factory.mktemp("talks") / "warmline.db"
    shutil.copy(tables_on_sqlite, file)
    engine = open_database(f"sqlite:///{file}", threads=4)
    yield engine
    engine.dispose()


@settings(max_examples=40, deadline=None)
@given(st.lists(EVENTS, max_size=14))
def test_in_whatever_order_things_are_told(empty_tables: Engine, told: list[tuple[str, str]]) -> None:
    """Keys, ends and passes of the worker in any order and any number of times: never two helpers, never a helper in a
    call that is over, and each talk owes exactly one outcome."""
    for table in (callbacks, attempts, crisis_calls, outcome_tasks, helper_states, live_calls, lines):
        with empty_tables.begin() as connection:
            connection.execute(table.delete())
    rig = rig_on(empty_tables)
    winners = set()
    for event, helper in [*told, ("dial_over", ""), ("caller_gone", ""), ("tidy", "")]:
        match event:
            case "press" if rig.presses(helper) is Claim.YOURS:
                winners.add(helper)
            case "leg_over":
                rig.talks.leg_is_over(helper, f"leg of {helper}", NOW + 60)
            case "dial_over":
                rig.talks.dial_is_over(CALL, NOW + 60)
            case "caller_gone":
                rig.is_over()
            case "tidy":
                rig.talks.tidy(NOW + 90)
        assert len({row.helper for row in rig.rows(callbacks)}) <= 1
        assert len({row.person_id for row in rig.rows(helper_states) if row.busy_with}) <= 1
    assert len(winners) <= 1
    assert {row.busy_with for row in rig.rows(helper_states)} <= {""}
    assert [row.state for row in rig.rows(callbacks)] == ["closed"] * len(winners)
    assert {row.helper_id for row in rig.rows(outcome_tasks)} == winners
    assert rig.rows(crisis_calls) == []
    assert rig.let_go == ([] if winners else [NUMBER])
