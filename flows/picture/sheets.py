"""A flow on sheets of paper: no text is cut, none is smaller than 7 points, and each sheet can be read by itself.

A tree that is too large for a sheet is taken apart; where a branch goes on, its first box is named by its number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from flows.languages import name as language_name
from flows.model import Flow, Pack
from flows.picture.boxes import Box, Boxes
from flows.picture.draw import LEAST_POINTS, MM_PER_POINT, chosen, everywhere, general_problems, mark_of
from flows.picture.ink import draw_part
from flows.picture.layout import PlacedPart, free_spots, placed
from flows.picture.legend import LEGEND_WIDTH, draw_legend
from flows.picture.plan import Part, Plan, branch_of, numbered, plan_of, whence
from flows.picture.svg import FONT, PAPER, SMALLEST, SOFT, element, escaped, text
from flows.picture.text import fitted
from flows.problems import Problem

Paper = Literal["a4", "a3"]

PAPERS: dict[Paper, tuple[float, float]] = {"a4": (297.0, 210.0), "a3": (420.0, 297.0)}
"""Lying, in millimetres."""
EDGE = 10.0
"""Millimetres that printers leave white."""

POINTS_PER_UNIT = 1.03 * LEAST_POINTS / SMALLEST

HEAD = 60.0
"""Above the boxes: which sheet this is, and the keys that hold everywhere."""
WORTH_KEEPING = 3
"""A branch of so many boxes goes onto another sheet as one, rather than box by box."""


@dataclass(slots=True)
class Sheet:
    """What stands on one sheet."""

    parts: list[PlacedPart]
    boxes: list[str]
    """In the order of their numbers."""


def draw_sheets(
    pack: Pack,
    flow_id: str,
    language: str,
    problems: Sequence[Problem] = (),
    unreadable: Collection[str] = (),
    paper: Paper = "a4",
) -> str:
    """A page of HTML that prints as sheets: what is on them, and then each. Parameters and errors are those of
    `draw_flow`."""
    flow = chosen(pack, flow_id, language)
    room = room_on(paper)
    plan = plan_of(pack, flow, unreadable)
    tallest = _tallest(pack, flow, language, plan, problems)
    parts = [piece for part in plan.parts for piece in _taken_apart(part, plan, tallest, room)]
    plan = Plan(parts, plan.links, numbered(parts), plan.outside)
    for part in parts:
        part.heading = whence(plan, part)
    maker = Boxes(pack, flow, language, plan, problems)
    boxes = {name: maker.box(name) for name in plan.numbers}
    sheets = _laid_out(plan, boxes, room)
    drawn = "".join(
        _sheet(pack, flow, language, plan, boxes, sheets, number, room) for number in range(len(sheets))
    )
    title = escape(f"{flow.title or flow.id}, in {language_name(language)}")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_style(paper)}</style></head><body>\n"
        f"{_first_page(pack, flow, language, plan, boxes, sheets, problems)}{drawn}</body></html>\n"
    )


def room_on(paper: Paper) -> tuple[float, float]:
    """How much one sheet holds, in units of the drawing."""
    wide, high = PAPERS[paper]
    unit = POINTS_PER_UNIT * MM_PER_POINT
    return (wide - 2 * EDGE) / unit, (high - 2 * EDGE) / unit


def _tallest(
    pack: Pack, flow: Flow, language: str, plan: Plan, problems: Sequence[Problem]
) -> dict[str, float]:
    """The heights of boxes that tell all their ways in words, as those do whose branches stand elsewhere."""
    links = [link for found in plan.links.values() for link in found]
    drawn = [link.drawn for link in links]
    for link in links:
        link.drawn = False
    maker = Boxes(pack, flow, language, plan, problems)
    heights = {name: maker.box(name).height for name in plan.numbers}
    for link, was in zip(links, drawn, strict=True):
        link.drawn = was
    return heights


def _taken_apart(
    part: Part, plan: Plan, heights: Mapping[str, float], room: tuple[float, float]
) -> list[Part]:
    """Pieces of a tree that fit onto a sheet each, in reading order."""
    pieces, waiting = [], [part]
    while waiting:
        piece, others = _Piece(waiting.pop(0), plan, heights, room).cut()
        pieces.append(piece)
        waiting = [*others, *waiting]
    return pieces


class _Piece:
    """As much of a tree, from its root, as one sheet can hold."""

    def __init__(
        self, whole: Part, plan: Plan, heights: Mapping[str, float], room: tuple[float, float]
    ) -> None:
        self.whole = whole
        self.plan = plan
        self.heights = heights
        self.room = room
        self.kept = replace(whole, children={whole.root: []})
        self.others: list[Part] = []

    def cut(self) -> tuple[Part, list[Part]]:
        waiting = [self.whole.root]
        while waiting:
            name = waiting.pop(0)
            waiting = [*self.taken(name), *waiting]
        return self.kept, self.others

    def taken(self, name: str) -> list[str]:
        """Hangs the branches of a box where they belong, or leaves them for another sheet; those of which only the
        first box found room."""
        begun = []
        for child in self.whole.children[name]:
            branch = branch_of(self.whole, child)
            elsewhere = Part("", child, branch, name)
            if self.added(name, child, branch):
                continue
            keep_together = len(branch) >= WORTH_KEEPING and self.fits(elsewhere)
            if not keep_together and self.added(name, child, {child: []}):
                begun.append(child)
                continue
            self.plan.link(name, child).drawn = False
            self.others.append(elsewhere)
        return begun

    def added(self, name: str, child: str, branch: dict[str, list[str]]) -> bool:
        children = {each: list(below) for each, below in self.kept.children.items()} | branch
        children[name] = [*children[name], child]
        larger = replace(self.kept, children=children)
        if self.fits(larger):
            self.kept = larger
            return True
        return False

    def fits(self, part: Part) -> bool:
        laid = placed(part, self.heights)
        return laid.width <= self.room[0] and laid.height <= self.room[1] - HEAD


def _laid_out(plan: Plan, boxes: Mapping[str, Box], room: tuple[float, float]) -> list[Sheet]:
    """The pieces in reading order, each on the same sheet as the one before where there is room for it."""
    sheets: list[Sheet] = []
    for part in plan.parts:
        piece = placed(part, {name: boxes[name].height for name in part.children})
        spot = next(_spots(piece, sheets[-1].parts, room), None) if sheets else None
        if spot is None:
            sheets.append(Sheet([], []))
            spot = 0.0, 0.0
        piece.x, piece.y = spot
        sheets[-1].parts.append(piece)
        sheets[-1].boxes += sorted(part.children, key=lambda name: plan.numbers[name])
    return sheets


def _spots(
    piece: PlacedPart, done: list[PlacedPart], room: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    for x, y in free_spots(piece, done):
        if x + piece.width <= room[0] and y + piece.height <= room[1] - HEAD:
            yield x, y


def _sheet(
    pack: Pack,
    flow: Flow,
    language: str,
    plan: Plan,
    boxes: dict[str, Box],
    sheets: Sequence[Sheet],
    number: int,
    room: tuple[float, float],
) -> str:
    """One sheet as a drawing. Only a single box that is larger than any sheet makes it smaller than it should be."""
    sheet = sheets[number]
    wide = max(room[0], *(part.x + part.width for part in sheet.parts))
    high = max(room[1], *(part.y + part.height + HEAD for part in sheet.parts))
    name = f"{flow.title or flow.id} · {_boxes_on(sheet, plan)} · sheet {number + 2} of {len(sheets) + 1}"
    heard = f"What callers hear in {language_name(language)} · content {mark_of(pack)}"
    drawn = "".join(draw_part(part, boxes, plan) for part in sheet.parts)
    content = [
        element("title", escaped(name)),
        element("rect", width=wide, height=high, fill=PAPER),
        text(0, 16, fitted(name, 15, wide - 380), 15, bold=True),
        text(wide, 16, heard, 12, anchor="end", fill=SOFT),
        everywhere(pack, flow, language, plan, 0, 38),
        element("g", drawn, transform=f"translate(0 {HEAD:.1f})"),
    ]
    svg = element(
        "svg",
        "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {wide:.1f} {high:.1f}",
        font_family=FONT,
        role="img",
    )
    return f'<section class="sheet" id="sheet-{number + 2}">{svg}</section>\n'


def _boxes_on(sheet: Sheet, plan: Plan) -> str:
    first, last = plan.numbers[sheet.boxes[0]], plan.numbers[sheet.boxes[-1]]
    return f"box {first}" if first == last else f"boxes {first} to {last}"


def _first_page(
    pack: Pack,
    flow: Flow,
    language: str,
    plan: Plan,
    boxes: Mapping[str, Box],
    sheets: Sequence[Sheet],
    problems: Sequence[Problem],
) -> str:
    """What the flow is, what is wrong outside of its boxes, how to read the drawings, and where each box is."""
    wrong = "".join(
        f'<li class="{problem.severity}"><strong>{SEVERITIES[problem.severity]}</strong> '
        f"{escape(problem.message)} {escape(problem.hint)}</li>"
        for problem in general_problems(problems, plan)
    )
    rows = "".join(
        f"<h2>Sheet {number}</h2><ul>{''.join(_entry(boxes[name]) for name in sheet.boxes)}</ul>"
        for number, sheet in enumerate(sheets, 2)
    )
    legend = element(
        "svg",
        draw_legend(0, 14),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {LEGEND_WIDTH:.0f} 74",
        font_family=FONT,
        role="img",
        aria_label="What the signs in the drawings mean",
    )
    languages = ", ".join(language_name(code) for code in pack.languages)
    return (
        f'<section class="first" id="sheet-1"><h1>{escape(flow.title or flow.id)}</h1>'
        f"<p>What callers hear in {escape(language_name(language))}, and where each key leads. Callers can choose "
        f"{escape(languages)}. {len(boxes)} boxes on {len(sheets)} sheets; a number in a dark field says in which "
        f"box the call goes on. Flow {escape(flow.id)}, content {mark_of(pack)}.</p>"
        f"{f'<ul>{wrong}</ul>' if wrong else ''}{legend}<nav>{rows}</nav></section>\n"
    )


SEVERITIES = {"error": "Mistake:", "warning": "Warning:"}


def _entry(box: Box) -> str:
    sign = f' <strong class="{box.worst}">!</strong>' if box.worst else ""
    return f"<li><b>{box.number}</b> {escape(box.name)} <span>{escape(box.kind)}</span>{sign}</li>"


def _style(paper: Paper) -> str:
    wide, high = PAPERS[paper]
    return (
        f"@page {{ size: {wide:.0f}mm {high:.0f}mm; margin: {EDGE:.0f}mm; }}"
        f"body {{ margin: 0 auto; width: {wide - 2 * EDGE:.0f}mm; background: {PAPER}; color: #1f2a36; "
        f"font: 10pt/1.45 {FONT}; }}"
        f".sheet {{ height: {high - 2 * EDGE - 1:.0f}mm; break-before: page; break-inside: avoid; "
        "overflow: hidden; }"
        "svg { display: block; width: 100%; height: 100%; } .first svg { height: auto; margin: 4mm 0; }"
        "h1 { font-size: 20pt; margin: 0; } p { max-width: 210mm; margin: 2mm 0; }"
        "nav { columns: 4; column-gap: 8mm; } h2 { font-size: 10pt; margin: 0; break-after: avoid; }"
        "ul { list-style: none; margin: 0 0 3mm; padding: 0; } nav li { font-size: 9pt; break-inside: avoid; }"
        "nav span { color: #5b6672; } b { display: inline-block; min-width: 2em; }"
        ".error { color: #a3121f; } .warning { color: #7a5200; }"
        "@media screen { body { padding: 8mm; } .sheet { margin-block-start: 12mm; "
        "border-block-start: 1px solid #8a94a0; padding-block-start: 6mm; } }"
    )
