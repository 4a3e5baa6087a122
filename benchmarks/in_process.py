"""Microseconds a turn, without any web server: the application is called with what a server would hand it."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.calling import Application, WrongAnswer, call
from benchmarks.plan import Plan
from benchmarks.variants import Crowd, Variant
from benchmarks.webhooks import Webhook, environ_of

TELL_EVERY = 5
LEAST_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Timing:
    """Microseconds a call, one figure a round; the rounds of all variants are interleaved."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def spread(self) -> tuple[float, float]:
        """The middle half of the rounds."""
        if len(self.rounds) < 4:
            return min(self.rounds), max(self.rounds)
        low, _, high = statistics.quantiles(self.rounds, n=4)
        return low, high

    def ratio_to(self, other: Timing) -> float:
        """The median of the ratios of rounds that ran side by side: a noisy neighbour disturbs both alike."""
        return statistics.median(
            mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True)
        )


def measure(
    variants: Sequence[Variant], crowds: Sequence[Crowd], plan: Plan, say: Callable[[str], None]
) -> dict[str, Timing]:
    """Timings by name. A first round warms up and isn't counted. On a slow machine, as many rounds as time allows."""
    found: dict[str, list[float]] = {variant.name: [] for variant in variants}
    end = time.monotonic() + plan.most_seconds_in_process
    gc.freeze()
    for number in range(plan.rounds + 1):
        if number > LEAST_ROUNDS and time.monotonic() > end:
            break
        for variant, crowd in zip(variants, crowds, strict=True):
            microseconds = one_round(variant.application, crowd, plan.turns_a_round)
            if number:
                found[variant.name].append(microseconds)
        if number % TELL_EVERY == 0:
            say(f"in process: round {number} of {plan.rounds}")
    gc.unfreeze()
    return {name: Timing(tuple(times)) for name, times in found.items()}


def one_round(application: Application, crowd: Crowd, turns: int) -> float:
    """Microseconds a call."""
    crowd.ready_for(turns)
    hooks = list(crowd.turns(turns))
    environs = [environ_of(hook) for hook in hooks]
    gc.collect()
    # What was prepared doesn't belong to the turn: the collector must not walk through it meanwhile.
    gc.freeze()
    start = time.perf_counter()
    for environ in environs:
        body = call(application, environ)
    taken = time.perf_counter() - start
    if crowd.checked:
        insist_on_last(hooks[-1], body)
    return taken / turns * 1e6


def insist_on_last(hook: Webhook, body: bytes) -> None:
    """A turn counts on from the one before: when the last answer is right, all were."""
    if hook.answered_by not in body:
        raise WrongAnswer(f"{hook.target} was answered with {body[:300]!r}")
