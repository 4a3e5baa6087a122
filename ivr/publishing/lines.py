"""Lines: the numbers callers ring, and what each plays."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, insert, select, update

from ivr.publishing.hours import ALWAYS, HoursUnreadable, read_hours
from ivr.store.tables import lines

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class LineUnusable(ValueError):
    """A line can't be set up as asked. The message lists everything that is wrong. Permanent until corrected."""


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the hotline."""

    id: str
    number: str
    name: str
    provider: str
    release_id: str | None
    country: str
    time_zone: str
    emergency_number: str
    open_hours: str = ALWAYS
    dial_emergency: bool = False
    flash: bool = False


def problems_with(line: Line) -> list[str]:
    """Everything that keeps a line from being used."""
    problems = []
    if not _E164.fullmatch(line.number):
        problems.append(
            f"The number {line.number!r} must be written with + and the country code, without spaces."
        )
    if not re.fullmatch(r"[0-9]{2,6}", line.emergency_number):
        problems.append(
            "An emergency number of two to six digits is needed: it is what callers hear when all fails."
        )
    if not re.fullmatch(r"[A-Z]{2}", line.country):
        problems.append(f"The country {line.country!r} must be two letters, such as KE.")
    try:
        ZoneInfo(line.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"The time zone {line.time_zone!r} isn't known; use a name such as Africa/Nairobi.")
    try:
        read_hours(line.open_hours)
    except HoursUnreadable as error:
        problems.append(f"The open hours can't be read: {error}")
    return problems


def save_line(connection: Connection, line: Line) -> Line:
    """Adds a line, or changes the one with the same number; what it plays is kept. Raises LineUnusable."""
    problems = problems_with(line)
    if problems:
        raise LineUnusable("\n".join(problems))
    values = {
        "name": line.name,
        "provider": line.provider,
        "country": line.country,
        "time_zone": line.time_zone,
        "emergency_number": line.emergency_number,
        "open_hours": line.open_hours,
        "dial_emergency": line.dial_emergency,
        "flash": line.flash,
    }
    known = find_line(connection, line.number)
    if known is None:
        new = {"id": line.id or uuid.uuid4().hex, "number": line.number, "release_id": line.release_id}
        connection.execute(insert(lines).values(**new, **values))
    else:
        connection.execute(update(lines).where(lines.c.number == line.number).values(**values))
    saved = find_line(connection, line.number)
    assert saved is not None  # noqa: S101 - written in this transaction
    return saved


def find_line(connection: Connection, number: str) -> Line | None:
    """The line with this number."""
    row = connection.execute(select(lines).where(lines.c.number == number)).mappings().first()
    return Line(**row) if row is not None else None


def all_lines(connection: Connection) -> list[Line]:
    """Every line, by name."""
    rows = connection.execute(select(lines).order_by(lines.c.name, lines.c.number)).mappings()
    return [Line(**row) for row in rows]


def zone_of_the_house(connection: Connection) -> str:
    """The time zone of what isn't of one line alone: that of the first line; UTC where there is none yet."""
    return next((line.time_zone for line in all_lines(connection)), "UTC")


def put_on_air(connection: Connection, number: str, release_id: str) -> None:
    """From the next call on, the line plays this release."""
    connection.execute(update(lines).where(lines.c.number == number).values(release_id=release_id))
