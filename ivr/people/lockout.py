"""How often somebody may be wrong. Pure: the time is handed in.

Each attempt is counted against several subjects, each with a rule of its own. What one must hold, tests hold: nobody's
wrong attempts anywhere shut out a browser that has signed in to this account before; and whoever guesses, from however
many places, is bounded by the hour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` wrong attempts cost nothing; with each further one the wait doubles. One is forgotten every so often, and
    never faster than a guesser who waits may try again.
    """

    free: int
    first_wait: float
    longest_wait: float
    one_forgotten_every: float


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is known of a subject: wrong attempts not forgotten yet, and since when the next is being forgotten."""

    count: int
    since: float
    shut_until: float


NONE = Attempts(0, 0.0, 0.0)

NAME_FROM_ADDRESS = Rule(free=5, first_wait=30, longest_wait=900, one_forgotten_every=1800)
"""One name, tried from one address by a browser that nobody has signed in with to this account."""

ADDRESS = Rule(free=30, first_wait=10, longest_wait=300, one_forgotten_every=300)
"""Any names from one address: an office may be behind it, so one forgetful helper, held up by the rule above long
before, must not shut it for the others."""

NAME = Rule(free=30, first_wait=10, longest_wait=300, one_forgotten_every=600)
"""One name, from anywhere: a guesser with many addresses."""

KNOWN_BROWSER = Rule(free=10, first_wait=30, longest_wait=300, one_forgotten_every=300)
"""A browser that has signed in to this account before. Nobody else's attempts count here, nor these anywhere else."""

CODE = Rule(free=5, first_wait=60, longest_wait=900, one_forgotten_every=3600)
"""One-time codes of one person; whoever comes so far has the password."""

PIN_FROM_PHONE = Rule(free=4, first_wait=60, longest_wait=3600, one_forgotten_every=4 * 3600)
"""One phone code, tried from one phone."""

PHONE = Rule(free=12, first_wait=60, longest_wait=1800, one_forgotten_every=3600)
"""Any phone codes from one phone."""

PIN = Rule(free=12, first_wait=60, longest_wait=1800, one_forgotten_every=3600)
"""One phone code, from anywhere."""

PANELS = Rule(free=200, first_wait=5, longest_wait=60, one_forgotten_every=60)
"""Codes of listening panels, from anywhere. A panel has no PIN, so whoever guesses is bounded to one code a minute; and
a group that waits at a phone while somebody guesses all the while gets in among the guesses, within minutes mostly."""

LONGEST_REMEMBERED = 4 * 3600.0
"""The slowest of these rules forgets an attempt in so long."""


def seconds_shut(rule: Rule, attempts: Attempts, now: float) -> int:
    """How long nothing is looked at for this subject; 0 when it is open."""
    left = attempts.shut_until - now
    # More than the longest wait is left only when the clock was set back: nobody has to wait for years.
    if left <= 0 or left > rule.longest_wait:
        return 0
    return max(1, math.ceil(left))


def with_another(rule: Rule, attempts: Attempts, now: float) -> Attempts:
    """What is known after one more wrong attempt."""
    before, since = _remembered(rule, attempts, now)
    count = before + 1
    over = count - rule.free
    if over < 0:
        return Attempts(count, since, 0.0)
    # 2 ** 20 times the first wait is beyond every longest wait, and no float overflows on the way.
    wait = min(rule.first_wait * 2 ** min(over, 20), rule.longest_wait)
    return Attempts(count, since, now + wait)


def _remembered(rule: Rule, attempts: Attempts, now: float) -> tuple[int, float]:
    forgotten = int(max(0.0, now - attempts.since) // rule.one_forgotten_every)
    left = attempts.count - forgotten
    if left <= 0 or attempts.since > now:
        return max(0, min(left, attempts.count)), now
    return left, attempts.since + forgotten * rule.one_forgotten_every
