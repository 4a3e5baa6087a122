"""What is wrong with a pack, in words that somebody who has never programmed can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]

Path = tuple[str, ...]
"""("flow", flow, field, key), ("node", flow, node, field, key) or ("script", language, prompt), cut short where less
is known."""

WHOLE_FILE = "*"
"""Stands for every prompt of a language whose file couldn't be read."""

Lost = Literal["nothing", "parts", "flows"]
"""How much of the flows of a pack couldn't be read: some nodes or fields, or whole flows. What isn't known can't be
called missing, unused or without an end."""

Places = Mapping[Path, tuple[str, int]]
"""Where things stand on disk: the file, relative to the pack's folder, and the line, counted from 1."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` counts from 1 and is None where no line can be named; `node` is "" outside nodes."""

    severity: Severity
    file: str
    line: int | None
    node: str
    message: str
    hint: str

    def to_document(self) -> dict[str, Any]:
        """For `--json` and for the console."""
        return {
            "severity": self.severity,
            "file": self.file,
            "line": self.line,
            "node": self.node,
            "message": self.message,
            "hint": self.hint,
        }


def in_reading_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file and line, errors before warnings of the same line."""
    return tuple(
        sorted(
            dict.fromkeys(problems),
            key=lambda p: (p.file, p.line or 0, p.severity, p.node, p.message),
        )
    )


def any_error(problems: Iterable[Problem]) -> bool:
    """Whether anything stands in the way of publishing."""
    return any(problem.severity == "error" for problem in problems)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant, or None when nothing is near enough."""
    written = word[:64].lower().replace(" ", "_").replace("-", "_")
    near = difflib.get_close_matches(written, sorted(known), 1, 0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "Did you mean main_menu?", or "" when nothing is near enough."""
    near = nearest(word, known)
    return f"Did you mean “{near}”?" if near else ""


def listed(names: Iterable[str], last_word: str = "and", most: int = 12) -> str:
    """ "a, b and c"; a long list is cut and ends in how many more there are."""
    words = list(names)
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last_word} {words[-1]}"
