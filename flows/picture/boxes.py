"""What stands in the box of a node, line by line, and how much room it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from flows.lengths import seconds_of
from flows.model import (
    EMERGENCY_NUMBER,
    WAITING_TIME,
    AskLanguage,
    Branch,
    Callback,
    Connect,
    End,
    Enter,
    Flow,
    Menu,
    Node,
    Pack,
    Play,
    Rate,
    Return,
    Services,
    VoiceMessage,
    Withdraw,
)
from flows.picture.plan import Link, Plan
from flows.picture.text import wrapped
from flows.problems import Problem, Severity
from flows.prompts import KEYS_FOR_LANGUAGES, THIS_LANGUAGE

WIDTH = 224.0
PADDING = 9.0
ROOM = WIDTH - 2 * PADDING
SIZE = 11.5
LINE = 14.5
HEADER = 24.0
CAP_ROOM = 24.0
GO_ROOM = 46.0
MOST_LINES = 40
"""No text is cut that somebody can be asked to listen to; so many lines are two minutes of speech."""
MOST_PROBLEMS = 4

Shape = Literal["question", "sound", "person", "choice", "end"]

SHAPES: dict[type[Node], tuple[Shape, str]] = {
    AskLanguage: ("question", "Languages"),
    Menu: ("question", "Menu"),
    Rate: ("question", "Question"),
    Play: ("sound", "Plays"),
    Services: ("sound", "Services"),
    VoiceMessage: ("sound", "Records"),
    Callback: ("person", "Callback"),
    Withdraw: ("choice", "Withdraws"),
    Connect: ("person", "Connects"),
    Branch: ("choice", "Decides"),
    Enter: ("choice", "Enters"),
    Return: ("choice", "Returns"),
    End: ("end", "The end"),
}

BRANCHES = {
    "open": "Is the line open now?",
    "number": "Does the caller's phone show a number?",
    "language": "Which language was chosen?",
    "callback": "Is a call noted for this phone already?",
}


@dataclass(slots=True)
class Row:
    """One entry of a box. `keys` are drawn as caps before the text; `goes` is the number of another box."""

    lines: list[str]
    keys: list[str] = field(default_factory=list)
    spoken: str | None = None
    """The language, when callers hear this; None for the picture's own words."""
    goes: int | None = None
    dashed: bool = False
    alarm: Severity | None = None

    @property
    def height(self) -> float:
        least = 19.0 if self.keys or self.goes is not None else 0.0
        return max(least, len(self.lines) * LINE) + (4.0 if self.alarm else 2.0)


@dataclass(slots=True)
class Box:
    """A node as it is drawn."""

    name: str
    number: int
    shape: Shape
    kind: str
    rows: list[Row]
    worst: Severity | None

    @property
    def height(self) -> float:
        return HEADER + sum(row.height for row in self.rows) + 8.0


