"""Is the audit log as it was written, to the end that the key store has noted."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.operations.findings import Finding, good, problem, warning

SUBJECT = "Audit log"


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """`broken_at` is the first row that isn't as it was written. `noted` is whether the key store could be asked."""

    rows: int
    broken_at: int | None = None
    noted: bool = True


def check_audit(facts: AuditFacts) -> Finding:
    """Whoever has done something can't have made it undone."""
    if facts.broken_at is not None:
        return problem(
            SUBJECT,
            f"row {facts.broken_at} isn't as it was written, or rows at the end were taken away",
            "Keep a copy of the database, and find out who could write to it. If you have just restored a backup: "
            "warmline audit restored",
        )
    if not facts.noted:
        return warning(
            SUBJECT,
            f"{facts.rows} rows are as they were written; whether newer ones were taken away can't be told",
            "Bring the key store back: docs/keys.md",
        )
    return good(SUBJECT, f"all {facts.rows} rows are as they were written")
