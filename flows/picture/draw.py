"""A flow as one drawing, for a screen or a wall: a title, the keys that hold everywhere, its trees, and a legend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence

from flows.documents import pack_to_document
from flows.languages import name as language_name
from flows.model import AGAIN, BACK, SPEC_VERSION, Flow, Pack
from flows.picture.boxes import Boxes
from flows.picture.ink import draw_part
from flows.picture.layout import LANDSCAPE, packed, placed
from flows.picture.legend import LEGEND_HEIGHT, draw_legend
from flows.picture.plan import Plan, plan_of
from flows.picture.svg import (
    ALARM,
    CAUTION,
    FONT,
    PAPER,
    SMALLEST,
    SOFT,
    element,
    escaped,
    key_cap,
    text,
    warning_sign,
)
from flows.picture.text import fitted, width
from flows.problems import Problem

LEAST_POINTS = 7.0
MM_PER_POINT = 25.4 / 72
PAPERS = ((297, 210), (420, 297), (594, 420), (841, 594), (1189, 841))
"""A4 to A0, lying, in millimetres."""

MARGIN = 30.0
TITLE_HEIGHT = 96.0
LEAST_WIDTH = 1120.0
MOST_GENERAL = 6

WORTH_SPLITTING = 0.95
"""Branches are taken apart only where that lets everything be printed larger."""


class NoSuchFlow(LookupError):
    """The pack has no flow of this name."""


class NoSuchLanguage(LookupError):
    """Callers of this pack can't choose this language."""


def draw_flow(
    pack: Pack,
    flow_id: str,
    language: str,
    problems: Sequence[Problem] = (),
    unreadable: Collection[str] = (),
) -> str:
    """The SVG of one flow, with what callers hear in one language. `problems` are those of this flow; `unreadable`
    are its nodes that exist but couldn't be read. Raises NoSuchFlow and NoSuchLanguage."""
    flow = chosen(pack, flow_id, language)
    whole = _Drawing(pack, flow, language, problems, plan_of(pack, flow, unreadable))
    pieces = _Drawing(pack, flow, language, problems, plan_of(pack, flow, unreadable, split=True))
    return (pieces if pieces.page_width < WORTH_SPLITTING * whole.page_width else whole).svg()


def chosen(pack: Pack, flow_id: str, language: str) -> Flow:
    """The flow to be drawn. Raises NoSuchFlow and NoSuchLanguage."""
    if flow_id not in pack.flows:
        raise NoSuchFlow(flow_id)
    if language not in pack.languages:
        raise NoSuchLanguage(language)
    return pack.flows[flow_id]


