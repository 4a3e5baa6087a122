"""docs/performance.md: the aims first, then the tables, then how they came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.aims import Judged, judge
from benchmarks.parts import ORDER
from benchmarks.results import Results
from benchmarks.servers import THREADS
from benchmarks.variants import FLASK, plain_name, real_name, thousands

PICTURE = "performance.svg"


def report(results: Results) -> str:
    """The page, in Markdown."""
    judged = judge(results)
    sections = [
        "# How fast a turn is",
        _introduction(results),
        _picture(results),
        "## What was aimed at",
        _table(("aim", "measured", ""), [(j.aim, j.measured, j.verdict) for j in judged], right=(1,)),
        "## In process",
        _IN_PROCESS,
        _timings(results),
        "## Over HTTP",
        _over_http_words(results),
        *(_served(results, server) for server in results.served),
        "## Where the time goes",
        _where(results),
        _shares(results),
        "## How it is measured",
        _how(results),
        _table(("", "this run"), list(results.facts.items())),
    ]
    return "\n\n".join(sections) + "\n"


def summary(judged: Iterable[Judged]) -> str:
    """The aims as lines for the terminal."""
    return "\n".join(
        f"  {'pass' if found.met else 'MISS'}  {found.aim}: {found.measured}" for found in judged
    )


_IN_PROCESS = (
    "The application is called with what a web server would hand to it; no socket, no server. Microseconds a call: "
    "the median of rounds that were interleaved, the middle half of the rounds, and how often a bare Flask route "
    "fits into it."
)


def _introduction(results: Results) -> str:
    fastest = real_name(results.databases[0], results.plan.stored[0])
    timing = results.timings[fastest]
    ratio = timing.ratio_to(results.timings[FLASK])
    plain = results.timings[plain_name(results.databases[0])].ratio_to(timing)
    return (
        f"A caller presses a key: the webhook's signature is checked, the call's session read or remembered, the flow "
        f"followed, visits and session written in one transaction, and the next screen answered. On "
        f"{results.databases[0]} that takes {timing.median:.0f} µs of one core, {ratio:.1f} times a Flask route that "
        f"does nothing. The same menu written the plain way, with less done, takes {plain:.1f} times as long as "
        f"Warmline.\n\n"
        f"Measured on {results.date} with `{results.command}` ({results.plan.name} run) at version "
        f"{results.version}. This page is written by that command; figures in microseconds belong to one machine, "
        f"ratios travel better."
    )


def _picture(results: Results) -> str:
    database = results.databases[0]
    return (
        f"![Bars: microseconds a call in process, turns a second over HTTP, and what stored calls cost on "
        f"{database}; the tables below hold the same figures.]({PICTURE})"
    )


def _timings(results: Results) -> str:
    floor = results.timings[FLASK]
    rows = []
    for name, timing in results.timings.items():
        low, high = timing.spread
        rows.append(
            (
                name,
                _microseconds(timing.median),
                f"{_microseconds(low)}–{_microseconds(high)}",
                f"{timing.ratio_to(floor):.2f}",
            )
        )
    return _table(("", "µs", "middle half", "× Flask"), rows, right=(1, 2, 3))


def _over_http_words(results: Results) -> str:
    plan = results.plan
    return (
        f"One server process with {THREADS} threads on one core, the load on the other. *As many as it takes*: "
        f"{plan.connections} connections that ask again as soon as they are answered. *Half of that*: an even stream "
        f"at half of that rate, whatever the server does, and waiting counts from the moment the key was due. Waiting "
        f"is given as p50 and p99 in milliseconds. The bare WSGI application shows how much the load generator can "
        f"ask for. A process remembers the calls that it has just answered; where several share the calls, most turns "
        f"begin with one read more."
    )


def _served(results: Results, server: str) -> str:
    served = results.served[server]
    rows = [
        (
            name,
            thousands(found.rate),
            f"{found.rate_to(served[FLASK]):.2f}",
            f"{found.full_milliseconds(50):.1f}",
            f"{found.full_milliseconds(99):.1f}",
            f"{found.half_milliseconds(50):.1f}",
            f"{found.half_milliseconds(99):.1f}",
        )
        for name, found in served.items()
    ]
    head = (f"under {server}", "a second", "of Flask's", "p50", "p99", "p50 at half", "p99 at half")
    return _table(head, rows, right=(1, 2, 3, 4, 5, 6))


def _where(results: Results) -> str:
    sentences = []
    for database, shares in results.shares.items():
        first, second = sorted(shares, key=lambda part: -shares[part])[:2]
        inside = sum(share for part, share in shares.items() if part.startswith("Database"))
        sentences.append(
            f"On {database}, most goes into “{first}” ({shares[first]:.0%}) and “{second}” ({shares[second]:.0%}); "
            f"the database in all takes {inside:.0%}."
        )
    return (
        "What is running was looked at a thousand times a second while turns were taken, and every look belongs to "
        "the innermost of our functions, or to the framework. Microseconds are those shares of the undisturbed turn. "
        + " ".join(sentences)
    )


def _shares(results: Results) -> str:
    rows = []
    for part in ORDER:
        cells = []
        for database, shares in results.shares.items():
            turn = results.timings[real_name(database, results.plan.stored[0])].median
            share = shares.get(part, 0.0)
            cells += [_microseconds(share * turn), f"{share * 100:.0f} %"]
        if any(shares.get(part) for shares in results.shares.values()):
            rows.append((part, *cells))
    head = ("part of a turn", *(name for kind in results.shares for name in (f"{kind}, µs", "share")))
    return _table(head, rows, right=range(1, len(head)))


def _how(results: Results) -> str:
    plan = results.plan
    stored = ", ".join(thousands(count) for count in plan.stored)
    seconds = max(results.storing_seconds.values(), default=0.0)
    return (
        f"`make bench` builds hotlines with the shipped pack and {stored} calls that are over (seven visits and a note "
        f"each; storing the most took {seconds:.0f} s), and {plan.callers} callers on the line at once, each pressing "
        f"`2` to be led to the next thing to listen to. Turns of different callers are interleaved, every webhook "
        f"carries the 28 fields of a real one, a signature of its own and the next turn's number, and answers are "
        f"checked: a figure for an emergency screen would be a lie. The plain way is the SDK's `RequestValidator`, an "
        f"ORM object added and committed, and the SDK's `VoiceResponse`; it reads nothing back and recognises no "
        f"repetition. The bare application and the bare route answer five letters to the same webhook. PostgreSQL's "
        f"commits don't wait for the disk, like SQLite's in WAL mode; with its own default each turn would wait for "
        f"one more write to the disk, which is idle time, not work. "
        f"`python -m benchmarks.turns --quick` takes two minutes and writes into `build/performance`."
    )


def _microseconds(value: float) -> str:
    return f"{value:.1f}" if value < 10 else thousands(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    aligned = set(right)
    rule = ["---:" if number in aligned else "---" for number in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
