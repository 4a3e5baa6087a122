"""What the doctor says about one thing: how it is, what was found, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "warning", "problem"]

MARKS: dict[Level, str] = {"good": "✓", "warning": "!", "problem": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report. `next_step` is "" where nothing has to be done."""

    level: Level
    subject: str
    found: str
    next_step: str = ""


def good(subject: str, found: str, next_step: str = "") -> Finding:
    """As it should be."""
    return Finding("good", subject, found, next_step)


def warning(subject: str, found: str, next_step: str) -> Finding:
    """Calls work, and somebody should know this."""
    return Finding("warning", subject, found, next_step)


def problem(subject: str, found: str, next_step: str) -> Finding:
    """Callers would be harmed, or not be answered."""
    return Finding("problem", subject, found, next_step)


def any_problem(findings: Iterable[Finding]) -> bool:
    """Whether something has to be put right before anybody rings."""
    return any(finding.level == "problem" for finding in findings)
