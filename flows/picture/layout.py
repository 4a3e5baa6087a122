"""Where the boxes stand: each part is a tree in layers, and the parts are packed onto a landscape page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.picture.boxes import WIDTH
from flows.picture.plan import Part

BETWEEN = 22.0
"""Between neighbours of a layer."""

BELOW = 52.0
"""Between layers: room for an arrow, its keys and a few words."""

PART_HEADING = 40.0
PART_MARGIN = 26.0

LANDSCAPE = 1.414
"""The shape of A4 and A3 paper, lying."""


@dataclass(slots=True)
class PlacedPart:
    """A part with its boxes: (left, top) of each, counted from the corner of the part."""

    part: Part
    places: dict[str, tuple[float, float]]
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0


def placed(part: Part, heights: Mapping[str, float]) -> PlacedPart:
    """The tree of a part, each box below the one it hangs on, as narrow as its branches allow."""
    layers = _layers(part)
    tops = []
    top = PART_HEADING
    for layer in layers:
        tops.append(top)
        top += max(heights[name] for name in layer) + BELOW
    lefts = _lefts(part, layers)
    least = min(lefts.values())
    places = {
        name: (lefts[name] - least, tops[depth]) for depth, layer in enumerate(layers) for name in layer
    }
    width = max(lefts.values()) - least + WIDTH
    return PlacedPart(part, places, width, top - BELOW)


def _layers(part: Part) -> list[list[str]]:
    layers = [[part.root]]
    while following := [child for name in layers[-1] for child in part.children[name]]:
        layers.append(following)
    return layers


def _lefts(part: Part, layers: list[list[str]]) -> dict[str, float]:
    """From the leaves upwards: branches are moved together until they nearly touch, and a box stands over its own."""
    shifts: dict[str, float] = {}
    outlines: dict[str, list[tuple[float, float]]] = {}
    """Of each branch, layer by layer from its own: left and right edge, counted from the left of its root."""
    for layer in reversed(layers):
        for name in layer:
            outlines[name] = _joined(part.children[name], outlines, shifts)
    lefts = {part.root: 0.0}
    for layer in layers:
        for name in layer:
            for child in part.children[name]:
                lefts[child] = lefts[name] + shifts[child]
    return lefts


def _joined(
    children: list[str], outlines: Mapping[str, list[tuple[float, float]]], shifts: dict[str, float]
) -> list[tuple[float, float]]:
    together: list[tuple[float, float]] = []
    for child in children:
        outline = outlines[child]
        shared = zip(together, outline, strict=False)
        shift = max((right - left + BETWEEN for (_, right), (left, _) in shared), default=0.0)
        shifts[child] = shift
        moved = [(left + shift, right + shift) for left, right in outline]
        together = [
            (
                together[n][0] if n < len(together) else moved[n][0],
                moved[n][1] if n < len(moved) else together[n][1],
            )
            for n in range(max(len(together), len(moved)))
        ]
    if not children:
        return [(0.0, WIDTH)]
    middle = (shifts[children[0]] + shifts[children[-1]]) / 2
    for child in children:
        shifts[child] -= middle
    return [(0.0, WIDTH), *((left - middle, right - middle) for left, right in together)]


def packed(parts: list[PlacedPart], besides: float) -> tuple[float, float]:
    """Puts the parts beside and below each other so that they fill a landscape page best; their width and
    height together. `besides` is the height that title and legend need."""
    widest = max(part.width for part in parts) + PART_MARGIN
    total = sum(part.width + PART_MARGIN for part in parts)
    candidates = {widest + (total - widest) * step / 24 for step in range(25)}
    best = min(candidates, key=lambda room: (_page_width(*_pack(parts, room), besides), room))
    return _pack(parts, best)


def _page_width(width: float, height: float, besides: float) -> float:
    return max(width, (height + besides) * LANDSCAPE)


def _pack(parts: list[PlacedPart], room: float) -> tuple[float, float]:
    """Each part as high up as it fits, then as far left."""
    done: list[PlacedPart] = []
    for part in parts:
        spots = [(0.0, 0.0)]
        for other in done:
            right, bottom = other.x + other.width + PART_MARGIN, other.y + other.height + PART_MARGIN
            spots += [(right, y) for y in (0.0, other.y)] + [(x, bottom) for x in (0.0, other.x)]
        fitting = [
            (x, y)
            for x, y in spots
            if x + part.width <= room and not any(_touch(x, y, part, o) for o in done)
        ]
        part.x, part.y = (
            min(fitting, key=lambda spot: (spot[1], spot[0])) if fitting else (0.0, _bottom(done))
        )
        done.append(part)
    return max(part.x + part.width for part in done), max(part.y + part.height for part in done)


def _bottom(done: list[PlacedPart]) -> float:
    return max((part.y + part.height + PART_MARGIN for part in done), default=0.0)


def _touch(x: float, y: float, part: PlacedPart, other: PlacedPart) -> bool:
    return (
        x < other.x + other.width + PART_MARGIN
        and other.x < x + part.width + PART_MARGIN
        and y < other.y + other.height + PART_MARGIN
        and other.y < y + part.height + PART_MARGIN
    )
