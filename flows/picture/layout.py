"""Where the boxes stand: each part is a tree in layers, and the parts are packed onto a landscape page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from flows.picture.boxes import WIDTH
from flows.picture.plan import Part

BETWEEN = 16.0
"""Between neighbours of a layer."""

BELOW = 50.0
"""Between layers: room for an arrow, its keys and a few words."""

PART_HEADING = 40.0
PART_MARGIN = 26.0

LANDSCAPE = 1.414
"""The shape of A4 and A3 paper, lying."""


Band = tuple[float, float, float, float]
"""Left, right, top and bottom of what one layer covers, with the arrows below it."""


@dataclass(slots=True)
class PlacedPart:
    """A part with its boxes: (left, top) of each, counted from the corner of the part."""

    part: Part
    places: dict[str, tuple[float, float]]
    width: float
    height: float
    bands: list[Band]
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
    bottoms = [*tops[1:], top - BELOW]
    return PlacedPart(part, places, width, top - BELOW, _bands(layers, places, bottoms))


def _bands(
    layers: list[list[str]], places: Mapping[str, tuple[float, float]], bottoms: list[float]
) -> list[Band]:
    """Arrows run between a layer and the next, so that a band is as wide as the wider of the two."""
    spans = [
        (min(places[name][0] for name in layer), max(places[name][0] for name in layer) + WIDTH)
        for layer in layers
    ]
    bands = []
    top = 0.0
    for (left, right), (next_left, next_right), bottom in zip(
        spans, [*spans[1:], spans[-1]], bottoms, strict=True
    ):
        bands.append((min(left, next_left), max(right, next_right), top, bottom))
        top = bottom
    return bands


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
    """Puts each part where the page stays smallest, into the corners that others leave free; the width and height
    of all together. `besides` is the height that title and legend need. Nothing stands before the
    beginning of the first part: that is where people begin to read."""
    done: list[PlacedPart] = []
    width = height = 0.0
    for part in parts[:1]:
        _, right, top, bottom = part.bands[0]
        part.bands[0] = (0.0, right, top, bottom)
    for part in parts:
        part.x, part.y = min(free_spots(part, done), key=partial(_cost, part, (width, height), besides))
        done.append(part)
        width, height = max(width, part.x + part.width), max(height, part.y + part.height)
    return width, height


def _cost(
    part: PlacedPart, size: tuple[float, float], besides: float, spot: tuple[float, float]
) -> tuple[float, float, float]:
    """How wide a landscape page would have to be with the part at this spot; then the highest spot, and leftmost."""
    (x, y), (width, height) = spot, size
    page = max(width, x + part.width, (max(height, y + part.height) + besides) * LANDSCAPE)
    return page, y, x


def free_spots(part: PlacedPart, done: list[PlacedPart]) -> Iterator[tuple[float, float]]:
    """For each height at which a part could begin, the leftmost free place."""
    tops = {0.0} | {other.y + bottom + PART_MARGIN for other in done for *_, bottom in other.bands}
    for top in sorted(tops):
        yield _leftmost(part, top, done), top


def _leftmost(part: PlacedPart, y: float, done: list[PlacedPart]) -> float:
    taken = sorted(
        (other.x + o_left - right - PART_MARGIN, other.x + o_right - left + PART_MARGIN)
        for left, right, top, bottom in part.bands
        for other in done
        for o_left, o_right, o_top, o_bottom in other.bands
        if y + top < other.y + o_bottom + PART_MARGIN and other.y + o_top < y + bottom + PART_MARGIN
    )
    x = 0.0
    for begins, ends in taken:
        if begins < x < ends:
            x = ends
    return x
