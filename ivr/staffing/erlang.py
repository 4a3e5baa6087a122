"""The theory of waiting lines by A. K. Erlang (1917), where it applies. Pure.

Chance arrivals at a steady rate, exponential lengths, everybody patient, first come first served. `load` is the work
that arrives, in erlangs: arrivals a second times the mean length in seconds.
"""

from __future__ import annotations

from math import exp, inf


def erlang_b(helpers: int, load: float) -> float:
    """The share that finds everybody busy where nobody waits. By the recursion over helpers, which never overflows."""
    blocked = 1.0
    for number in range(1, helpers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(helpers: int, load: float) -> float:
    """The share of callers who have to wait at all; everybody, where more arrives than can be done."""
    if load >= helpers:
        return 1.0
    blocked = erlang_b(helpers, load)
    return helpers * blocked / (helpers - load * (1 - blocked))


def mean_wait(helpers: int, load: float, call_seconds: float) -> float:
    """The mean wait of all callers in seconds; infinite, where more arrives than can be done."""
    if load >= helpers:
        return inf
    return erlang_c(helpers, load) * call_seconds / (helpers - load)


def share_within(helpers: int, load: float, call_seconds: float, seconds: float) -> float:
    """The share of callers who wait no longer than so many seconds."""
    if load >= helpers:
        return 0.0
    return 1 - erlang_c(helpers, load) * exp(-(helpers - load) * seconds / call_seconds)
