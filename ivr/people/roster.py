"""Who is on shift when. Pure: shifts are said in the helper's own time zone, and may go past midnight.

A shift begins on its weekday, or on one date; whatever has been taken out for that date doesn't take place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_SHIFT_HOURS = 12


class ShiftImpossible(ValueError):
    """A shift that can't be: it has no length, or more than twelve hours. Permanent; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A recurring shift (`weekday` 0 is Monday), or a single one (`on`). `ends` before `begins` is past midnight."""

    id: str
    person: str
    time_zone: str
    begins: time
    ends: time
    weekday: int | None = None
    on: date | None = None

    def __post_init__(self) -> None:
        if (self.weekday is None) == (self.on is None):
            raise ShiftImpossible("Give either a weekday or a date.")
        if not 0 < self.hours <= LONGEST_SHIFT_HOURS:
            raise ShiftImpossible(
                f"A shift lasts at most {LONGEST_SHIFT_HOURS} hours, and begins before it ends."
            )

    @property
    def hours(self) -> float:
        """How long the clock on the wall says it lasts."""
        begins, ends = (one.hour + one.minute / 60 for one in (self.begins, self.ends))
        return ends - begins if ends > begins else ends - begins + 24


@dataclass(frozen=True, slots=True)
class OnShift:
    """One shift that really takes place. Seconds since 1970."""

    person: str
    shift: str
    begins: float
    ends: float


def on_shift(shifts: Iterable[Shift], left_out: Iterable[tuple[str, date]], now: float) -> list[OnShift]:
    """Whose shift it is now. `left_out` names (shift, the date on which it would have begun)."""
    return [one for one in _around(shifts, left_out, now, 1, 0) if one.begins <= now < one.ends]


def coming(
    shifts: Iterable[Shift], left_out: Iterable[tuple[str, date]], now: float, days: int
) -> list[OnShift]:
    """What begins within so many days, the next first."""
    found = _around(shifts, left_out, now, 1, days + 1)
    return sorted(
        (one for one in found if now <= one.begins < now + days * 86_400), key=lambda one: one.begins
    )


def _around(
    shifts: Iterable[Shift], left_out: Iterable[tuple[str, date]], now: float, back: int, ahead: int
) -> Iterable[OnShift]:
    without = set(left_out)
    for shift in shifts:
        zone = ZoneInfo(shift.time_zone)
        today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
        for day in range(-back, ahead + 1):
            begins = today + timedelta(days=day)
            if (shift.on == begins or shift.weekday == begins.weekday()) and (
                shift.id,
                begins,
            ) not in without:
                yield _taking_place(shift, begins, zone)


def _taking_place(shift: Shift, begins: date, zone: ZoneInfo) -> OnShift:
    ends = begins if shift.ends > shift.begins else begins + timedelta(days=1)
    return OnShift(
        shift.person,
        shift.id,
        datetime.combine(begins, shift.begins, zone).timestamp(),
        datetime.combine(ends, shift.ends, zone).timestamp(),
    )
