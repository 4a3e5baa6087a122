"""`make fire`: two hundred callbacks while everything is killed, on SQLite and on PostgreSQL."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.fire.plan import LONG, SHORT
from tests.faults.fire.report import report
from tests.faults.fire.run import Burnt, Fire
from tests.postgres import PostgresServer, find_programs


def main() -> int:
    """Runs, prints what went wrong, and tells by its status whether anything did."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fire", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000, help="what is drawn from")
    parser.add_argument("--short", action="store_true", help="the course of the short test")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument(
        "--keep", action="store_true", help="leaves the folders behind when something went wrong"
    )
    parser.add_argument("--into", type=Path, help="folder for the page that tells what came of it")
    given = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    plan = SHORT if given.short else LONG
    kinds = ("sqlite", "postgresql") if given.database == "both" else (given.database,)
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f}  {what}", file=sys.stderr, flush=True)

    burnt = []
    for kind in kinds:
        say(f"{kind}, seed {given.seed}")
        folder = Path(tempfile.mkdtemp(prefix="wl-fire-"))
        one = burn(Fire(plan, given.seed, folder, say=say), kind)
        burnt.append(one)
        tell(one)
        if given.keep and one.verdict.faults:
            print(f"left in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if given.into is not None:
        (given.into / "reliability.md").write_text(report(burnt, f"make fire SEED={given.seed}"))
    return int(any(one.verdict.faults for one in burnt))


def burn(fire: Fire, kind: str) -> Burnt:
    """One run on this kind of database."""
    if kind == "sqlite":
        return fire.run()
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL isn't installed (Debian: apt-get install postgresql)")
    with PostgresServer(programs) as fire.postgres:
        return fire.run()


def tell(one: Burnt) -> None:
    """What came of it, on the terminal."""
    print(f"{one.database}, seed {one.seed}: {one.seconds:.0f} s, settled after {one.settled_seconds:.0f} s")
    print(f"  struck: {one.struck}\n  starts: {one.starts}\n  ended by themselves: {one.ended_by_themselves}")
    print(f"  {one.verdict.figures}")
    for fault in one.verdict.faults:
        print(f"  FAULT {fault}")
    unsettled = {fault.split()[1] for fault in one.verdict.faults if fault.startswith("callback ")}
    for callback, history in one.history.items():
        if callback[:6] in unsettled:
            print(f"  {callback[:6]}: {history}")


if __name__ == "__main__":
    sys.exit(main())
