"""Boxes and arrows, drawn."""

from __future__ import annotations

from flows.picture.boxes import CAP_ROOM, GO_ROOM, HEADER, LINE, PADDING, SIZE, WIDTH, Box, Row, Shape
from flows.picture.layout import PART_HEADING, PlacedPart
from flows.picture.plan import Link, Plan
from flows.picture.svg import (
    ALARM,
    CAUTION,
    INK,
    SOFT,
    arrow_head,
    curve,
    element,
    escaped,
    key_cap,
    number_tag,
    spoken,
    text,
    warning_sign,
)
from flows.picture.text import fitted, width

TINTS: dict[Shape, str] = {
    "question": "#fff6dd",
    "sound": "#eaf2f8",
    "person": "#e7f3e6",
    "choice": "#f1eff3",
    "end": "#f3efe8",
}


def draw_part(placed: PlacedPart, boxes: dict[str, Box], plan: Plan) -> str:
    """One tree: first its arrows, then its boxes over them."""
    shapes = [
        text(
            _middle(placed, placed.part.root),
            18,
            fitted(placed.part.heading, 12.5, WIDTH + 16),
            12.5,
            bold=True,
            anchor="middle",
        )
    ]
    shapes.append(_stem(placed))
    for name, children in placed.part.children.items():
        links = {link.to: link for link in plan.links[name] if link.drawn}
        for position, child in enumerate(children):
            port = WIDTH * (position + 1) / (len(children) + 1)
            shapes.append(_arrow(placed, boxes, name, child, port, links[child]))
    for name, (x, y) in placed.places.items():
        shapes.append(draw_box(boxes[name], x, y))
    return element("g", "".join(shapes), transform=f"translate({placed.x:.1f} {placed.y:.1f})")


def _middle(placed: PlacedPart, name: str) -> float:
    return placed.places[name][0] + WIDTH / 2


def _stem(placed: PlacedPart) -> str:
    x = _middle(placed, placed.part.root)
    line = element("path", d=f"M{x:.1f} 23V{PART_HEADING - 6:.1f}", stroke=INK, stroke_width=1.5)
    return line + arrow_head(x, PART_HEADING)


def _arrow(placed: PlacedPart, boxes: dict[str, Box], name: str, child: str, port: float, link: Link) -> str:
    left, top = placed.places[name]
    x1, y1 = left + port, top + boxes[name].height
    x2, y2 = _middle(placed, child), placed.places[child][1]
    bend = y2 - 38
    shapes = [_down(x1, y1, x2, bend, y2, dashed=not link.spoken_to)]
    if link.silent and link.spoken_to:
        shapes.append(_down(x1 + 6, y1, x2 + 6, bend, y2, dashed=True))
    shapes.append(arrow_head(x2, y2))
    label = ", ".join([*link.words, *(["no key"] if link.silent else [])])
    caps = link.keys
    for position, key in enumerate(caps):
        shapes.append(key_cap(x2 + (position - (len(caps) - 1) / 2) * 19, bend + 14, key))
    if label:
        beside = x2 + (len(caps) * 9.5 + 8 if caps else 9)
        words = f"or {label}" if caps else label
        shapes.append(text(beside, bend + 18, fitted(words, 10.5, 124), 10.5, fill=INK))
    return "".join(shapes)


def _down(x1: float, y1: float, x2: float, bend: float, y2: float, *, dashed: bool) -> str:
    straight = element(
        "path",
        d=f"M{x2:.1f} {bend:.1f}V{y2 - 6:.1f}",
        stroke=INK,
        stroke_width=1.5,
        stroke_dasharray="5 4" if dashed else None,
    )
    return curve(x1, y1, x2, bend, dashed=dashed) + straight


def draw_box(box: Box, x: float, y: float) -> str:
    """A box at its place: a heading with number, kind and name, then its rows."""
    colour = {"error": ALARM, "warning": CAUTION, None: INK}[box.worst]
    shapes = [
        element("title", escaped(f"{box.number} {box.name}: {box.kind}")),
        element(
            "rect",
            width=WIDTH,
            height=box.height,
            rx=16 if box.shape == "end" else 5,
            fill="#ffffff",
            stroke=colour,
            stroke_width=3 if box.worst else 2.4 if box.shape in ("person", "end") else 1.3,
            stroke_dasharray="2 3" if box.shape == "choice" and not box.worst else None,
        ),
        _heading(box),
    ]
    top = HEADER + 3
    for row in box.rows:
        shapes.append(_row(row, top))
        top += row.height
    return element("g", "".join(shapes), id=f"node-{box.name}", transform=f"translate({x:.1f} {y:.1f})")


