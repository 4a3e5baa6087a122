"""Do the parts of the house work: the database, the queue and its workers, the lines and what they play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.operations.findings import Finding, good, problem, warning
from ivr.publishing.promises import NOBODY_IS_RUNG, WHAT_TO_DO


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """`address` without its password. `failure` names what went wrong, "" when it answers."""

    address: str
    failure: str = ""
    up_to_date: bool = False
    is_made: bool = True


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """`address` without its password. `workers` is how many have been heard of lately."""

    address: str
    failure: str = ""
    workers: int = 0


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line, and how complete what it plays is. `release` is "" when nothing is published on it."""

    number: str
    name: str
    provider: str
    emergency_number: str
    release: str = ""
    release_stored: bool = True
    release_readable: bool = True
    clips: int = 0
    missing_clips: Sequence[str] = ()
    clips_in_reach: bool = True
    could_be_better: Sequence[tuple[str, str]] = ()
    """What is harder on callers than it need be, and what to do about it."""
    promises_calls: bool = False
    unsaid: Sequence[str] = ()
    """What Warmline says itself by now, and the release has no recording of, because it is older."""
    demo_clips: int = 0
    """How many clips are spoken by the demo voice though this is no demo."""


def check_database(facts: DatabaseFacts) -> Finding:
    """It answers, and its tables are those that this version expects."""
    if not facts.is_made:
        return problem("Database", f"{facts.address} isn't there yet", "Make it: warmline migrate")
    if facts.failure:
        return problem(
            "Database",
            f"{facts.address} doesn't answer ({facts.failure})",
            "Check WARMLINE_DATABASE_URL and that the database server runs. Callers now hear the emergency screen.",
        )
    if not facts.up_to_date:
        return problem(
            "Database",
            f"{facts.address} answers, but its tables are not those of this version",
            "Bring them up to date: warmline migrate",
        )
    return good("Database", f"{facts.address} answers, and its tables are up to date")


def check_queue(facts: QueueFacts) -> list[Finding]:
    """The queue server answers, and somebody works on what is in it. Callers notice neither at once."""
    if facts.failure:
        return [
            problem(
                "Queue",
                f"{facts.address} doesn't answer ({facts.failure})",
                "Start Warmline (warmline up), or check WARMLINE_REDIS_URL. Calls are answered meanwhile, "
                "and nothing is lost.",
            )
        ]
    answering = good("Queue", f"{facts.address} answers")
    if facts.workers == 0:
        return [
            answering,
            problem(
                "Workers",
                "none is at work, so nothing outside of calls gets done",
                "Start Warmline (warmline up), or look into the worker's log for why it ended.",
            ),
        ]
    return [answering, good("Workers", f"{facts.workers} at work")]


def check_lines(lines: Sequence[LineFacts], media_folder: str) -> list[Finding]:
    """Every line plays something, all of it is on the disk, and callers can be told whom to ring in danger."""
    if not lines:
        return [
            problem(
                "Lines", "there is no line yet", "Add the number that callers ring: warmline line add --help"
            )
        ]
    return [finding for line in lines for finding in _check_line(line, media_folder)]


def _check_line(line: LineFacts, media_folder: str) -> list[Finding]:
    subject = f"Line {line.number}"
    findings = []
    if not line.emergency_number:
        findings.append(
            problem(
                subject,
                "has no emergency number",
                "Set the number of the emergency services there: it is what callers hear when all else fails.",
            )
        )
    if not line.release:
        step = "Publish a pack on it: warmline publish --help"
        findings.append(problem(subject, "nothing is published on it, so callers hear nothing", step))
    elif not line.release_stored:
        findings.append(
            problem(
                subject,
                f"its release {line.release} isn't in the database",
                "The database was restored in part. Publish the pack again: warmline publish --help",
            )
        )
    elif not line.release_readable:
        step = "What the database has of it is damaged. Publish the pack again: warmline publish --help"
        findings.append(problem(subject, f"its release {line.release} can't be read", step))
    elif not line.clips_in_reach:
        step = "Look at WARMLINE_MEDIA and the settings of its bucket: docs/recordings.md"
        findings.append(problem(subject, f"{media_folder} doesn't answer, so callers hear nothing", step))
    elif line.missing_clips:
        findings.append(_missing(subject, line, media_folder))
    else:
        findings.append(
            good(subject, f"{line.name}: release {line.release}, all {line.clips} clips are there")
        )
    findings += [warning(subject, what, step) for what, step in line.could_be_better]
    if line.unsaid:
        findings.append(_unsaid(subject, line))
    if line.demo_clips:
        findings.append(
            warning(
                subject,
                f"callers hear the demo voice in {line.demo_clips} clips, and this isn't a demo",
                "Good enough to try your number. Before anybody in distress rings it, record people, and publish.",
            )
        )
    if line.promises_calls:
        findings.append(warning(subject, NOBODY_IS_RUNG, f"{WHAT_TO_DO}: /people in the console."))
    if line.provider == "simulator":
        step = "Nothing to do while you try it out. For a real number see docs/real-number.md."
        findings.append(warning(subject, "rings only on the telephone in the browser", step))
    return findings


def _unsaid(subject: str, line: LineFacts) -> Finding:
    count = len(line.unsaid)
    texts = f"{count} texts are" if count > 1 else "1 text is"
    return warning(
        subject,
        f"its release is older than what Warmline says itself by now: {texts} missing in it ({_shown(line.unsaid)})",
        "Take them over from the pack that ships (in its scripts, under “Said by the line itself”), record them, and "
        "publish the pack again: warmline publish --help",
    )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def _missing(subject: str, line: LineFacts, media_folder: str) -> Finding:
    shown = _shown(line.missing_clips)
    return problem(
        subject,
        f"{len(line.missing_clips)} of {line.clips} clips are not in {media_folder}: {shown}",
        "Bring the clips back from a backup (warmline audio restore --help), or publish the pack again.",
    )