def mark_of(pack: Pack) -> str:
    """Eight letters that change with anything in a pack, so that prints can be told apart."""
    document = json.dumps(pack_to_document(pack), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(document.encode("utf-8", "replace")).hexdigest()[:8]


def general_problems(problems: Sequence[Problem], plan: Plan) -> list[Problem]:
    """Those that belong to no box."""
    return [problem for problem in problems if problem.node not in plan.numbers]


def paper_for(page_width: float) -> tuple[int, int]:
    """The smallest paper, lying, in millimetres, on which no letter of a drawing is under 7 points; none is larger
    than A0."""
    for wide, high in PAPERS:
        if SMALLEST * wide / MM_PER_POINT / page_width >= LEAST_POINTS:
            return wide, high
    return PAPERS[-1]


class _Drawing:
    """One way to lay a flow out, and the page it needs."""

    def __init__(
        self, pack: Pack, flow: Flow, language: str, problems: Sequence[Problem], plan: Plan
    ) -> None:
        self.pack = pack
        self.flow = flow
        self.language = language
        self.problems = problems
        self.plan = plan
        maker = Boxes(pack, flow, language, plan, problems)
        self.boxes = {name: maker.box(name) for name in plan.numbers}
        self.parts = [
            placed(part, {name: self.boxes[name].height for name in part.children}) for part in plan.parts
        ]
        self.general = general_problems(problems, plan)
        self.head = TITLE_HEIGHT + 18.0 * min(len(self.general), MOST_GENERAL)
        besides = self.head + LEGEND_HEIGHT + 2 * MARGIN
        self.width, height = packed(self.parts, besides)
        self.page_width = max(self.width + 2 * MARGIN, LEAST_WIDTH, (height + besides) * LANDSCAPE)
        self.page_height = self.page_width / LANDSCAPE

    def svg(self) -> str:
        page, paper = (self.page_width, self.page_height), paper_for(self.page_width)
        shift = (self.page_width - self.width) / 2
        drawn = "".join(draw_part(part, self.boxes, self.plan) for part in self.parts)
        content = [
            element("title", escaped(f"The flow “{self.flow.title or self.flow.id}”")),
            element("desc", escaped(self.description())),
            element("rect", width=page[0], height=page[1], fill=PAPER),
            _title(self.pack, self.flow, self.language, page[0]),
            everywhere(self.pack, self.flow, self.language, self.plan, MARGIN, MARGIN + 68),
            _general(self.general, page[0]),
            element("g", drawn, transform=f"translate({shift:.1f} {MARGIN + self.head:.1f})")
            if drawn
            else "",
            draw_legend(MARGIN, page[1] - MARGIN - LEGEND_HEIGHT + 40),
        ]
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + element(
            "svg",
            "".join(content),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {page[0]:.0f} {page[1]:.0f}",
            width=f"{paper[0]}mm",
            height=f"{paper[1]}mm",
            font_family=FONT,
            role="img",
        )

    def description(self) -> str:
        errors = sum(problem.severity == "error" for problem in self.problems)
        return (
            f"{len(self.boxes)} boxes show what a caller hears in {language_name(self.language)} and where each "
            f"key leads; it starts at “{self.flow.start}”. "
            f"{errors} mistakes and {len(self.problems) - errors} warnings are marked."
        )


def _title(pack: Pack, flow: Flow, language: str, page_width: float) -> str:
    languages = ", ".join(language_name(code) for code in pack.languages)
    about = f"flow {flow.id} · callers can choose {languages} · language of flows {SPEC_VERSION}"
    facts = f"{about} · content {mark_of(pack)}"
    return (
        text(MARGIN, MARGIN + 20, flow.title or flow.id, 26, bold=True)
        + text(MARGIN, MARGIN + 42, fitted(facts, 12, page_width - 2 * MARGIN), 12, fill=SOFT)
        + text(
            page_width - MARGIN,
            MARGIN + 20,
            f"What callers hear in {language_name(language)}",
            14,
            anchor="end",
        )
    )


def everywhere(pack: Pack, flow: Flow, language: str, plan: Plan, x: float, y: float) -> str:
    """The keys that mean the same in every box, in one line under the title."""
    shapes = [text(x, y, "In every box:", 12.5, bold=True)]
    x += 98
    for key in {**pack.flows[pack.entry].keys, **flow.keys}.values():
        script = pack.scripts.get((key.say, language)) if key.say is not None else None
        said = f" \u2068“{script.text.strip()}”\u2069" if script is not None else ""
        number = plan.numbers.get(key.go)
        meaning = {AGAIN: "hear again", BACK: "go back"}.get(key.go, f"goes to {key.go}")
        words = fitted(meaning + (f" ({number})" if number else "") + said, 12, 420)
        shapes += [key_cap(x + 9, y - 4, key.key), text(x + 23, y, words, 12)]
        x += 23 + width(words, 12) + 26
    return "".join(shapes)


def _general(problems: Sequence[Problem], page_width: float) -> str:
    """Mistakes that belong to no box."""
    shapes = []
    hidden = len(problems) - MOST_GENERAL
    for position, problem in enumerate(problems[:MOST_GENERAL]):
        y = MARGIN + 92 + 18 * position
        colour = ALARM if problem.severity == "error" else CAUTION
        more = f" (and {hidden} more)" if hidden > 0 and position == MOST_GENERAL - 1 else ""
        words = fitted(f"{problem.message} {problem.hint}", 12, page_width - 2 * MARGIN - 120) + more
        shapes += [warning_sign(MARGIN + 8, y - 4, colour), text(MARGIN + 22, y, words, 12, fill=colour)]
    return "".join(shapes)
