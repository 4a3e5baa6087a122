"""Reading the fields of one block, and saying of each mistake what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.model import EMERGENCY_NUMBER, KEYS, STANDING_FOR, WAITING_TIME
from flows.problems import Path, Problem, Severity, did_you_mean, listed
from flows.yaml_tree import Block, Listing, Text, Tree

ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
MOST_ID = 32
MOST_TEXT = 6000

YES = ("yes", "true", "on", "y")
NO = ("no", "false", "off", "n")


@dataclass(slots=True)
class Findings:
    """What is found while a pack is read: its mistakes, and where everything stands."""

    problems: list[Problem] = field(default_factory=list)
    places: dict[Path, tuple[str, int]] = field(default_factory=dict)
    unreadable_scripts: set[tuple[str, str]] = field(default_factory=set)
    """(prompt, language)"""

    def add(
        self, severity: Severity, file: str, line: int | None, node: str, message: str, hint: str
    ) -> None:
        self.problems.append(Problem(severity, file, line, node, message, hint))


def shortened(text: str, most: int = 40) -> str:
    """A text on one line, cut where it is long, for use inside a message."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def what_it_is(tree: Tree) -> str:
    """What stands somewhere, for a message."""
    if isinstance(tree, Listing):
        return "a list"
    if isinstance(tree, Block):
        return "a block of names"
    return f"“{shortened(tree.value)}”" if tree.value.strip() or not tree.bare else "nothing"


class Fields:
    """One block. Every method reads one field, notes its mistakes, and returns a harmless value where there are any;
    `right` is false from the first mistake on."""

    def __init__(
        self, findings: Findings, file: str, block: Block, where: Path, node: str, called: str
    ) -> None:
        self.findings = findings
        self.file = file
        self.block = block
        self.where = where
        self.node = node
        self.called = called
        """What the block is, at the start of a sentence: "This menu"."""
        self.right = True
        findings.places.setdefault(where, (file, block.line))
        for name, first, second in block.twice:
            self.error(
                second,
                f"“{shortened(name)}” is written twice here: in line {first} and again in line {second}.",
                "Keep one of the two and take the other away, or give it another name.",
            )

    def error(self, line: int | None, message: str, hint: str) -> None:
        self.right = False
        self.findings.add("error", self.file, line, self.node, message, hint)

    def warn(self, line: int | None, message: str, hint: str) -> None:
        self.findings.add("warning", self.file, line, self.node, message, hint)

    def has(self, name: str) -> bool:
        """Whether anything is written for this field."""
        return self._written(name) is not None

    def line(self, name: str) -> int:
        return self.block.lines.get(name, self.block.line)

    def _written(self, name: str) -> Tree | None:
        tree = self.block.fields.get(name)
        if isinstance(tree, Text) and tree.bare and tree.value.strip() in ("", "~", "null"):
            return None
        return tree

    def take(self, name: str) -> Tree | None:
        """What is written for a field, if anything; from now on problems about it are shown at its line."""
        if name in self.block.fields:
            self.findings.places[(*self.where, name)] = (self.file, self.line(name))
        return self._written(name)

    def required(self, name: str, hint: str) -> Tree | None:
        tree = self.take(name)
        if tree is None:
            self.error(self.line(name), f"{self.called} has no “{name}”.", hint)
        return tree

    def finish(self, known: Iterable[str]) -> None:
        """Complains of fields that mean nothing here."""
        names = list(known)
        for name, line in self.block.lines.items():
            if name not in names:
                guess = did_you_mean(name, names)
                self.error(
                    line,
                    f"“{shortened(name)}” means nothing here.",
                    guess or f"{self.called} can have: {listed(names)}.",
                )

    def text(self, name: str, most: int = 200) -> str:
        """A text, "" where none is written."""
        tree = self.take(name)
        if tree is None:
            return ""
        if not isinstance(tree, Text):
            self.error(
                self.line(name),
                f"“{name}” should be a text, but it is {what_it_is(tree)}.",
                "Write one text after the colon, in quotes if it contains a colon or begins with a sign.",
            )
            return ""
        if len(tree.value) > most:
            self.error(
                self.line(name),
                f"“{name}” is too long: {len(tree.value)} letters.",
                f"Keep it within {most} letters.",
            )
            return ""
        return tree.value.strip()

    def id(self, name: str, hint: str) -> str:
        """One id that has to be there."""
        tree = self.required(name, hint)
        return "" if tree is None else self.as_id(tree, self.line(name), hint)

    def optional_id(self, name: str, hint: str) -> str | None:
        tree = self.take(name)
        if tree is None:
            return None
        return self.as_id(tree, self.line(name), hint) or None

    def as_id(self, tree: Tree, line: int, hint: str) -> str:
        if not isinstance(tree, Text):
            self.error(line, f"There should be one name here, but there is {what_it_is(tree)}.", hint)
            return ""
        complaint = why_no_id(tree.value)
        if complaint:
            self.error(
                tree.line,
                f"“{shortened(tree.value)}” can't be used as a name: {complaint}.",
                suggestion(tree.value),
            )
            return ""
        return tree.value

    def ids(self, name: str, hint: str) -> tuple[str, ...]:
        """One id, or a list of them; none at all is a mistake."""
        tree = self.required(name, hint)
        return () if tree is None else self._ids_of(tree, name, hint, prompts=False)

    def optional_ids(self, name: str, hint: str) -> tuple[str, ...]:
        tree = self.take(name)
        if tree is None or (isinstance(tree, Listing) and not tree.items):
            return ()
        return self._ids_of(tree, name, hint, prompts=False)

    def prompts(self, name: str, hint: str) -> tuple[str, ...]:
        """Like ids, and the emergency number and the waiting time may stand among them."""
        tree = self.required(name, hint)
        return () if tree is None else self._ids_of(tree, name, hint, prompts=True)

    def _ids_of(self, tree: Tree, name: str, hint: str, *, prompts: bool) -> tuple[str, ...]:
        items = tree.items if isinstance(tree, Listing) else (tree,)
        if not items:
            self.error(self.line(name), f"The list of “{name}” is empty.", hint)
        found = []
        for item in items:
            if prompts and isinstance(item, Text) and item.value in STANDING_FOR:
                found.append(item.value)
            elif name_read := self.as_id(item, item.line, hint):
                found.append(name_read)
        return tuple(found)

    def number(self, name: str, default: int, least: int, most: int, unit: str) -> int:
        tree = self.take(name)
        if tree is None:
            return default
        if not isinstance(tree, Text) or not re.fullmatch(r"[0-9]{1,6}", tree.value):
            self.error(
                self.line(name),
                f"“{name}” should be a whole number of {unit}, but it is {what_it_is(tree)}.",
                f"Write a number from {least} to {most} in plain digits, such as {default}.",
            )
            return default
        value = int(tree.value)
        if not least <= value <= most:
            self.error(
                self.line(name),
                f"“{name}” is {value}, which can't be right.",
                f"Write a number of {unit} from {least} to {most}.",
            )
            return default
        return value

    def yes_no(self, name: str, default: bool) -> bool:
        tree = self.take(name)
        if tree is None:
            return default
        value = as_yes_no(tree)
        if value is None:
            self.error(
                self.line(name),
                f"“{name}” should be yes or no, but it is {what_it_is(tree)}.",
                f"Write “{name}: yes” or “{name}: no”.",
            )
            return default
        return value

    def block_of(self, name: str, hint: str) -> Block | None:
        """A block that has to be there and not be empty."""
        tree = self.required(name, hint)
        if tree is None:
            return None
        if not isinstance(tree, Block) or not tree.fields:
            self.error(
                self.line(name),
                f"“{name}” should be a list of names with what belongs to each, but it is {what_it_is(tree)}.",
                hint,
            )
            return None
        return tree

    def inner(self, block: Block, where: Path, called: str) -> Fields:
        """The fields of a block inside this one."""
        return Fields(self.findings, self.file, block, (*self.where, *where), self.node, called)


