"""`make bench-dispatch`: how soon a helper who is free is rung, however many wait, and whether that is fair."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import delete, select

from benchmarks import dispatch_report
from benchmarks.databases import Databases, databases
from benchmarks.dispatch_fairness import busy_hours
from benchmarks.dispatch_house import House, house_with, workers_of
from benchmarks.machine import facts
from benchmarks.teller import Say, teller
from ivr.people.roster_tables import helper_talks
from ivr.store.callback_tables import attempts, callbacks

ROOT = Path(__file__).parents[1]
WAITING = (10, 1_000, 100_000)
HELPERS = 200
A_SECOND = 6.0
PATIENCE_SECONDS = 10.0
WARM_UP = 10
CALLERS_A_HELPER = 4


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
    """The order of asking, and seconds waited, of two busy hours."""
    offers: list[int] = field(default_factory=list)
    """How many callbacks each helper was offered then."""
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
    measured = run(given.tiny, teller())
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
            say(f"{kind}: two busy hours, by a clock of their own")
            busy = busy_hours(house, CALLERS_A_HELPER * measured.helpers)
            measured.waits = sorted(busy.waits.items())
            measured.offers = sorted(busy.offers.values())
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


def _clear(house: House) -> None:
    """Nobody waits, nobody talks, and every helper is off call."""
    wiring = house.back.hotline.wiring
    with wiring.database.begin() as connection:
        for row in connection.execute(select(attempts.c.id).where(attempts.c.state != "over")).all():
            wiring.people.helpers.release(connection, row.id)
        for helper in house.back.helpers.values():
            wiring.people.helpers.choose(connection, helper, "off", time.time())
        for table in (callbacks, attempts, helper_talks):
            connection.execute(delete(table))


if __name__ == "__main__":
    sys.exit(main())
