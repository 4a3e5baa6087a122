"""Are missed calls rung back, on the lines that reject every call so that it costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.operations.findings import Finding, good, problem, warning

SUBJECT = "Missed calls"
LATE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class MissedCallFacts:
    """Of the lines in flash mode. `not_called`: names of those whose own country isn't called. `wordless`: names of
    those whose pack has no neutral words. `oldest` is for how many seconds the first has waited. Counts are of today,
    which begins at midnight in UTC."""

    lines: Sequence[str]
    not_called: Sequence[str] = ()
    wordless: Sequence[str] = ()
    waiting: int = 0
    oldest: float = 0.0
    rung: int = 0
    expired: int = 0


def check_missed_calls(facts: MissedCallFacts) -> list[Finding]:
    """Nothing, where no line is in flash mode."""
    if not facts.lines:
        return []
    findings = [
        problem(
            SUBJECT,
            f"{name} rejects callers of its own country and doesn't ring them back: that country isn't called",
            "Add it to WARMLINE_CALLBACK_COUNTRIES",
        )
        for name in facts.not_called
    ]
    findings += [
        warning(
            SUBJECT,
            f"{name} answers calls instead of ringing back: its pack has nothing neutral to say to whoever picks up",
            "Publish a pack with a `callback` node, or: warmline line add … --no-flash",
        )
        for name in facts.wordless
    ]
    if facts.oldest > LATE_SECONDS:
        found = f"{facts.waiting} wait to be rung back, the first for {facts.oldest / 60:.0f} minutes"
        findings.append(problem(SUBJECT, found, "Is the worker there that rings? warmline worker --urgent"))
    if facts.expired:
        findings.append(
            warning(
                SUBJECT,
                f"{facts.expired} came too late to be rung back today",
                "Does the provider allow more than WARMLINE_CALLS_PER_SECOND? See docs/missed-calls.md",
            )
        )
    return findings or [good(SUBJECT, f"{facts.rung} rung back today, {facts.waiting} waiting")]
