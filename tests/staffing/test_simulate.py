"""What happens in a simulated hotline: to callers one by one, and to all of them together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.callbacks.machine import Ending
from ivr.callbacks.windows import Wish
from ivr.people.wellbeing import Care
from ivr.staffing.callers import Caller, chance_of, draw_callers
from ivr.staffing.model import DAY, HOUR, Opening, Plan, safe_hours, spread_over_a_day
from ivr.staffing.simulate import Period, play
from tests.staffing.plans import NEVER_ANSWERS, NIGHT, SIMPLE, asks, played, resting, rung

WISHES: tuple[Wish, ...] = ("as_soon_as_possible", "in_the_morning", "in_the_evening")
BUSY_DAY = Plan(spread_over_a_day(30), wishes=dict(zip(WISHES, (0.6, 0.2, 0.2), strict=True)))


def test_who_comes_first_is_called_first() -> None:
    """Three callers and one helper: each waits for the calls before, and nobody else."""
    run = played(SIMPLE, [asks(10), asks(10.1), asks(10.2)])
    assert rung(run.cases) == pytest.approx([10, 10.5, 11])


def test_two_helpers_take_two_callers_at_once() -> None:
    """With a second helper the second caller doesn't wait, and the third takes whoever is free first."""
    run = played(SIMPLE, [asks(10, 60), asks(10.1, 12), asks(10.2)], helpers=2)
    assert rung(run.cases) == pytest.approx([10, 10.1, 10.3])


def test_a_helper_rests_after_a_call() -> None:
    """The next caller waits for the end of the break as well."""
    run = played(resting(15), [asks(10), asks(10.1)])
    assert rung(run.cases) == pytest.approx([10, 10.75])


def test_a_helper_rests_longer_after_three_hard_calls() -> None:
    """The wellbeing rules hold in the simulation too: after three hard calls there is a real break."""
    hard = [asks(10 + place / 100, hard=True) for place in range(4)]
    run = played(SIMPLE, hard)
    assert rung(run.cases) == pytest.approx([10, 10.5, 11, 11.5 + Care().break_seconds / HOUR])


def test_nobody_rests_from_a_call_that_was_not_answered() -> None:
    """Ringing in vain costs the helper the ringing, and no break."""
    plan = replace(resting(15), ring_seconds=36.0)
    run = played(plan, [asks(10, answers=NEVER_ANSWERS), asks(10)])
    assert rung(run.cases) == pytest.approx([10, 10.01])


def test_who_does_not_answer_is_tried_again_and_then_unreached() -> None:
    """Three attempts, half an hour and three hours apart, and then the caller is unreached."""
    run = played(SIMPLE, [asks(8, answers=(False, False, True)), asks(8, answers=NEVER_ANSWERS)])
    assert [case.ending for case in run.cases] == [Ending.TALKED, Ending.UNREACHED]
    assert [case.callback.tried for case in run.cases] == [3, 3]


def test_whoever_asks_for_the_evening_is_called_in_the_evening() -> None:
    """A caller who asks at noon for the evening isn't rung before five, and has waited no minute by then."""
    (case,) = played(SIMPLE, [asks(12, wish="in_the_evening")]).cases
    assert rung([case]) == [17.0]
    assert case.waited == 0.0


def test_nobody_is_called_while_the_service_is_closed() -> None:
    """Who asks at noon of a service of the night is rung when it opens, and has waited all that time."""
    (case,) = played(replace(SIMPLE, opening=NIGHT), [asks(12)]).cases
    assert rung([case]) == [18.0]
    assert case.waited == 6 * HOUR


def test_a_call_under_way_goes_on_when_the_service_closes() -> None:
    """At six in the morning helpers finish their calls; the next caller waits for the evening."""
    run = played(replace(SIMPLE, opening=NIGHT), [asks(5.9), asks(5.95)])
    assert run.cases[0].ending is Ending.TALKED
    assert rung(run.cases) == pytest.approx([5.9, 18.0])


def test_a_wish_that_the_service_cannot_meet_expires() -> None:
    """Who asks for the morning of a service of the night is never rung, and isn't forgotten: the wish expires."""
    (case,) = played(replace(SIMPLE, opening=NIGHT), [asks(20, wish="in_the_morning")]).cases
    assert (case.waited, case.ending) == (None, Ending.EXPIRED)


def test_who_has_no_patience_withdraws() -> None:
    """A caller who withdraws while waiting is never rung, and the helper is there for the next."""
    run = played(SIMPLE, [asks(10, 60), asks(10.1, withdraws_at=10.5 * HOUR), asks(10.2)])
    assert [case.ending for case in run.cases] == [Ending.TALKED, Ending.WITHDRAWN, Ending.TALKED]
    assert rung(run.cases)[2] == pytest.approx(11.0)


