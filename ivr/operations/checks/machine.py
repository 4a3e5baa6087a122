"""Is this machine fit: settings, the data folder, disk space, the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.operations.findings import Finding, good, problem, warning

ENOUGH_BYTES = 2_000_000_000
LEAST_BYTES = 300_000_000
NOTICEABLE_SECONDS = 30
HARMFUL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class SettingsFacts:
    """`problems` are sentences that say what to do; `secrets` are names, and whether each is set."""

    problems: Sequence[str]
    secrets: dict[str, bool]


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """`mode` are the permission bits of the folder. `free_bytes` is None where the folder isn't there."""

    path: str
    exists: bool
    writable: bool
    mode: int
    free_bytes: int | None


def check_settings(facts: SettingsFacts) -> list[Finding]:
    """One finding for each thing that is wrong, or one that says that all is there. Never a secret's value."""
    if facts.problems:
        return [problem("Settings", *_split(sentence)) for sentence in facts.problems]
    told = ", ".join(f"{name} {'set' if is_set else 'not set'}" for name, is_set in facts.secrets.items())
    return [good("Settings", f"complete: {told}")]


def check_folder(facts: FolderFacts) -> Finding:
    """The data folder holds the database: it must be there, be writable, and be closed to other people."""
    if not facts.exists:
        return problem(
            "Data folder",
            f"{facts.path} isn't there",
            "Make it: warmline migrate",
        )
    if not facts.writable:
        return problem(
            "Data folder",
            f"{facts.path} can't be written to",
            f"Give it to the person or service that runs Warmline: chown -R NAME {facts.path}",
        )
    if facts.mode & 0o007:
        return problem(
            "Data folder",
            f"{facts.path} is open to everybody with an account on this machine",
            f"Close it: chmod 700 {facts.path}",
        )
    return good("Data folder", f"{facts.path} can be written to, and is closed to others")


def check_disk(facts: FolderFacts) -> Finding | None:
    """Room for clips and for the database. None where there is no folder to ask about."""
    if facts.free_bytes is None:
        return None
    found = f"{facts.free_bytes / 1e9:.1f} GB free"
    if facts.free_bytes < LEAST_BYTES:
        return problem("Disk", found, "Free some space now: a full disk stops the hotline.")
    if facts.free_bytes < ENOUGH_BYTES:
        return warning("Disk", found, "Free some space, or move the data to a larger disk.")
    return good("Disk", found)


def check_clock(ahead_seconds: float | None, compared_with: str) -> Finding | None:
    """This machine's clock against another. Positive when ours is ahead. None where nobody told us the time."""
    if ahead_seconds is None:
        return None
    off = abs(ahead_seconds)
    if off < NOTICEABLE_SECONDS:
        return good("Clock", f"agrees with {compared_with}")
    found = f"{off:.0f} seconds {'ahead of' if ahead_seconds > 0 else 'behind'} {compared_with}"
    step = "Switch on time synchronisation: timedatectl set-ntp true"
    judge = problem if off >= HARMFUL_SECONDS else warning
    return judge("Clock", found, f"{step}. Opening hours and callbacks go by this clock.")


def _split(sentence: str) -> tuple[str, str]:
    found, colon, step = sentence.partition(": ")
    return (found, step) if colon else (sentence, "set it in Warmline's environment, then ask again")
