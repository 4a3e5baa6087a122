"""What somebody types or keeps in a file, read into a plan; what can't be read is said in plain words. Pure.

Every function raises InputUnusable, whose text says what is wrong and what to do.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from ivr.callbacks.windows import Wish
from ivr.staffing.model import DAY, HOUR, Opening, Target

MOST_HELPERS = 200
MOST_ROWS = 30
MOST_CALLS_AN_HOUR = 1000.0
SHORT_WISHES: dict[str, Wish] = {
    "soon": "as_soon_as_possible",
    "morning": "in_the_morning",
    "evening": "in_the_evening",
}
_TARGET = re.compile(
    r"(?P<time>[\d.]+) *(?P<unit>minutes?|min|hours?|h)? *(?:for|/) *(?P<share>[\d.]+) *%?", re.IGNORECASE
)
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))? *[-–] *(\d{1,2})(?::(\d\d))?")


class InputUnusable(Exception):
    """What was given can't be used. The text is for the person who gave it."""


def read_arrivals(text: str, name: str) -> tuple[float, ...]:
    """The calls of each of the 24 hours, from a file of rows `hour,calls`."""
    found: dict[int, float] = {}
    for number, cells in _rows(text):
        if not any(cells) or (not found and cells[0].lower() in ("hour", "hours")):
            continue
        where = f"{name}, line {number}"
        if len(cells) != 2:
            raise InputUnusable(
                f"{where}: expected an hour and a number of calls, found {len(cells)} cells. Write it like “18,2.5”, "
                "with a point in numbers."
            )
        hour = _hour(cells[0], where)
        if hour in found:
            raise InputUnusable(
                f"{where}: hour {hour} stands here a second time. Keep one row for each hour."
            )
        found[hour] = _calls(cells[1], where)
    missing = [hour for hour in range(24) if hour not in found]
    if missing:
        raise InputUnusable(
            f"{name}: no row for hour {', '.join(map(str, missing))}. Give one row for each hour from 0 to 23, "
            "with 0 calls where nobody asks."
        )
    if not any(found.values()):
        raise InputUnusable(f"{name}: there is no call in any hour, so there is nothing to plan.")
    return tuple(found[hour] for hour in range(24))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """(line, cells); spreadsheets separate by comma, semicolon or tab, and may begin a file with a mark."""
    lines = text.removeprefix("\ufeff").splitlines()
    separator = next((mark for mark in ";\t" if any(mark in line for line in lines)), ",")
    return [
        (number, [cell.strip() for cell in cells])
        for number, line in enumerate(lines, 1)
        for cells in csv.reader([line], delimiter=separator)
    ]


def _hour(text: str, where: str) -> int:
    written = re.fullmatch(r"(\d{1,2})(:00)?", text)
    if written is None or int(written[1]) > 23:
        raise InputUnusable(f"{where}: “{text}” is not an hour of the day. Write a number from 0 to 23.")
    return int(written[1])


def _calls(text: str, where: str) -> float:
    try:
        calls = float(text)
    except ValueError:
        raise InputUnusable(
            f"{where}: “{text}” is not a number of calls. Write a number like 3 or 2.5, with a point."
        ) from None
    if not 0 <= calls <= MOST_CALLS_AN_HOUR:
        raise InputUnusable(
            f"{where}: {text} calls in an hour can't be simulated. Write a number from 0 to {MOST_CALLS_AN_HOUR:g}."
        )
    return calls


def read_hours(text: str) -> Opening:
    """`18:00-06:00`, or several spans with commas between them."""
    pieces: list[tuple[float, float]] = []
    for span in text.split(","):
        written = _SPAN.fullmatch(span.strip())
        if written is None:
            raise InputUnusable(f"“{span.strip()}” is not a span of hours. Write it like 18:00-06:00.")
        opens, closes = _second(written[1], written[2]), _second(written[3], written[4])
        if opens == closes:
            raise InputUnusable(f"“{span.strip()}” has no length. For day and night, write 00:00-24:00.")
        pieces += [(opens, closes)] if opens < closes else [(opens, DAY), (0.0, closes)]
    pieces = sorted(piece for piece in pieces if piece[0] < piece[1])
    for before, after in pairwise(pieces):
        if after[0] < before[1]:
            raise InputUnusable(f"The spans of “{text}” overlap. Write each hour once.")
    return Opening(tuple(pieces))


