"""`make test`: says in one line each what this machine lacks, then runs every test."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tests.postgres import find_programs

THOROUGH = "--thorough"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def lacking() -> list[str]:
    """What can't be tested here, and what would change that."""
    found = []
    if find_programs() is None:
        found.append(
            "PostgreSQL isn't installed (Debian: apt-get install postgresql): its tests are skipped."
        )
    if not any(shutil.which(name) for name in BROWSERS):
        found.append(
            "Chromium isn't installed (Debian: apt-get install chromium): browser tests are skipped."
        )
    if shutil.which("npm") is None:
        found.append(
            "npm isn't installed (Debian: apt-get install npm): tests on the OpenAPI mock are skipped."
        )
    return found


def main() -> int:
    """Runs the tests on two processes a core, since many of them wait for a telephone, a browser or a disk; further
    arguments go to pytest."""
    no_skips = os.environ.get("WARMLINE_TESTS_NO_SKIPS") == "1"
    lacks = lacking()
    for line in lacks:
        print(line, file=sys.stderr)
    if no_skips and lacks:
        print("No skip is allowed here.", file=sys.stderr)
        return 1
    arguments = [argument for argument in sys.argv[1:] if argument != THOROUGH]
    chosen = [] if THOROUGH in sys.argv else ["-m", "not thorough"]
    workers = str(2 * min(os.cpu_count() or 1, 4))
    usual = ["-n", workers, "--dist=loadgroup", "-r", "fE", "--durations=30"]
    return int(pytest.main([*usual, *chosen, *arguments]))


if __name__ == "__main__":
    sys.exit(main())
