"""What the shapes mean, along the foot of the page."""

from __future__ import annotations

from flows.picture.boxes import PADDING, SHAPES, Shape
from flows.picture.ink import ICONS, TINTS
from flows.picture.svg import (
    ALARM,
    CAUTION,
    INK,
    LINE,
    arrow_head,
    element,
    key_cap,
    number_tag,
    text,
    warning_sign,
)
from flows.picture.text import width

LEGEND_HEIGHT = 96.0
LEGEND_WIDTH = 1062.0

MEANINGS: dict[Shape, str] = {
    "question": "waits for a key",
    "sound": "something to listen to",
    "person": "brings a person",
    "choice": "silent: the call decides",
    "end": "says goodbye and ends",
}


def draw_legend(x: float, y: float) -> str:
    """At most 1060 units wide, so that it fits the narrowest page."""
    rule = element("path", d=f"M{x:.1f} {y - 12:.1f}h1060", stroke=LINE, stroke_width=1)
    return rule + _shapes(x, y + 10) + _lines(x, y + 42)


def _shapes(x: float, y: float) -> str:
    drawn = []
    for shape in dict.fromkeys(shape for shape, _ in SHAPES.values()):
        sample = element(
            "rect",
            x=0,
            y=1,
            width=28,
            height=22,
            rx=10 if shape == "end" else 4,
            fill=TINTS[shape],
            stroke=INK,
            stroke_width=2.4 if shape in ("person", "end") else 1.3,
            stroke_dasharray="2 3" if shape == "choice" else None,
        )
        icon = element("g", ICONS[shape], transform=f"translate({-PADDING - 16:.1f} 0)")
        drawn.append(element("g", sample + icon, transform=f"translate({x:.1f} {y - 12:.1f})"))
        drawn.append(text(x + 35, y + 4, MEANINGS[shape], 12))
        x += 35 + width(MEANINGS[shape], 12) + 24
    return "".join(drawn)


def _lines(x: float, y: float) -> str:
    dashed = element(
        "path", d=f"M{x + 150:.1f} {y:.1f}h24", stroke=INK, stroke_width=1.6, stroke_dasharray="5 4"
    )
    solid = element("path", d=f"M{x + 292:.1f} {y:.1f}h14", stroke=INK, stroke_width=1.5)
    return "".join(
        (
            key_cap(x + 9, y, "1"),
            text(x + 24, y + 4, "the caller presses 1", 12),
            dashed,
            arrow_head(x + 182, y, right=True),
            text(x + 190, y + 4, "no key is pressed", 12),
            solid,
            arrow_head(x + 314, y, right=True),
            number_tag(x + 324, y, 7),
            text(x + 340, y + 4, "goes on at box 7", 12),
            warning_sign(x + 472, y, ALARM),
            text(x + 486, y + 4, "a mistake: it can't go on air", 12, fill=ALARM),
            warning_sign(x + 680, y, CAUTION),
            text(x + 694, y + 4, "a warning: better changed", 12, fill=CAUTION),
            text(x + 862, y + 4, "(☎) the emergency number", 12),
        )
    )