class Boxes:
    """Makes the boxes of one flow in one language."""

    def __init__(
        self, pack: Pack, flow: Flow, language: str, plan: Plan, problems: Sequence[Problem]
    ) -> None:
        self.pack = pack
        self.flow = flow
        self.language = language
        self.plan = plan
        self.problems = problems

    def box(self, name: str) -> Box:
        node = self.flow.nodes.get(name)
        shape, kind = SHAPES[type(node)] if node is not None else ("choice", "Can't be read")
        rows = [] if node is None else [*self.content(node), *self.ways(node)]
        mine = [problem for problem in self.problems if problem.node == name]
        worst: Severity | None = (
            None if not mine else "error" if any(p.severity == "error" for p in mine) else "warning"
        )
        return Box(name, self.plan.numbers[name], shape, kind, [*rows, *self.troubles(mine)], worst)

    # What is heard

    def content(self, node: Node) -> list[Row]:
        match node:
            case AskLanguage():
                return self.languages()
            case Menu(prompts=prompts, options=options):
                drawn = {link.to for link in self.plan.links[node.id] if link.drawn}
                answers = [self.answer(o.key, o.say, None if o.go in drawn else o.go) for o in options]
                return [*self.said(prompts), *answers]
            case Rate(prompts=prompts, choices=choices, note=note):
                answers = [self.answer(choice.key, choice.say, None) for choice in choices]
                return [*self.said(prompts), *answers, self.words(f"noted as “{note}”")]
            case Play(prompts=prompts):
                return [*self.said(prompts), *self.length(node)]
            case VoiceMessage(prompts=prompts, seconds=seconds):
                return [*self.said(prompts), self.words(f"at most {seconds} s")]
            case End(prompts=prompts):
                return self.said(prompts)
            case _:
                return [self.words(line) for line in self.inside(node)]

    def inside(self, node: Node) -> list[str]:
        match node:
            case Callback(need=need, wishes=wishes, clocks=clocks):
                told = [f"with the answers to: {', '.join(wishes)}"] if wishes else []
                told += [f"{answer.replace('_', ' ')}: the clock of {zone}" for answer, zone in clocks]
                return [f"for: {need.replace('_', ' ')}", *told]
            case Withdraw():
                return ["the call that is noted for this phone"]
            case Services(need=need, area=area):
                near = [f"near: the answer to {area}"] if area is not None else []
                return [f"at most three, for: {need.replace('_', ' ')}", *near]
            case Connect(to="emergency", seconds=seconds):
                return [f"with the emergency number, ringing {seconds} s"]
            case Connect(seconds=seconds):
                return [f"with a helper on duty, ringing {seconds} s"]
            case Branch(on=on):
                return [BRANCHES[on]]
            case Enter(flow=flow):
                return [f"the flow “{flow}”, and comes back"]
            case Return():
                return ["to the flow this one was entered from"]
            case _:
                return []

    def languages(self) -> list[Row]:
        rows = []
        for key, language in zip(KEYS_FOR_LANGUAGES, self.pack.languages, strict=False):
            script = self.pack.scripts.get((THIS_LANGUAGE, language))
            shown = script.text if script is not None else f"({THIS_LANGUAGE})"
            rows.append(Row(wrapped(shown, SIZE, ROOM - CAP_ROOM, 1), [key], language))
        return rows

    def said(self, prompts: tuple[str, ...]) -> list[Row]:
        texts = [self.script(prompt) for prompt in prompts]
        lines = wrapped(" ".join(texts), SIZE, ROOM, MOST_LINES)
        return [Row(lines, spoken=self.language)]

    def script(self, prompt: str) -> str:
        if prompt == EMERGENCY_NUMBER:
            return "(☎)"
        if prompt == WAITING_TIME:
            return "(how long it may take)"
        if not prompt:
            return "(?)"
        script = self.pack.scripts.get((prompt, self.language))
        return " ".join(script.text.split()) if script is not None and script.text else f"({prompt})"

    def answer(self, key: str, say: str, to: str | None) -> Row:
        goes = self.plan.numbers.get(to) if to is not None else None
        room = ROOM - CAP_ROOM - (GO_ROOM if goes is not None else 0)
        return Row(wrapped(self.script(say), SIZE, room, 4), [key], self.language, goes)

    def length(self, node: Play) -> list[Row]:
        seconds = seconds_of(self.pack, node.prompts, self.language, {})
        return [self.words(f"about {seconds:.0f} s")] if seconds >= 20 else []

    def words(self, line: str) -> Row:
        return Row(wrapped(line, SIZE, ROOM, 2))

    # Ways that aren't drawn as lines

    def ways(self, node: Node) -> list[Row]:
        rows = []
        for link in self.plan.links[node.id]:
            if not link.drawn:
                rows += self.told(node, link)
        if node.id in self.plan.outside:
            there = self.plan.outside[node.id]
            rows.append(Row([f"no key: “{there}” of the first flow"], dashed=True))
        return rows

    def told(self, node: Node, link: Link) -> list[Row]:
        number = self.plan.numbers.get(link.to)
        name = link.to if number is not None else f"{link.to} (missing)"
        rows = []
        if link.spoken_to and not isinstance(node, Menu):
            words = f"{', '.join(link.words)}: {name}" if link.words else name
            keys = list(link.keys)
            room = ROOM - GO_ROOM - len(keys) * 19
            rows.append(Row(wrapped(words, SIZE, room, 3), keys, goes=number))
        if link.silent:
            words = f"no key: {name}"
            rows.append(Row(wrapped(words, SIZE, ROOM - GO_ROOM - 22, 3), goes=number, dashed=True))
        return rows

    # What is wrong

    def troubles(self, problems: Sequence[Problem]) -> list[Row]:
        worst_first = sorted(problems, key=lambda problem: problem.severity)
        rows = []
        for problem in worst_first[:MOST_PROBLEMS]:
            word = "Mistake" if problem.severity == "error" else "Warning"
            lines = wrapped(f"{word}: {problem.message}", SIZE - 0.5, ROOM - 22, 5)
            rows.append(Row(lines, alarm=problem.severity))
        more = len(problems) - MOST_PROBLEMS
        return [*rows, self.words(f"… and {more} more")] if more > 0 else rows
