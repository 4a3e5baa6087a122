"""`make bench`: what a turn costs, against what it could cost at the least, on this machine and now."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import in_process, over_http, picture, report
from benchmarks.aims import judge
from benchmarks.databases import Databases, databases
from benchmarks.floor import bare, hello
from benchmarks.hotlines import build_hotline
from benchmarks.machine import cores, facts, on_core
from benchmarks.parts import where_time_goes
from benchmarks.plain_way import DATABASE_VARIABLE, THREADS, make_plain_app
from benchmarks.plan import FULL, QUICK, TINY, Plan
from benchmarks.results import Results
from benchmarks.teller import Say, teller
from benchmarks.variants import BARE, FLASK, Crowd, Variant, plain_name, real_name, thousands
from ivr.store.engine import open_database

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ELSEWHERE = ROOT / "build" / "performance"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, writes the page and its picture, and prints which aims are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes instead of ten; writes elsewhere")
    parser.add_argument("--tiny", action="store_true", help="a few turns, to see that it runs at all")
    parser.add_argument("--into", type=Path, help="folder for the page and the picture")
    given = parser.parse_args(arguments)
    plan = TINY if given.tiny else QUICK if given.quick else FULL
    into: Path = given.into or (DOCS if plan is FULL else ELSEWHERE)
    results = run(plan, teller())
    into.mkdir(parents=True, exist_ok=True)
    (into / "performance.md").write_text(report.report(results))
    picture.draw(results, into / report.PICTURE)
    print(report.summary(judge(results)))
    return 0


def run(plan: Plan, say: Say) -> Results:
    """Measures everything in the plan; leaves nothing behind."""
    serving, asking = cores()
    with tempfile.TemporaryDirectory(prefix="warmline-bench-") as name:
        folder = Path(name)
        # A database server may use whichever core is free: held to a core of its own, it would wake up three times
        # as slowly for each question.
        with databases(folder, plan.databases, say) as made:
            results = _empty_results(plan, made)
            results.facts = facts(made.postgres_version, folder, separate=serving != asking)
            variants = _variants(plan, results, made, folder, say)
            with on_core(serving):
                _measure_in_process(plan, results, variants, say)
            wanted = [variant for variant in variants if _over_http(plan, variant)]
            with on_core(asking):
                for server in plan.servers:
                    results.served[server] = over_http.measure(server, wanted, plan, serving, folder, say)
            for variant in variants:
                if variant.hotline is not None:
                    variant.hotline.wiring.database.dispose()
    return results


def _empty_results(plan: Plan, made: Databases) -> Results:
    return Results(
        plan=plan,
        date=datetime.now(UTC).date().isoformat(),
        command="make bench" if plan is FULL else f"python -m benchmarks.turns --{plan.name}",
        version=_version(),
        databases=tuple(kind for kind in plan.databases if kind != "PostgreSQL" or made.postgres_version),
    )


def _variants(plan: Plan, results: Results, made: Databases, folder: Path, say: Say) -> list[Variant]:
    found = [
        Variant(BARE, bare, "benchmarks.floor:bare"),
        Variant(FLASK, hello, "benchmarks.floor:hello"),
    ]
    for kind in results.databases:
        url = made.new(kind)
        app = make_plain_app(open_database(url, THREADS))
        found.append(Variant(plain_name(kind), app, "benchmarks.plain_wsgi:app", {DATABASE_VARIABLE: url}))
    for kind in results.databases:
        for stored in plan.stored:
            say(f"{kind}: storing {thousands(stored)} calls")
            start = time.monotonic()
            hotline = build_hotline(folder / f"{kind}_{stored}", kind, made.new(kind), stored)
            name = real_name(kind, stored)
            results.storing_seconds[name] = time.monotonic() - start
            found.append(Variant(name, hotline.app, "ivr.wsgi:app", hotline=hotline))
    return found


def _measure_in_process(plan: Plan, results: Results, variants: list[Variant], say: Say) -> None:
    crowds = [Crowd(variant, plan.callers) for variant in variants]
    results.timings = in_process.measure(variants, crowds, plan, say)
    for variant, crowd in zip(variants, crowds, strict=True):
        if variant.hotline is not None and variant.hotline.stored == plan.stored[0]:
            say(f"looking where the time goes on {variant.database}")
            shares = where_time_goes(variant.application, crowd, plan.profile_seconds)
            results.shares[variant.database] = shares


def _over_http(plan: Plan, variant: Variant) -> bool:
    if variant.hotline is not None:
        return variant.hotline.stored in plan.stored_over_http
    return plan.plain_over_http or not variant.database


def _version() -> str:
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
