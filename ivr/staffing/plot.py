"""The plot: for each number of helpers, who is called back in time, and how long most wait. SVG without any font or
picture from elsewhere, to be read in black and white too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from flows.picture.svg import FONT, INK, LINE, PAPER, SOFT, element, escaped, text
from flows.picture.text import wrapped
from ivr.staffing.figures import Row
from ivr.staffing.model import HOUR, Target
from ivr.staffing.report import sentence
from ivr.staffing.words import duration, of_callers, percent

WIDTH = 720.0
LEFT, COLUMNS_END, RIGHT = 24.0, 612.0, 696.0
"""What is right of the columns belongs to the words on the lines."""
TOP = 92.0
BARS, WAITS = 170.0, 150.0
"""Heights of the two charts."""
GAP = 74.0
TITLE, WORDS, SMALL = 17.0, 13.0, 12.0
REACHED, MISSED = INK, "#ffffff"
FEW = 8
"""Up to so many columns, each says its figure."""

Scale = Callable[[float], float]


def draw(rows: Sequence[Row], target: Target) -> str:
    """The whole picture. `rows` without the one that always has somebody free."""
    shown = [row for row in rows if row.helpers is not None]
    upper, lower = TOP + BARS, TOP + BARS + GAP + WAITS
    height = lower + 56
    middles = _middles(len(shown))
    content = [
        element("title", escaped(sentence(rows, target))),
        element("rect", width=WIDTH, height=height, fill=PAPER),
        *_title(sentence(rows, target)),
        *_bars(shown, middles, upper, target),
        *_waits(shown, middles, lower, target),
        *_helpers(shown, middles, lower),
    ]
    return element(
        "svg",
        "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        width=WIDTH,
        height=height,
        font_family=FONT,
        role="img",
    )


def _middles(columns: int) -> list[float]:
    width = (COLUMNS_END - LEFT) / columns
    return [LEFT + width * (place + 0.5) for place in range(columns)]


def _title(words: str) -> list[str]:
    lines = wrapped(words, TITLE, RIGHT - LEFT, 2)
    return [text(LEFT, 30 + 22 * place, line, TITLE, bold=True) for place, line in enumerate(lines)]


def _bars(rows: Sequence[Row], middles: Sequence[float], base: float, target: Target) -> list[str]:
    """Bars from zero to 100 %, dark where the target is reached."""
    heading = f"Called back within {duration(target.seconds)}, of all callers"
    shapes = [text(LEFT, TOP - 14, heading, WORDS, bold=True)]
    width = min(56.0, (COLUMNS_END - LEFT) / len(rows) * 0.62)

    def at(share: float) -> float:
        return base - share * (BARS - 22)

    for row, middle in zip(rows, middles, strict=True):
        share = row.middle.in_time
        reached = row.reaches(target)
        shapes.append(
            element(
                "rect",
                x=middle - width / 2,
                y=at(share),
                width=width,
                height=base - at(share),
                fill=REACHED if reached else MISSED,
                stroke=INK,
                stroke_width=1.5,
            )
        )
        if len(rows) <= FEW:
            shapes.append(_label(middle, at(share) - 6, percent(share), bold=reached))
    return [*_target_line(at(target.share), f"target {percent(target.share)}"), *shapes, _line(base)]


def _waits(rows: Sequence[Row], middles: Sequence[float], base: float, target: Target) -> list[str]:
    """How long most wait, with the range; what is far above the target leaves the picture, and says so."""
    heading = f"How long {of_callers(target.share)} callers wait at most"
    top = base - WAITS
    highest = _highest(rows, target)

    def at(seconds: float) -> float:
        return base - min(seconds / highest, 1.0) * (WAITS - 28)

    shapes = [text(LEFT, top - 14, heading, WORDS, bold=True), _line(base)]
    shapes += _target_line(at(target.seconds), f"target {duration(target.seconds)}")
    points = [
        (middle, at(row.middle.wait_of_target))
        for row, middle in zip(rows, middles, strict=True)
        if row.middle.wait_of_target <= highest
    ]
    path = "".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(points))
    shapes += [element("path", d=path, fill="none", stroke=INK, stroke_width=1.2)] if points else []
    for row, middle in zip(rows, middles, strict=True):
        wait, labelled = row.middle.wait_of_target, len(rows) <= FEW
        if wait > highest:
            shapes += _beyond(middle, at(highest), wait, labelled=labelled)
            continue
        low, high = at(row.low.wait_of_target), at(row.high.wait_of_target)
        shapes += [_whisker(middle, low, high), element("circle", cx=middle, cy=at(wait), r=5, fill=INK)]
        shapes += [_label(middle, min(at(wait), high) - 9, duration(wait))] if labelled else []
    return shapes


def _highest(rows: Sequence[Row], target: Target) -> float:
    """The top of the scale, in seconds: three times the target, or less where nobody waits so long."""
    waits = [row.high.wait_of_target for row in rows if row.high.wait_of_target < inf]
    return max(min(3 * target.seconds, max(waits, default=HOUR)), target.seconds)


def _beyond(x: float, y: float, wait: float, *, labelled: bool) -> list[str]:
    arrow = element("path", d=f"M{x:.1f} {y - 6:.1f}l-5 9h10z", fill=INK)
    stem = element("path", d=f"M{x:.1f} {y + 2:.1f}v14", stroke=INK, stroke_width=1.5, stroke_dasharray="3 3")
    return [arrow, stem, *([_label(x, y - 12, duration(wait))] if labelled else [])]


def _whisker(x: float, low: float, high: float) -> str:
    path = f"M{x - 5:.1f} {low:.1f}h10M{x:.1f} {low:.1f}V{high:.1f}M{x - 5:.1f} {high:.1f}h10"
    return element("path", d=path, stroke=SOFT, stroke_width=1.2)


def _target_line(y: float, words: str) -> list[str]:
    line = element(
        "path",
        d=f"M{LEFT:.1f} {y:.1f}H{COLUMNS_END:.1f}",
        stroke=SOFT,
        stroke_width=1.2,
        stroke_dasharray="6 4",
    )
    return [line, text(COLUMNS_END + 6, y + 4, words, SMALL)]


def _label(x: float, y: float, words: str, *, bold: bool = False) -> str:
    """A figure over its point, on a rim of paper that keeps lines away from it."""
    return element(
        "text",
        escaped(words),
        x=x,
        y=y,
        font_size=SMALL,
        fill=INK,
        font_weight="bold" if bold else None,
        text_anchor="middle",
        stroke=PAPER,
        stroke_width=4.0,
        stroke_linejoin="round",
        paint_order="stroke",
    )


def _line(y: float) -> str:
    return element("path", d=f"M{LEFT:.1f} {y:.1f}H{COLUMNS_END:.1f}", stroke=LINE, stroke_width=1.2)


def _helpers(rows: Sequence[Row], middles: Sequence[float], base: float) -> list[str]:
    numbers = [
        text(middle, base + 19, str(row.helpers), WORDS, anchor="middle")
        for row, middle in zip(rows, middles, strict=True)
    ]
    words = "Helpers on call at the same time. A line through a point: where the truth is, 95 % sure."
    return [*numbers, text(LEFT, base + 40, words, SMALL, fill=SOFT)]