def _heading(box: Box) -> str:
    radius = 15 if box.shape == "end" else 4
    band = element("rect", x=1.5, y=1.5, width=WIDTH - 3, height=HEADER - 4, rx=radius, fill=TINTS[box.shape])
    kind_room = width(box.kind, 11.8)
    name = fitted(box.name, 10, WIDTH - PADDING - 51 - kind_room - 6)
    shapes = [band, number_tag(PADDING + 8, 12, box.number), ICONS[box.shape]]
    shapes.append(text(PADDING + 42, 16, box.kind, 11, bold=True))
    if width(name, 10) > 14:
        shapes.append(text(WIDTH - PADDING, 16, name, 10, fill=SOFT, anchor="end"))
    return "".join(shapes)


def _row(row: Row, top: float) -> str:
    if row.alarm is not None:
        return _alarm(row, top)
    shapes = [key_cap(PADDING + 9 + n * 19, top + 9, key) for n, key in enumerate(row.keys)]
    if row.dashed:
        shapes.append(_dashes(PADDING, top + 9))
    indent = PADDING + (CAP_ROOM + (len(row.keys) - 1) * 19 if row.keys else 22 if row.dashed else 0)
    room = WIDTH - PADDING - indent - (GO_ROOM if row.goes is not None else 0)
    first = top + (13 if row.keys or row.goes is not None else 11)
    for position, line in enumerate(row.lines):
        y = first + position * LINE
        if row.spoken is not None:
            shapes.append(spoken(indent, y, room, line, row.spoken, SIZE))
        else:
            shapes.append(text(indent, y, line, SIZE - 0.5, fill=SOFT))
    if row.goes is not None:
        shapes.append(_goes_to(row.goes, top + 9, dashed=row.dashed))
    return "".join(shapes)


def _dashes(x: float, y: float) -> str:
    return element("path", d=f"M{x:.1f} {y:.1f}h16", stroke=INK, stroke_width=1.6, stroke_dasharray="4 3")


def _goes_to(number: int, y: float, *, dashed: bool) -> str:
    right = WIDTH - PADDING
    line = element(
        "path",
        d=f"M{right - 38:.1f} {y:.1f}h12",
        stroke=INK,
        stroke_width=1.5,
        stroke_dasharray="4 3" if dashed else None,
    )
    return line + arrow_head(right - 20, y, right=True) + number_tag(right - 9, y, number)


def _alarm(row: Row, top: float) -> str:
    colour = ALARM if row.alarm == "error" else CAUTION
    tint = "#fdeaea" if row.alarm == "error" else "#fdf3dc"
    shapes = [
        element("rect", x=4, y=top, width=WIDTH - 8, height=row.height - 1, rx=3, fill=tint),
        warning_sign(PADDING + 7, top + 10, colour),
    ]
    for position, line in enumerate(row.lines):
        shapes.append(
            text(PADDING + 20, top + 13 + position * LINE, line, SIZE - 0.5, fill=colour, bold=True)
        )
    return "".join(shapes)


def _icon(path: str, *, filled: bool = False) -> str:
    return element(
        "path",
        d=path,
        fill=INK if filled else "none",
        stroke=INK,
        stroke_width=1.5,
        stroke_linejoin="round",
        stroke_linecap="round",
        transform=f"translate({PADDING + 23:.1f} 5)",
    )


ICONS: dict[Shape, str] = {
    "question": _icon("M2 2h2v2h-2zM7 2h2v2h-2zM2 7h2v2h-2zM7 7h2v2h-2zM2 12h2M7 12h2", filled=True),
    "sound": _icon("M1 5h3l4 -4v12l-4 -4h-3zM11 4q3 3 0 6"),
    "person": _icon("M3 1l3 0 1 4 -2 1q1 2 3 3l1 -2 4 1v3q-10 1 -10 -10z", filled=True),
    "choice": _icon("M7 1l6 6 -6 6 -6 -6z"),
    "end": _icon("M2 2h10v10h-10z", filled=True),
}