def test_a_helper_s_time_is_counted_to_the_minute() -> None:
    """One call of half an hour with its ringing and its break, in a day on call: each counted where it belongs."""
    run = played(replace(resting(15), ring_seconds=60.0), [asks(10)])
    assert run.talk_seconds == pytest.approx(30 * 60)
    assert run.busy_seconds == pytest.approx((1 + 30 + 15) * 60)
    assert run.on_call_seconds == pytest.approx(DAY)


def test_a_helper_s_time_is_counted_in_the_hours_of_the_service_only() -> None:
    """A call that begins six minutes before closing time keeps a helper busy for six minutes of the service."""
    run = played(replace(SIMPLE, opening=NIGHT), [asks(5.9)])
    assert run.busy_seconds == pytest.approx(6 * 60)
    assert run.on_call_seconds == pytest.approx(DAY / 2)


OPENINGS = st.sampled_from([Opening(), NIGHT, Opening(((8 * HOUR, 12 * HOUR), (17 * HOUR, 22 * HOUR)))])
CALLERS = st.lists(
    st.builds(
        Caller,
        asked_at=st.floats(0, DAY - 1),
        wish=st.sampled_from(WISHES),
        talk_seconds=st.floats(0, 2 * HOUR),
        answers=st.tuples(st.booleans(), st.booleans(), st.booleans()),
        hard=st.booleans(),
        withdraws_at=st.just(inf) | st.floats(DAY, 3 * DAY),
    ),
    max_size=25,
).map(lambda drawn: sorted(drawn, key=lambda caller: caller.asked_at))


@settings(deadline=None, max_examples=25)
@given(CALLERS, st.integers(1, 3), OPENINGS, st.floats(0.1, 6.0))
def test_every_caller_is_accounted_for(
    callers: list[Caller], helpers: int, opening: Opening, days: float
) -> None:
    """Talked, unreached, expired, withdrawn, or still there when the simulation stops: nobody is lost."""
    cases = played(replace(resting(15), opening=opening), callers, helpers, days).cases
    here = [caller for caller in callers if caller.asked_at < days * DAY]
    ends = Counter(case.ending for case in cases)
    known = sum(ends[ending] for ending in (*Ending, None))
    assert known == len(cases) == len(here)
    if days > 4:
        assert ends[None] == 0
    talked = [case for case in cases if case.ending is Ending.TALKED]
    assert all(case.first_rung_at is not None and any(case.caller.answers) for case in talked)


@settings(deadline=None, max_examples=25)
@given(CALLERS, st.integers(1, 3), OPENINGS)
def test_phones_ring_only_when_it_is_safe_and_somebody_is_there(
    callers: list[Caller], helpers: int, opening: Opening
) -> None:
    """No phone rings outside the caller's safe hours or the hours of the service, however long the line is."""
    for case in played(replace(resting(15), opening=opening), callers, helpers).cases:
        if (at := case.first_rung_at) is not None:
            opens, closes = safe_hours(case.caller.wish)
            asked = case.caller.asked_at
            soon = case.caller.wish == "as_soon_as_possible" and at < asked + 2 * HOUR
            assert soon or opens <= at % DAY < closes
            assert opening.holds(at)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.floats(7, 10), st.floats(0, 25), st.booleans()), min_size=1, max_size=20),
    st.integers(1, 5),
    st.floats(0, 15),
)
def test_one_more_helper_makes_nobody_wait_longer(
    drawn: list[tuple[float, float, bool]], helpers: int, wrap_up: float
) -> None:
    """Of the very same callers on one morning, none is called later because one more helper is on call."""
    callers = [asks(hour, minutes) for hour, minutes, _ in sorted(drawn)]
    plan = replace(resting(wrap_up), hard_share=0.0)
    fewer, more = (rung(played(plan, callers, count).cases) for count in (helpers, helpers + 1))
    assert all(
        after is not None and before is not None and after <= before + 1e-6
        for before, after in zip(fewer, more, strict=True)
    )


@pytest.mark.parametrize("opening", [Opening(), NIGHT, Opening(((8 * HOUR, 22 * HOUR),))])
def test_more_helpers_never_make_the_mean_wait_longer(opening: Opening) -> None:
    """With windows, attempts and closing times too, a month's callers wait less on the whole with each helper more."""
    plan = replace(BUSY_DAY, opening=opening)
    period = Period(3 * DAY, 13 * DAY)
    callers = draw_callers(plan, 16, chance_of("more helpers"))
    means = []
    for helpers in range(1, 6):
        cases = play(plan, callers, helpers, period, 17 * DAY).cases
        waits = [72 * HOUR if (waited := case.waited) is None else waited for case in cases]
        means.append(sum(waits) / len(waits))
    assert means == sorted(means, reverse=True)
    assert means[0] > means[-1]
