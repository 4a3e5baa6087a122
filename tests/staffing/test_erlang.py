"""Erlang's formulas, against published figures and against other ways to compute them."""

from __future__ import annotations

from fractions import Fraction
from math import factorial, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.staffing.erlang import erlang_b, erlang_c, mean_wait, share_within

HELPERS = st.integers(1, 60)
BUSY = st.floats(0.01, 0.99)


def direct_c(helpers: int, load: Fraction) -> Fraction:
    """Erlang C by its definition: powers, factorials and exact fractions."""
    waiting = load**helpers / factorial(helpers) * helpers / (helpers - load)
    return waiting / (sum(load**number / factorial(number) for number in range(helpers)) + waiting)


def chain_c(helpers: int, load: float) -> float:
    """Erlang C by walking through the states of the hotline: how often as many or more are there as can be helped."""
    chances, chance = [1.0], 1.0
    for people in range(1, helpers + 4000):
        chance *= load / min(people, helpers)
        chances.append(chance)
    return sum(chances[helpers:]) / sum(chances)


@pytest.mark.parametrize(
    ("helpers", "load", "published", "digits"),
    [
        # Table C for trunked radio (TETRA), P(queue) = 5 % and 1 %: scribd.com/document/831962299, equation A.3.
        (8, 3.87, 0.05, 3),
        (10, 4.08, 0.01, 3),
        # Exercise on M/M/m, read off a printed curve: 120 customers an hour, 3 minutes, 10 assistants, “about 0.10”.
        (10, 6.0, 0.10, 2),
    ],
)
def test_the_share_that_waits_is_the_published_one(
    helpers: int, load: float, published: float, digits: int
) -> None:
    """The share of callers who have to wait is the one that printed tables give."""
    assert round(erlang_c(helpers, load), digits) == published


def test_the_share_that_is_lost_is_the_published_one() -> None:
    """Thirty lines with 25 erlangs lose about 5 % of calls (reference of Mathematica 9, ErlangB[30, 25])."""
    assert round(erlang_b(30, 25.0), 2) == 0.05


def test_the_share_of_long_waits_is_the_published_one() -> None:
    """Of those delayed, 1.6 % wait longer than a call (same source, 8 channels with 3.87 erlangs)."""
    late = 1 - share_within(8, 3.87, 60.0, 60.0)
    assert round(late / erlang_c(8, 3.87), 3) == 0.016


def test_the_mean_wait_is_that_of_the_textbook() -> None:
    """One teller, 8 customers an hour, 5 minutes each: ten minutes of waiting (λ / μ(μ − λ), exercise on M/M/c)."""
    assert mean_wait(1, 8 / 12, 5.0) == pytest.approx(10.0)


@given(HELPERS, BUSY)
def test_the_recursion_is_the_definition(helpers: int, busy: float) -> None:
    """The quick way to the share that waits gives what the definition gives in exact fractions."""
    load = helpers * busy
    assert erlang_c(helpers, load) == pytest.approx(float(direct_c(helpers, Fraction(load))), rel=1e-9)


@given(st.integers(1, 20), st.floats(0.05, 0.95))
def test_the_recursion_is_the_walk_through_all_states(helpers: int, busy: float) -> None:
    """It also gives what comes out when every state of the hotline is visited one by one."""
    assert erlang_c(helpers, helpers * busy) == pytest.approx(chain_c(helpers, helpers * busy), rel=1e-6)


@given(BUSY)
def test_one_and_two_helpers_have_simple_answers(busy: float) -> None:
    """With one helper the share that waits is how busy she is; with two it has a closed form too."""
    assert erlang_c(1, busy) == pytest.approx(busy)
    assert erlang_c(2, 2 * busy) == pytest.approx(2 * busy**2 / (1 + busy))


@given(HELPERS, BUSY)
def test_the_mean_is_what_the_single_waits_add_up_to(helpers: int, busy: float) -> None:
    """The mean wait is the sum of the shares that still wait after every short while."""
    load, step = helpers * busy, 1.0 / (helpers * (1 - busy)) / 200
    tail = sum((1 - share_within(helpers, load, 1.0, step * (place + 0.5))) * step for place in range(4000))
    assert tail == pytest.approx(mean_wait(helpers, load, 1.0), rel=1e-3)


@given(HELPERS, st.floats(1.0, 5.0))
def test_too_much_work_is_never_done(helpers: int, factor: float) -> None:
    """Where more arrives than can be done, everybody waits, and for ever."""
    load = helpers * factor
    assert (erlang_c(helpers, load), mean_wait(helpers, load, 60.0)) == (1.0, inf)
    assert share_within(helpers, load, 60.0, 1e9) == 0.0
