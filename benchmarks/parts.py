"""Where the time of a turn goes: what is running is looked at a thousand times a second, and each look is named.

A deterministic profiler would slow small Python functions down more than the database's driver, and so blame the wrong
ones. A look from a timer costs the same wherever it falls.
"""

from __future__ import annotations

import linecache
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from benchmarks.calling import Application
from benchmarks.in_process import one_round
from benchmarks.variants import Crowd

EVERY_SECONDS = 0.001
TURNS_AT_ONCE = 500
ROOT = Path(__file__).parents[1]

FRAMEWORK = "Flask and Werkzeug: routing, contexts, request and response"
VIEW = "Webhook: its body, what it says, the answer's headers"
SIGNATURE = "Form and signature"
TAKING = "Database: taking a connection and giving it back"
READING = "Database: reading the call"
WRITING = "Database: writing the turn and its visits"
COMMITTING = "Database: beginning and committing"
SESSION = "Session from and to JSON"
ENGINE = "Engine: following the flow"
REPLY = "Reply: clips, addresses, TwiML"
TURN = "Turn: holding it together"
ASKER = "Calling the application"

ORDER = (
    FRAMEWORK,
    VIEW,
    SIGNATURE,
    TAKING,
    READING,
    SESSION,
    ENGINE,
    REPLY,
    WRITING,
    COMMITTING,
    TURN,
    ASKER,
)  # fmt: skip

_ROOMS = {
    "ivr/telephony/signature.py": SIGNATURE,
    "ivr/phone/form.py": SIGNATURE,
    "ivr/phone/addresses.py": SIGNATURE,
    "ivr/telephony/twiml.py": REPLY,
    "ivr/calls/screens.py": REPLY,
    "ivr/calls/": TURN,
    "ivr/publishing/": TURN,
    "ivr/": VIEW,
    "flows/session.py": SESSION,
    "flows/": ENGINE,
    "flask/": FRAMEWORK,
    "werkzeug/": FRAMEWORK,
    "benchmarks/calling.py": ASKER,
}
"""The first that fits; so the narrower stands before the wider."""

_READ_FUNCTIONS = {"under_way", "arrival", "read"}
_WRITE_FUNCTIONS = {"advance", "keep", "begin", "write", "additions", "_columns"}


def where_time_goes(application: Application, crowd: Crowd, seconds: float) -> dict[str, float]:
    """The share of each part, by name; together 1."""
    looks: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        looks[part_of(frame)] += 1

    timer_before = signal.getitimer(signal.ITIMER_REAL)
    before = signal.signal(signal.SIGALRM, look)
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end or not looks:
            crowd.ready_for(TURNS_AT_ONCE)
            signal.setitimer(signal.ITIMER_REAL, EVERY_SECONDS, EVERY_SECONDS)
            one_round(application, crowd, TURNS_AT_ONCE)
            signal.setitimer(signal.ITIMER_REAL, 0)
            looks.pop("", None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer_before)
    total = sum(looks.values())
    return {part: looks[part] / total for part in ORDER if looks[part]}


def part_of(frame: FrameType | None) -> str:
    """The part a moment belongs to: that of the innermost of our functions, or the framework's. "" for none."""
    in_database = False
    for place, function, line in _outwards(frame):
        if place.startswith("sqlalchemy/"):
            in_database = True
        elif place.startswith("ivr/store/") or place == "ivr/calls/call_rows.py":
            in_database = True
            found = _of_database(function, line)
            if found:
                return found
        elif in_database and place.startswith("ivr/"):
            return TAKING
        else:
            found = _of_file(place, function)
            if found:
                return found
    return ""


def _of_database(function: str, line: str) -> str:
    if "COMMIT" in line or "BEGIN" in line:
        return COMMITTING
    if function in _READ_FUNCTIONS:
        return READING
    return WRITING if function in _WRITE_FUNCTIONS else ""


def _of_file(place: str, function: str) -> str:
    if place == "ivr/telephony/twilio.py" and function == "verify":
        return SIGNATURE
    return next((part for start, part in _ROOMS.items() if place.startswith(start)), "")


def _outwards(frame: FrameType | None) -> Iterator[tuple[str, str, str]]:
    while frame is not None:
        code = frame.f_code
        yield _short(code.co_filename), code.co_name, linecache.getline(code.co_filename, frame.f_lineno or 0)
        frame = frame.f_back


def _short(filename: str) -> str:
    for marker in ("/site-packages/", f"{ROOT}/"):
        head, found, tail = filename.partition(marker)
        if found:
            return tail
        filename = head
    return filename
