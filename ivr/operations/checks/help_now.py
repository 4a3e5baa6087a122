"""Does pressing the key for help now reach somebody: trained helpers, supervisors who can be rung, and in what time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.operations.findings import Finding, good, problem, warning

SUBJECT = "Help now"


@dataclass(frozen=True, slots=True)
class HelpFacts:
    """`trained` helpers have given a number and know what to do in a crisis; `supervisors` have given a number.

    `late`: pages that no supervisor has accepted in the first hurry. `longest` is the longest time in seconds to a
    voice or the emergency number, by what staff call the line; lines on which no key rings a helper aren't in it.
    """

    trained: int = 0
    supervisors: int = 0
    late: int = 0
    longest: Sequence[tuple[str, float]] = field(default_factory=tuple)


def check_help(facts: HelpFacts) -> Finding:
    """Whoever asks for help now hears a voice or the emergency number, and is called when nobody was there."""
    if facts.late:
        return problem(
            SUBJECT,
            f"{facts.late} calls for a supervisor rang for a quarter of an hour or more, and nobody has accepted",
            "Accept them on the board, and call supervisors by other means. Their phones still ring, more slowly.",
        )
    if not facts.longest:
        return good(SUBJECT, "no line rings helpers for people in crisis")
    if not facts.supervisors:
        return warning(
            SUBJECT,
            "no supervisor has given a number, so none can be rung when nobody picks up for somebody in crisis",
            "Every supervisor gives a number on the page of their own profile.",
        )
    if not facts.trained:
        return warning(
            SUBJECT,
            "no helper with a number is trained for a crisis, so whoever presses for help now reaches nobody",
            "Callers hear the emergency number at once. Say on the roster who is trained.",
        )
    line, seconds = max(facts.longest, key=lambda one: one[1])
    return good(
        SUBJECT,
        f"{facts.trained} trained helpers; at most {seconds:.0f} s to a voice or the emergency number ({line})",
    )
