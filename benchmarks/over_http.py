"""Turns over HTTP: how many a second a server takes, and how long callers wait when it is half busy."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load import Load, Window
from benchmarks.plan import Plan
from benchmarks.servers import serving
from benchmarks.variants import Crowd, Variant

WARM_UP_SECONDS = 0.5
MARGIN = 1.5


@dataclass
class Served:
    """What was measured of one variant under one server, window by window."""

    full: list[Window] = field(default_factory=list)
    half: list[Window] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Turns a second at saturation."""
        return statistics.median(window.rate for window in self.full)

    def full_milliseconds(self, percent: int) -> float:
        """A percentile of the waiting at saturation: the median of the windows'."""
        return statistics.median(percentile(window.latencies, percent) for window in self.full)

    def half_milliseconds(self, percent: int) -> float:
        """A percentile of the waiting at half load: the median of the windows'."""
        return statistics.median(percentile(window.latencies, percent) for window in self.half)

    def rate_to(self, other: Served) -> float:
        """The median of the ratios of windows that ran side by side."""
        return statistics.median(m.rate / t.rate for m, t in zip(self.full, other.full, strict=True))


def percentile(latencies: Sequence[float], percent: int) -> float:
    """The latency that so many per cent of the turns don't exceed."""
    ordered = sorted(latencies)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def measure(
    server: str,
    variants: list[Variant],
    plan: Plan,
    core: int | None,
    folder: Path,
    say: Callable[[str], None],
) -> dict[str, Served]:
    """All variants under one server, in turn, window after window. The load runs on this process's core."""
    found = {variant.name: Served() for variant in variants}
    crowds = [Crowd(variant, plan.callers) for variant in variants]
    with serving(server, variants, core, folder) as ports:
        rates = [_warm_up(port, crowd, plan) for port, crowd in zip(ports, crowds, strict=True)]
        for number in range(plan.windows):
            say(f"{server}: as many as it takes, window {number + 1} of {plan.windows}")
            for variant, port, crowd, rate in zip(variants, ports, crowds, rates, strict=True):
                crowd.ready_for(int(rate * plan.window_seconds * MARGIN))
                with closing(Load(port, crowd, plan.connections)) as load:
                    found[variant.name].full.append(load.saturate(plan.window_seconds))
        for number in range(plan.half_windows):
            say(f"{server}: half of that, window {number + 1} of {plan.half_windows}")
            for variant, port, crowd in zip(variants, ports, crowds, strict=True):
                rate = found[variant.name].rate / 2
                crowd.ready_for(int(rate * plan.half_seconds * MARGIN))
                with closing(Load(port, crowd, plan.half_connections)) as load:
                    found[variant.name].half.append(load.keep_pace(plan.half_seconds, rate))
    return found


def _warm_up(port: int, crowd: Crowd, plan: Plan) -> float:
    crowd.ready_for(plan.connections * 100)
    with closing(Load(port, crowd, plan.connections)) as load:
        return load.saturate(min(WARM_UP_SECONDS, plan.window_seconds)).rate
