"""Whose turn it is: the queue in the database against a plain sorted list, for every kind of helper."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, update

from ivr.callbacks import machine, windows
from ivr.callbacks.matching import Offering
from ivr.callbacks.queue import Glance, make_ready
from ivr.store.callback_tables import callbacks
from tests.callbacks.book_rig import ASKED, ZONE, Rig

LANGUAGES = ("en", "sw", None)
GENDERS = {"": "", "a_woman": "woman", "a_man": "man"}


@pytest.fixture
def rig(database: Engine) -> Rig:
    """Callbacks and helpers on each kind of database."""
    made = Rig(database)
    made.start_afresh()
    return made


@dataclass(frozen=True)
class Waits:
    """Somebody who asked, so many seconds after the first could."""

    after: int
    language: str | None
    gender: str
    need: str
    safe_when: str


people_who_wait = st.lists(
    st.builds(
        Waits,
        st.integers(0, 6 * 3600),
        st.sampled_from(LANGUAGES),
        st.sampled_from(sorted(GENDERS)),
        st.sampled_from(["crisis", "other"]),
        st.sampled_from(["as_soon_as_possible", "in_the_morning", "in_the_evening"]),
    ),
    max_size=8,
)
helpers_who_are_free = st.builds(
    Offering,
    st.sets(st.sampled_from(["en", "sw", "fr"]), min_size=1).map(frozenset),
    st.sampled_from(["woman", "man", "", "other"]),
    st.booleans(),
)


def may_have(one: Waits, helper: Offering, now: float) -> bool:
    """The rules in plain words, written anew: safe now, then language, wish, training."""
    at = ASKED + one.after
    if at > now or not windows.next_span(one.safe_when, ZONE, at, now).holds(now):  # type: ignore[arg-type]
        return False
    if one.language is not None and one.language not in helper.languages:
        return False
    if GENDERS[one.gender] and GENDERS[one.gender] != helper.gender:
        return False
    return one.need != "crisis" or helper.crisis_trained


def waited_safely(one: Waits, now: float) -> float:
    """How long somebody has waited at times that are safe for them, to the minute."""
    at, waited = ASKED + one.after, 0.0
    while at < now:
        step = min(60.0, now - at)
        span = windows.next_span(one.safe_when, ZONE, ASKED + one.after, at)  # type: ignore[arg-type]
        waited += step if span.holds(at) else 0.0
        at += step
    return waited


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waiting=people_who_wait, helper=helpers_who_are_free, now=st.integers(0, 30 * 3600))
def test_the_queue_gives_who_the_rules_name(
    rig: Rig, waiting: list[Waits], helper: Offering, now: int
) -> None:
    """Who is offered next may be called now by this helper; whoever is passed over has waited no longer, safely."""
    clock = ASKED + now
    with rig.database.begin() as connection:
        connection.execute(delete(callbacks))
    asked = {f"{place:032x}": one for place, one in enumerate(waiting) if ASKED + one.after <= clock}
    for callback_id, one in asked.items():
        rig.waits(
            callback_id,
            ASKED + one.after,
            language=one.language,
            need=one.need,
            wishes={"safe_when": one.safe_when, "helper_gender": one.gender},
        )
    sweep_through(rig, clock)
    with rig.database.begin() as connection:
        got = Glance().first_for(connection, helper, clock)
    possible = {key: one for key, one in asked.items() if may_have(one, helper, clock)}
    assert (got is None) == (not possible)
    if got is not None:
        assert got in possible
        urgent = {key for key, one in possible.items() if one.need == "crisis"}
        assert not urgent or got in urgent
        rivals = urgent or set(possible)
        longest = max(waited_safely(possible[key], clock) for key in rivals)
        assert waited_safely(possible[got], clock) >= longest - 120


def sweep_through(rig: Rig, now: float) -> None:
    """What the sweep does as the hours pass: ends waits that are over, and makes ready whose hours have begun."""
    for callback_row in rig.rows(callbacks):
        while (row := rig.row(callback_row.id)).state == "waiting" and row.until <= now:
            with rig.database.begin() as connection:
                rig.book.happened(connection, row.id, machine.TimePassed(), row.until)
    with rig.database.begin() as connection:
        make_ready(connection, now)


def test_nobody_is_ready_before_the_safe_hours(rig: Rig) -> None:
    """Amina asked at five for a morning: she isn't in the queue before eight, and is then, exactly once."""
    rig.waits("amina", wishes={"safe_when": "in_the_morning"})
    at_eight = rig.row("amina").not_before
    with rig.database.begin() as connection:
        assert make_ready(connection, at_eight - 1) == 0
        assert make_ready(connection, at_eight) == 1
        assert make_ready(connection, at_eight) == 0
    assert (rig.row("amina").ready, rig.row("amina").version) == (True, 1)


def test_whose_number_is_gone_is_offered_to_nobody(rig: Rig) -> None:
    """A shredded number can't be called: it isn't offered even before the sweep has closed the case."""
    rig.waits("amina")
    with rig.database.begin() as connection:
        connection.execute(update(callbacks).values(number_id=None))
        anybody = Offering(frozenset({"en"}), "", crisis_trained=True)
        assert Glance().first_for(connection, anybody, ASKED + 1) is None
