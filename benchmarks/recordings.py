"""`python -m benchmarks.recordings`: what clips cost, and how good they are; writes docs/recordings-quality.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import recordings_report
from benchmarks.machine import cores, facts, on_core
from benchmarks.recordings_beside import Beside, beside
from benchmarks.recordings_sound import (
    Memory,
    Speed,
    Trimming,
    is_repeatable,
    loudness_errors,
    megabytes,
    speed,
    trimming,
    worst_alias,
)

ROOT = Path(__file__).parents[1]
ELSEWHERE = ROOT / "build" / "recordings"


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that one run has found. `beside` is None when it wasn't asked for."""

    command: str
    date: str
    facts: dict[str, str]
    speed: list[Speed]
    memory: Memory
    worker: Memory
    loudness: list[float]
    alias: float
    trimming: list[Trimming]
    repeatable: bool
    beside: Beside | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, writes the page, and prints which aims are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recordings", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of everything; writes elsewhere")
    parser.add_argument(
        "--beside", type=int, default=0, metavar="CLIPS", help="bring in so many while callers ring"
    )
    parser.add_argument("--into", type=Path, help="folder for the page")
    given = parser.parse_args(arguments)
    into: Path = given.into or (ELSEWHERE if given.quick else ROOT / "docs")
    found = run(
        1 if given.quick else 5, given.beside, " ".join(["python -m benchmarks.recordings", *sys.argv[1:]])
    )
    into.mkdir(parents=True, exist_ok=True)
    (into / "recordings-quality.md").write_text(recordings_report.report(found))
    print(recordings_report.summary(found))
    return 0


def run(rounds: int, beside_clips: int, command: str) -> Found:
    """Measures everything; leaves nothing behind."""
    say = _teller()
    with tempfile.TemporaryDirectory(prefix="warmline-bench-") as name:
        folder = Path(name)
        say("memory")
        memory, worker = megabytes(folder, worker=False), megabytes(folder, worker=True)
        with on_core(cores()[0]):
            fast = speed(rounds, say)
        return Found(
            command=command,
            date=datetime.now(UTC).date().isoformat(),
            facts=facts("", folder, separate=False),
            speed=fast,
            memory=memory,
            worker=worker,
            loudness=loudness_errors(say),
            alias=worst_alias(say),
            trimming=trimming(range(1, min(rounds, 3) + 1), say),
            repeatable=is_repeatable(),
            beside=beside(folder, beside_clips) if beside_clips else None,
        )


def _teller() -> Callable[[str], None]:
    start = time.monotonic()

    def say(what: str) -> None:
        taken = int(time.monotonic() - start)
        print(f"{taken // 60:2}:{taken % 60:02}  {what}", file=sys.stderr, flush=True)

    return say


if __name__ == "__main__":
    sys.exit(main())
