"""What a turn may cost. Ratios within one run, because machines differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.results import Results
from benchmarks.variants import FLASK, real_name, thousands

MOST_TIMES_FLASK = 3.5
LEAST_SHARE_OF_FLASK = 0.5
MOST_MILLISECONDS = 25.0
MOST_TIMES_ONE_CALL = 1.10


class Judged(NamedTuple):
    """One aim and what was measured."""

    aim: str
    measured: str
    met: bool

    @property
    def verdict(self) -> str:
        return "met" if self.met else "**missed**"


def judge(results: Results) -> list[Judged]:
    """Every aim, for each database and server that was measured."""
    return [
        judged
        for database in results.databases
        for judged in (*_in_process(results, database), *_over_http(results, database))
    ]


def _in_process(results: Results, database: str) -> Iterator[Judged]:
    few, many = results.plan.stored[0], results.plan.stored[-1]
    least, most = (results.timings[real_name(database, stored)] for stored in (few, many))
    ratio = least.ratio_to(results.timings[FLASK])
    yield Judged(
        f"{database}, in process: at most {MOST_TIMES_FLASK} × a bare Flask route",
        f"{ratio:.2f} ×",
        ratio <= MOST_TIMES_FLASK,
    )
    growth = most.ratio_to(least)
    yield Judged(
        f"{database}, in process: {_growth_aim(few, many)}",
        _percent(growth - 1),
        growth <= MOST_TIMES_ONE_CALL,
    )


def _over_http(results: Results, database: str) -> Iterator[Judged]:
    few, many = results.plan.stored_over_http[0], results.plan.stored_over_http[-1]
    for server, served in results.served.items():
        least, most = (served[real_name(database, stored)] for stored in (few, many))
        share = least.rate_to(served[FLASK])
        yield Judged(
            f"{database}, {server}: at least half as many a second as a bare Flask route",
            f"{share:.2f} of it",
            share >= LEAST_SHARE_OF_FLASK,
        )
        slowest = max(least.half_milliseconds(99), most.half_milliseconds(99))
        yield Judged(
            f"{database}, {server}: p99 at half load at most {MOST_MILLISECONDS:.0f} ms",
            f"{slowest:.1f} ms",
            slowest <= MOST_MILLISECONDS,
        )
        if few != many:
            growth = 1 / most.rate_to(least)
            yield Judged(
                f"{database}, {server}: {_growth_aim(few, many)}",
                _percent(growth - 1),
                growth <= MOST_TIMES_ONE_CALL,
            )


def _growth_aim(few: int, many: int) -> str:
    return f"{thousands(many)} stored calls cost at most 10 % more than {thousands(few)}"


def _percent(share: float) -> str:
    return f"{share * 100:+.1f} %".replace("-", "−")