def as_yes_no(tree: Tree) -> bool | None:
    """Whether yes or no is written, in any of the usual ways; None when it is something else."""
    if not isinstance(tree, Text):
        return None
    word = tree.value.strip().lower()
    return True if word in YES else False if word in NO else None


def why_no_id(value: str) -> str:
    """Why this can't be a name, or "" when it can."""
    if ID.match(value):
        return "" if len(value) <= MOST_ID else f"it is longer than {MOST_ID} letters"
    if not value.strip():
        return "nothing is written"
    if value == EMERGENCY_NUMBER:
        return "the emergency number can only stand among prompts"
    if value == WAITING_TIME:
        return "the waiting time can only stand among prompts"
    if value[0].isdigit():
        return "it begins with a number"
    if " " in value:
        return "it contains a space"
    if value != value.lower():
        return "it contains capital letters"
    if "-" in value:
        return "it contains a “-”"
    return "only the small letters a to z, numbers and “_” between words can be used"


def suggestion(value: str) -> str:
    """A hint with a name near to what was written."""
    near = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")
    near = re.sub(r"^[0-9_]+", "", near)[:MOST_ID].rstrip("_")
    rule = "Names are small letters and numbers, joined by “_”, at most 32 in all"
    return f"{rule}: “{near}”, for instance." if ID.match(near) else f"{rule}: “main_menu”, for instance."


def is_key(value: str) -> bool:
    return len(value) == 1 and value in KEYS
