"""`make bench-dispatch`: how soon a helper who is free is rung, however many wait, and whether that is fair."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import delete

from benchmarks import dispatch_report
from benchmarks.databases import Databases, databases
from benchmarks.dispatch_house import House, house_with, workers_of
from benchmarks.machine import facts
from ivr.store.callback_tables import attempts, callbacks

ROOT = Path(__file__).parents[1]
WAITING = (10, 1_000, 100_000)
HELPERS = 200
A_SECOND = 6.0
PATIENCE_SECONDS = 10.0
WARM_UP = 10
ROUNDS_OF_FAIRNESS = 4

Say = Callable[[str], None]


@dataclass
class Measured:
    """Seconds from "I am free" to the provider's being asked, by database and length of the queue."""

    helpers: int
    date: str
    command: str
    seconds: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    missed: dict[tuple[str, int], int] = field(default_factory=dict)
    """How often nobody was rung in time."""
    waits: list[tuple[int, float]] = field(default_factory=list)
    """The order of asking, and seconds waited, of those who were offered in the fairness run."""
    offers: list[int] = field(default_factory=list)
    """How many callbacks each helper was offered there."""
    facts: dict[str, str] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, and writes the page and its picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dispatch", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a few helpers, to see that it runs at all")
    parser.add_argument(
        "--into", type=Path, default=ROOT / "docs", help="folder for the page and the picture"
    )
    given = parser.parse_args(arguments)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    measured = run(given.tiny, _teller())
    given.into.mkdir(parents=True, exist_ok=True)
    (given.into / "dispatch.md").write_text(dispatch_report.report(measured))
    dispatch_report.draw(measured, given.into / dispatch_report.PICTURE)
    print(dispatch_report.summary(measured))
    return 0


def run(tiny: bool, say: Say) -> Measured:
    """Measures everything; leaves nothing behind."""
    helpers, samples = (8, 6) if tiny else (HELPERS, 120)
    waiting = (10, 50) if tiny else WAITING
    kinds = ("SQLite",) if tiny else ("SQLite", "PostgreSQL")
    command = "python -m benchmarks.dispatch --tiny" if tiny else "make bench-dispatch"
    measured = Measured(helpers, datetime.now(UTC).date().isoformat(), command)
    with tempfile.TemporaryDirectory(prefix="wl-dispatch-") as name:
        folder = Path(name)
        with databases(folder, kinds, say) as made:
            measured.facts = facts(made.postgres_version, folder, separate=False)
            for kind in kinds:
                if kind == "SQLite" or made.postgres_version:
                    _measure(measured, kind, made, folder / kind, waiting, samples, say)
    return measured


def _measure(
    measured: Measured,
    kind: str,
    made: Databases,
    folder: Path,
    waiting: Sequence[int],
    samples: int,
    say: Say,
) -> None:
    folder.mkdir()
    with house_with(folder, made.new(kind), measured.helpers) as house:
        if not measured.offers:
            say(f"{kind}: who is offered what, when everybody is free")
            _fairness(measured, house)
        with workers_of(house, folder):
            for count in waiting:
                _clear(house)
                house.fill(count, time.time())
                say(f"{kind}: {count} wait, {measured.helpers} helpers")
                _free_one_by_one(measured, house, (kind, count), samples)


def _free_one_by_one(measured: Measured, house: House, of: tuple[str, int], samples: int) -> None:
    """Helpers come free at random moments, one after the other."""
    random, seconds, missed = Random(of[1]), [], 0
    for place in range(samples + WARM_UP):
        number = random.choice(house.numbers)
        while not house.has_somebody_for(number):
            number = random.choice(house.numbers)
        began = house.come_free(number)
        rung = house.wait_for_ring(number, PATIENCE_SECONDS)
        house.have_talked(number)
        time.sleep(random.expovariate(A_SECOND))
        if place < WARM_UP:
            continue
        if rung is None:
            missed += 1
        else:
            seconds.append(rung - began)
    measured.seconds[of], measured.missed[of] = seconds, missed


def _fairness(measured: Measured, house: House) -> None:
    """Everybody is on call, and several times as many ask: who is offered to whom, and in which order?"""
    wiring, now = house.back.hotline.wiring, time.time()
    house.fill(ROUNDS_OF_FAIRNESS * measured.helpers, now)
    offers: Counter[str] = Counter()
    numbers = {helper: number for number, helper in house.back.helpers.items()}
    for _ in range(ROUNDS_OF_FAIRNESS):
        with wiring.database.begin() as connection:
            for helper in numbers:
                wiring.people.helpers.choose(connection, helper, "on", time.time())
        wiring.callbacks.dispatcher.dispatch(time.time())
        with wiring.database.connect() as connection:
            offered = connection.execute(attempts.select().where(attempts.c.state == "to_ring")).all()
        for row in offered:
            offers[row.helper_id] += 1
            house.have_talked(numbers[row.helper_id])
    measured.waits, house.waits = house.waits, []
    measured.offers = sorted(offers[helper] for helper in numbers)


def _clear(house: House) -> None:
    with house.back.hotline.wiring.database.begin() as connection:
        connection.execute(delete(callbacks))
        connection.execute(delete(attempts))


def _teller() -> Say:
    start = time.monotonic()

    def say(what: str) -> None:
        taken = int(time.monotonic() - start)
        print(f"{taken // 60:2}:{taken % 60:02}  {what}", file=sys.stderr, flush=True)

    return say


if __name__ == "__main__":
    sys.exit(main())
