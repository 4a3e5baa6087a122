"""The tables as one picture: bars from zero, the figure at each bar, good in black and white."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.aims import LEAST_SHARE_OF_FLASK, MOST_TIMES_FLASK
from benchmarks.results import Results
from benchmarks.variants import BARE, FLASK, plain_name, real_name, thousands

mpl.use("svg")

INK = "#1c2733"
QUIET = "#9aa5b1"
PLAIN = "#d9dde2"
WARM = "#3d5a80"


def draw(results: Results, path: Path) -> None:
    """Writes the SVG. The same results give the same file."""
    from matplotlib import pyplot

    style: Any = {
        "svg.hashsalt": "warmline",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9.5,
    }
    with mpl.rc_context(style):
        servers = list(results.served)
        heights = [len(_bars_in_process(results)), *(len(_bars_served(results, name)) for name in servers)]
        figure, axes = pyplot.subplots(
            len(heights),
            1,
            figsize=(8, 0.34 * sum(heights) + 0.75 * len(heights)),
            height_ratios=heights,
            squeeze=False,
        )
        _in_process(axes[0][0], results)
        for place, server in enumerate(servers, start=1):
            _served(axes[place][0], results, server)
        figure.tight_layout(h_pad=1.6)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)


def _in_process(axes: Any, results: Results) -> None:
    floor = results.timings[FLASK].median
    limit = MOST_TIMES_FLASK * floor
    ratio = results.timings[real_name(results.databases[0], results.plan.stored[0])].ratio_to(
        results.timings[FLASK]
    )
    bars = _bars_in_process(results)
    _bars(axes, bars, [f"{thousands(value)} µs" for _, value in bars])
    _title(axes, f"In process: a turn costs {ratio:.1f} bare Flask routes on {results.databases[0]}")
    _line(axes, limit, f"aim: {MOST_TIMES_FLASK} × Flask", len(bars))


def _served(axes: Any, results: Results, server: str) -> None:
    served = results.served[server]
    flask = served[FLASK]
    share = served[real_name(results.databases[0], results.plan.stored_over_http[0])].rate_to(flask)
    bars = _bars_served(results, server)
    _bars(axes, bars, [f"{thousands(value)} a second" for _, value in bars])
    _title(
        axes, f"Under {server}: {results.databases[0]} turns come to {share * 100:.0f} % of bare Flask routes"
    )
    _line(axes, LEAST_SHARE_OF_FLASK * flask.rate, "aim: half of Flask", len(bars))


def _title(axes: Any, words: str) -> None:
    axes.annotate(words, (0.015, 1.04), xycoords=("figure fraction", "axes fraction"), fontsize=11.5)


def _bars_in_process(results: Results) -> list[tuple[str, float]]:
    return [(name, timing.median) for name, timing in results.timings.items() if name != BARE]


def _bars_served(results: Results, server: str) -> list[tuple[str, float]]:
    return [(name, found.rate) for name, found in results.served[server].items() if name != BARE]


def _bars(axes: Any, bars: list[tuple[str, float]], labels: list[str]) -> None:
    places = range(len(bars))
    drawn = axes.barh(places, [value for _, value in bars], height=0.66, edgecolor=INK, linewidth=0.6)
    for bar, (name, _) in zip(drawn, bars, strict=True):
        bar.set_facecolor(_colour(name))
        if name.startswith(_PLAIN_START):
            bar.set_hatch("///")
    background = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.bar_label(drawn, labels, padding=4, color=INK, bbox=background)
    axes.set_yticks(places, [_short(name) for name, _ in bars])
    axes.invert_yaxis()
    axes.set_xlim(0, max(value for _, value in bars) * 1.2)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _line(axes: Any, at: float, label: str, bars: int) -> None:
    if at > axes.get_xlim()[1]:
        axes.set_xlim(0, at * 1.05)
    axes.axvline(at, color=INK, linestyle=(0, (4, 3)), linewidth=0.9, zorder=0.5)
    axes.text(at, bars - 0.35, label, va="top", ha="center", fontsize=8.5)


_PLAIN_START = plain_name("").rstrip(", ")


def _colour(name: str) -> str:
    if name == FLASK:
        return QUIET
    return PLAIN if name.startswith(_PLAIN_START) else WARM


def _short(name: str) -> str:
    return name.removeprefix("A turn of ").removeprefix("A turn ").removeprefix("A ").removesuffix(" stored")