def _second(hours: str, minutes: str | None) -> float:
    second = int(hours) * HOUR + int(minutes or 0) * 60
    if int(minutes or 0) > 59 or second > DAY:
        raise InputUnusable(f"{hours}:{minutes or '00'} is not a time of day. Times go from 00:00 to 24:00.")
    return second


def read_reached(text: str) -> tuple[float, ...]:
    """`50,65,76`: how many of 100 callers have answered by the first, second, third attempt."""
    shares = _percents(text)
    if any(later < before for before, later in pairwise(shares)):
        raise InputUnusable(
            f"“{text}” goes down. Each number counts everybody reached so far, so they can only rise: 50,65,76 says "
            "that 50 of 100 answer at first, and 76 by the third attempt."
        )
    return tuple(shares)


def read_wishes(text: str) -> dict[Wish, float]:
    """`soon=60,morning=15,evening=25`: for when callers ask, in percent of all."""
    wishes: dict[Wish, float] = {}
    for part in text.split(","):
        name, _, share = (piece.strip() for piece in part.partition("="))
        if name not in SHORT_WISHES or SHORT_WISHES[name] in wishes:
            raise InputUnusable(
                f"“{part.strip()}” can't be used. Name soon, morning and evening once each, like "
                "soon=60,morning=15,evening=25."
            )
        wishes[SHORT_WISHES[name]] = _percents(share)[0]
    total = sum(wishes.values())
    if abs(total - 1) > 0.001:
        raise InputUnusable(f"“{text}” comes to {total * 100:g} %. All of them together have to be 100.")
    return wishes


def read_helpers(text: str) -> list[int]:
    """`1-8`, `5`, or `2,4,6`."""
    found: set[int] = set()
    for part in text.split(","):
        written = re.fullmatch(r"(\d+)(?: *[-–] *(\d+))?", part.strip())
        first, last = (int(written[1]), int(written[2] or written[1])) if written else (0, 0)
        if not 1 <= first <= last <= MOST_HELPERS:
            raise InputUnusable(
                f"“{part.strip()}” is not a number of helpers. Write it like 1-8 or 2,4,6, from 1 to {MOST_HELPERS}."
            )
        found |= set(range(first, last + 1))
    if len(found) > MOST_ROWS:
        raise InputUnusable(
            f"{len(found)} numbers of helpers are too many to try. Name up to {MOST_ROWS}, like 5,10,15,20."
        )
    return sorted(found)


def read_target(text: str) -> Target:
    """`120 minutes for 80 %`, or short `120/80`."""
    written = _TARGET.fullmatch(text.strip())
    try:
        time, share = (float(written[part]) for part in ("time", "share")) if written else (0.0, 0.0)
    except ValueError:
        time, share = 0.0, 0.0
    if written is None or time <= 0 or not 1 <= share <= 99:
        raise InputUnusable(
            f"“{text}” is not a target. Write it like “120 minutes for 80 %”, or 120/80; the share from 1 to 99."
        )
    unit = HOUR if (written["unit"] or "min").lower().startswith("h") else 60.0
    return Target(time * unit, share / 100)


def read_minutes(text: str) -> tuple[float, ...]:
    """`30,180`: minutes, in seconds."""
    return tuple(minutes * 60 for minutes in _numbers(text))


def _percents(text: str) -> Sequence[float]:
    shares = _numbers(text)
    if any(share > 100 for share in shares):
        raise InputUnusable(f"“{text}” holds more than 100 %.")
    return [share / 100 for share in shares]


def _numbers(text: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.removesuffix("%").split(",")]
    except ValueError:
        numbers = []
    if not numbers or any(number < 0 or not isfinite(number) for number in numbers):
        raise InputUnusable(f"“{text}” is not a list of numbers. Write them like 50,65,76.")
    return numbers
