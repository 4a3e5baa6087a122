"""How often somebody may be wrong: the rules alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.people import lockout
from ivr.people.lockout import NONE, Attempts, Rule, seconds_shut, with_another

RULES = {name: rule for name, rule in vars(lockout).items() if isinstance(rule, Rule)}
DAY = 24 * 3600.0
NOW = 1_772_366_400.0

MOST_IN_A_DAY = {
    "NAME_FROM_ADDRESS": 110,
    "ADDRESS": 330,
    "NAME": 330,
    "KNOWN_BROWSER": 310,
    "CODE": 110,
    "PIN_FROM_PHONE": 35,
    "PHONE": 70,
    "PIN": 70,
    "PANELS": 1650,
}
"""How many guesses somebody who never tires may have in a day, by rule."""


@pytest.mark.parametrize("name", list(RULES))
def test_a_guesser_who_never_tires_is_bounded(name: str) -> None:
    """Whoever tries again the second it is possible, for a day, has few guesses: for a PIN of six digits seventy, so
    that even in a year of days one of them is right in no more than three cases of a hundred."""
    rule, attempts, now, tried = RULES[name], NONE, NOW, 0
    while now < NOW + DAY:
        wait = seconds_shut(rule, attempts, now)
        if wait:
            now += wait
            continue
        attempts = with_another(rule, attempts, now)
        tried += 1
        now += 1
    assert rule.free < tried <= MOST_IN_A_DAY[name]


@given(st.sampled_from(list(RULES.values())), st.lists(st.floats(0, 4 * 3600), max_size=80))
def test_waiting_in_any_pattern_gains_nothing(rule: Rule, pauses: list[float]) -> None:
    """However a guesser spreads the attempts, there are never more than the free ones and one for each that was
    forgotten or waited for."""
    attempts, now, tried = NONE, NOW, 0
    for pause in pauses:
        now += pause
        if seconds_shut(rule, attempts, now) == 0:
            attempts = with_another(rule, attempts, now)
            tried += 1
    passed = now - NOW
    waits = passed / rule.first_wait if passed < 4 * rule.longest_wait else passed / rule.longest_wait + 20
    assert tried <= rule.free + 1 + passed / rule.one_forgotten_every + waits


@given(st.sampled_from(list(RULES.values())), st.integers(0, 10_000), st.floats(0, 10 * DAY))
def test_no_wait_is_longer_than_the_longest(rule: Rule, count: int, later: float) -> None:
    """After ten thousand wrong attempts the door opens again as soon as after fifty."""
    after = with_another(rule, Attempts(count, NOW, 0.0), NOW + later)
    assert 0 <= seconds_shut(rule, after, NOW + later) <= rule.longest_wait
    assert seconds_shut(rule, after, NOW + later + rule.longest_wait) == 0


@pytest.mark.parametrize("name", list(RULES))
def test_a_few_mistakes_cost_nothing(name: str) -> None:
    """The first mistakes of somebody who is tired are followed by no wait, and the waits after them grow."""
    rule, attempts, waits = RULES[name], NONE, []
    for _ in range(rule.free + 4):
        attempts = with_another(rule, attempts, NOW)
        waits.append(seconds_shut(rule, attempts, NOW))
    assert waits[: rule.free - 1] == [0] * (rule.free - 1)
    assert waits[rule.free - 1 :] == sorted(waits[rule.free - 1 :])
    assert waits[rule.free - 1] == rule.first_wait
    assert waits[-1] > waits[rule.free - 1]


@pytest.mark.parametrize("name", list(RULES))
def test_mistakes_are_forgotten_one_by_one(name: str) -> None:
    """An office in which somebody mistypes a password twice a week is never shut: what is long ago counts no more."""
    rule, attempts, now = RULES[name], NONE, NOW
    for _ in range(500):
        now += rule.one_forgotten_every * 1.01
        assert seconds_shut(rule, attempts, now) == 0
        attempts = with_another(rule, attempts, now)
    assert attempts.count <= 2


@given(st.sampled_from(list(RULES.values())), st.integers(0, 100), st.floats(0, 400 * DAY))
def test_a_clock_that_is_set_back_shuts_nobody_out_for_long(rule: Rule, count: int, back: float) -> None:
    """After a clock ran a year ahead and was set right, nobody waits for that year, and nothing is forgiven by it."""
    ahead = with_another(rule, Attempts(count, NOW + back, 0.0), NOW + back)
    assert seconds_shut(rule, ahead, NOW) <= rule.longest_wait
    assert with_another(rule, ahead, NOW).count == ahead.count + 1
