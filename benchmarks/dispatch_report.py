"""docs/dispatch.md and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from benchmarks.over_http import percentile

if TYPE_CHECKING:
    from benchmarks.dispatch import Measured

mpl.use("svg")

PICTURE = "dispatch.svg"
AIM_SECONDS = 1.0
FLAT_TIMES = 2.0
"""As many times as slow may the median be with the longest queue as with the shortest, to be called flat."""
INK, WARM, QUIET = "#1c2733", "#3d5a80", "#9aa5b1"
MARKS = {"SQLite": "o", "PostgreSQL": "s"}


def report(measured: Measured) -> str:
    """The page, in Markdown."""
    sections = [
        "# How soon a free helper is rung",
        f"A helper presses the button that says “on call” (or puts the phone down after a talk). The change is stored, "
        f"a job is put on the queue, a worker finds the callback that is next for this helper, claims both in one "
        f"transaction, and a second job asks the provider to ring the helper's phone. This page says how long that "
        f"takes, from the press to the provider's being asked, with {measured.helpers} helpers and with queues of "
        f"different lengths: real urgent workers, the real queue server, and a provider that only notes who is to be "
        f"rung.",
        f"Measured on {measured.date} with `{measured.command}`, which writes this page.",
        f"![How soon a free helper is rung, and how fairly; the tables below hold the figures.]({PICTURE})",
        "## What was aimed at",
        _table(("aim", "measured", ""), _aims(measured)),
        "## From “on call” to the provider's being asked",
        "Milliseconds. *missed*: nobody was rung within ten seconds.",
        _table(("database", "waiting", "p50", "p99", "slowest", "samples", "missed"), _times(measured)),
        "## Fairness",
        _fairness_words(measured),
        "## How it is measured",
        "Two processes `warmline worker --urgent`, `warmline timetable` and the embedded queue server run beside the "
        "one that measures. The provider's pace is set to a hundred calls a second, so that it isn't what is measured; "
        "with the shipped pace of one a second, helpers who come free in the same second wait for each other's turn. "
        "Each sample is one helper who comes on call at a random moment, is rung, talks with the caller and goes off "
        "call; somebody else asks to be called, so that the queue stays as long as it is. Callers want one of four "
        "languages, a fifth of them a woman or a man.",
        _table(("", "this run"), list(measured.facts.items())),
    ]
    return "\n\n".join(sections) + "\n"


def summary(measured: Measured) -> str:
    """The aims as lines for the terminal."""
    return "\n".join(f"  {verdict:4}  {aim}: {found}" for aim, found, verdict in _aims(measured))


def draw(measured: Measured, path: Path) -> None:
    """Writes the SVG."""
    from matplotlib import pyplot

    style: Any = {"svg.hashsalt": "warmline", "svg.fonttype": "none", "font.size": 9.5}
    with mpl.rc_context(style):
        figure, (times, waits, shares) = pyplot.subplots(1, 3, figsize=(11, 3.4), width_ratios=(1.3, 1, 1))
        _draw_times(times, measured)
        _draw_waits(waits, measured)
        _draw_shares(shares, measured)
        for axes in (times, waits, shares):
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
        figure.tight_layout(w_pad=2.4)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)


def _draw_times(axes: Any, measured: Measured) -> None:
    for kind in _kinds(measured):
        counts = [count for of, count in measured.seconds if of == kind]
        for share, line in ((99, "--"), (50, "-")):
            found = [percentile(measured.seconds[kind, count], share) * 1000 for count in counts]
            colour = INK if kind == "SQLite" else WARM
            axes.plot(counts, found, line, marker=MARKS[kind], color=colour, label=f"{kind}, p{share}")
    axes.axhline(AIM_SECONDS * 1000, color=QUIET, linestyle=(0, (4, 3)), linewidth=0.9)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(10, 2000)
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="lower center")
    axes.set_xlabel("callbacks waiting")
    axes.set_ylabel("milliseconds until the provider is asked")
    axes.set_title("A free helper is rung (aim: below the line)", fontsize=10, loc="left")


def _draw_waits(axes: Any, measured: Measured) -> None:
    first = measured.waits[0][0]
    places = [place - first for place, _ in measured.waits]
    axes.plot(places, [waited / 60 for _, waited in measured.waits], ".", color=WARM, markersize=2.5)
    axes.set_xlabel("order of asking")
    axes.set_ylabel("minutes waited")
    axes.set_title("First come, first served", fontsize=10, loc="left")


def _draw_shares(axes: Any, measured: Measured) -> None:
    axes.step(range(len(measured.offers)), measured.offers, where="mid", color=WARM)
    axes.set_ylim(0, max(measured.offers) + 1)
    axes.set_xlabel("helpers, sorted")
    axes.set_ylabel("callbacks offered")
    axes.set_title("Offers by helper", fontsize=10, loc="left")


def _aims(measured: Measured) -> list[tuple[str, str, str]]:
    worst = max(percentile(found, 99) for found in measured.seconds.values())
    aims = [
        ("p99 below a second, however many wait", f"{worst * 1000:.0f} ms", _verdict(worst < AIM_SECONDS))
    ]
    for kind in _kinds(measured):
        medians = [percentile(found, 50) for (of, _), found in measured.seconds.items() if of == kind]
        times = medians[-1] / medians[0]
        aim = (
            f"{kind}: the median with the longest queue at most {FLAT_TIMES:.0f} times that with the shortest"
        )
        aims.append((aim, f"{times:.2f} times", _verdict(times <= FLAT_TIMES)))
    missed = sum(measured.missed.values())
    aims.append(("everybody who came free was rung", f"{missed} weren't", _verdict(missed == 0)))
    return aims


def _verdict(met: bool) -> str:
    return "pass" if met else "MISS"


def _times(measured: Measured) -> list[tuple[str, ...]]:
    return [
        (
            kind,
            f"{count:,}".replace(",", " "),
            *(f"{value * 1000:.0f}" for value in (percentile(found, 50), percentile(found, 99), max(found))),
            str(len(found)),
            str(measured.missed[kind, count]),
        )
        for (kind, count), found in measured.seconds.items()
    ]


def _fairness_words(measured: Measured) -> str:
    offers = measured.offers
    low, middle, high = (percentile(offers, share) for share in (5, 50, 95))
    waits = [waited / 60 for _, waited in measured.waits]
    return (
        f"Two busy hours by a clock of their own: {len(waits)} people ask at random moments, more than "
        f"{len(offers)} helpers can call, and talks last as they do. While helpers are free nobody waits; then "
        f"everybody is served in the order of asking, as far as languages and wishes allow, and the wait grows with "
        f"the queue, to {max(waits):.0f} minutes; whoever waits much longer than those who asked beside them wants "
        f"what few helpers can give. Of the helpers who are free, whoever has waited longest for an offer comes first: "
        f"nine helpers of ten were offered {low:.0f} to {high:.0f} callbacks, {middle:.0f} in the middle; how many "
        f"depends on the languages that somebody speaks and on how long the talks before were."
    )


def _kinds(measured: Measured) -> list[str]:
    return list(dict.fromkeys(kind for kind, _ in measured.seconds))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
