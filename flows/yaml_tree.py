"""YAML as a tree of texts with line numbers.

Every scalar stays the text that was written: `no` is Norwegian or "no" as the place demands, and 1 is a key, not a
number. Whatever can grow, hide or run code (aliases, anchors, tags, deep nesting) is refused with a reason.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from flows.yaml_words import in_plain_words

MOST_BYTES = 1_000_000
MOST_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Text:
    """Something written. `bare` is true without quotes, where an empty text means that nothing was written."""

    value: str
    line: int
    bare: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """[a, b, c], or lines that begin with a dash."""

    items: tuple[Tree, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """Names with what belongs to them. A name that was written twice is in `twice` and keeps its first meaning."""

    fields: dict[str, Tree]
    lines: dict[str, int]
    twice: tuple[tuple[str, int, int], ...]
    """(name, first line, second line)"""
    line: int


Tree = Text | Listing | Block


class UnreadableFile(ValueError):
    """A file can't be understood at all. `line` counts from 1, or is None."""

    def __init__(self, line: int | None, message: str, hint: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.hint = hint


def decoded(content: bytes) -> str:
    """The text of a file. Raises UnreadableFile when it is too big or isn't UTF-8."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            None,
            f"This file is larger than {MOST_BYTES // 1000} kB, which no flow or script file needs.",
            "Check that the right file was saved here: recordings and documents don't belong in this folder.",
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableFile(
            None,
            "This file is saved as UTF-16, which Warmline can't read.",
            "Save it again and choose the encoding “UTF-8”.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            content[: error.start].count(b"\n") + 1,
            "There are letters here that aren't saved as UTF-8.",
            "Open the file in a text editor, save it again and choose the encoding “UTF-8”.",
        ) from None


def parsed(text: str) -> Tree | None:
    """The tree of a file, or None when nothing is written in it. Raises UnreadableFile."""
    try:
        return _Composer(text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark is not None else 0
        message, hint, at = in_plain_words(error, text.splitlines(), line)
        raise UnreadableFile(at + 1, message, hint) from None
    except ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        raise UnreadableFile(
            text[:position].count("\n") + 1,
            "There is an invisible character here that can't be read.",
            "Delete this line and type it again by hand.",
        ) from None
    except (
        YAMLError,
        ArithmeticError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
        AssertionError,
    ) as error:
        # The parser is a library of others: on some garbage it stumbles over itself, which must not reach the reader.
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(
            None,
            "This file can't be read: it isn't written the way flows are written.",
            "Compare it with a file that works, such as the flow.yaml of the pack that ships.",
        ) from None


class _Composer:
    """Builds the tree from the parser's events, one by one, so that a hostile file is left early."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))

    def document(self) -> Tree | None:
        tree: Tree | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise UnreadableFile(
                        event.start_mark.line + 1,
                        "A line of three dashes begins a second document here.",
                        "Take the line away: one file holds one flow, or the scripts of one language.",
                    )
                tree = self._tree(next(self._events), 0)
        if isinstance(tree, Text) and tree.bare and tree.value == "":
            return None
        return tree

    def _tree(self, event: Any, depth: int) -> Tree:
        line = event.start_mark.line + 1
        _refuse_cleverness(event, line, depth)
        if isinstance(event, ScalarEvent):
            return Text(_visible(event.value, line), line, event.style not in ("'", '"'))
        if isinstance(event, SequenceStartEvent):
            return self._listing(line, depth)
        return self._block(line, depth)

    def _listing(self, line: int, depth: int) -> Listing:
        items: list[Tree] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._tree(event, depth + 1))
        return Listing(tuple(items), line)

    def _block(self, line: int, depth: int) -> Block:
        fields: dict[str, Tree] = {}
        lines: dict[str, int] = {}
        twice: list[tuple[str, int, int]] = []
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            name = self._tree(event, depth + 1)
            value = self._tree(next(self._events), depth + 1)
            if not isinstance(name, Text):
                raise UnreadableFile(
                    name.line,
                    "A list or a block stands here where a name is expected.",
                    "Before a colon there has to be a single word. Check the brackets in this line.",
                )
            if name.value in fields:
                twice.append((name.value, lines[name.value], name.line))
            else:
                fields[name.value] = value
                lines[name.value] = name.line
        return Block(fields, lines, tuple(twice), line)


def _refuse_cleverness(event: Any, line: int, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise UnreadableFile(
            line,
            "Too many things stand inside each other here.",
            "A flow never needs more than five levels. Check the brackets and the spaces at the start of lines.",
        )
    if isinstance(event, AliasEvent) and str(event.anchor).startswith(":"):
        raise UnreadableFile(line, "The star key is written without quotes.", 'Write it in quotes: "*".')
    if isinstance(event, AliasEvent):
        raise UnreadableFile(
            line,
            f"“*{event.anchor}” has a special meaning in this file format and can't be used.",
            'If you mean the star key, write it in quotes: "*". Otherwise write out what you want to repeat.',
        )
    if not isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
        raise UnreadableFile(line, "This line can't be understood.", "Delete it and type it again.")
    if event.anchor is not None:
        raise UnreadableFile(
            line,
            f"“&{event.anchor}” has a special meaning in this file format and can't be used.",
            "Put the text in quotes, or take the & away.",
        )
    if isinstance(event.tag, str) and event.tag != "!":
        raise UnreadableFile(
            line,
            "A word that begins with “!” has a special meaning in this file format and can't be used.",
            "Put the text in quotes, or take the ! away.",
        )


def _visible(value: str, line: int) -> str:
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise UnreadableFile(
                line,
                "There is an invisible character in this text that nobody could read aloud.",
                "Delete the text and type it again by hand, without any backslash.",
            )
    return value
