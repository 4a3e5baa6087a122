"""Does the provider forget what it has to: is the list worked off, and has it been looked through lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ivr.operations.findings import Finding, good, warning

SUBJECT = "Provider's records"
LATE_DAYS = 2


@dataclass(frozen=True, slots=True)
class Look:
    """The latest daily look at a provider; `trouble` is why it couldn't be asked, in words, or empty."""

    provider: str
    on: date
    left_calls: int
    left_recordings: int
    trouble: str


@dataclass(frozen=True, slots=True)
class ScrubbingFacts:
    """`troubles`: calls that can't be deleted, by the reason in words. `overdue`: calls an hour late."""

    today: date
    waiting: int
    overdue: int
    troubles: dict[str, int]
    looks: Sequence[Look]


def check_scrubbing(facts: ScrubbingFacts) -> list[Finding]:
    """What is waiting, what can't be deleted, and what was found on the latest look."""
    findings = [
        warning(
            SUBJECT,
            f"{count} of calls that are over can't be deleted: {reason}",
            "Mend what stands in the way, then: warmline scrub retry",
        )
        for reason, count in sorted(facts.troubles.items())
    ]
    if facts.overdue:
        late = f"{facts.overdue} should have been deleted an hour ago"
        findings.append(warning(SUBJECT, late, "Is a worker running? See: warmline scrub status"))
    findings += [finding for look in facts.looks for finding in _check_look(look, facts.today)]
    if findings or not facts.looks:
        return findings
    latest = min(look.on for look in facts.looks)
    return [good(SUBJECT, f"{facts.waiting} waiting to be deleted; nothing was left on {latest.isoformat()}")]


def _check_look(look: Look, today: date) -> list[Finding]:
    ask = "Ask now: warmline scrub reconcile"
    if (today - look.on).days > LATE_DAYS:
        found = f"nobody has looked since {look.on.isoformat()} what {look.provider} still has"
        return [warning(SUBJECT, found, f"Is the timetable running? {ask}")]
    if look.trouble:
        return [warning(SUBJECT, f"{look.provider} couldn't be asked what it still has: {look.trouble}", ask)]
    if look.left_calls or look.left_recordings:
        found = f"on {look.on.isoformat()} {look.provider} still had {look.left_calls} call records and "
        found += f"{look.left_recordings} recordings of older calls"
        return [
            warning(SUBJECT, found, "They are being deleted. See whether it succeeds: warmline scrub status")
        ]
    return []
