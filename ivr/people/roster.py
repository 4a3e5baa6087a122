"""Who is on shift when. Pure: shifts are said in the helper's own time zone, and may go past midnight.

A shift begins on its weekday, or on one date; whatever has been taken out for that date doesn't take place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_SHIFT_HOURS = 12
LeftOut = tuple[str, date]
"""A shift, and the date on which it would have begun."""


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
        begins, ends = (one.hour * 60 + one.minute for one in (self.begins, self.ends))
        return (ends - begins if ends > begins else ends - begins + 24 * 60) / 60

    def is_on(self, day: date) -> bool:
        """Whether it begins on this day, unless it was left out."""
        return self.on == day or self.weekday == day.weekday()


@dataclass(frozen=True, slots=True)
class OnShift:
    """One shift that really takes place. Seconds since 1970; `on` is the date on which it begins, where it is said."""

    person: str
    shift: str
    begins: float
    ends: float
    on: date


def coming(shifts: Iterable[Shift], left_out: Iterable[LeftOut], now: float, days: int) -> list[OnShift]:
    """What begins within so many days, the next first."""
    found = taking_place(shifts, left_out, now, now + days * 86_400)
    return [one for one in found if one.begins >= now]


def taking_place(
    shifts: Iterable[Shift], left_out: Iterable[LeftOut], since: float, until: float
) -> list[OnShift]:
    """Whatever takes place in some part of the time from `since` to before `until`, in the order of beginning."""
    without = frozenset(left_out)
    found = [one for shift in shifts for one in _times_of(shift, without, since, until)]
    return sorted(found, key=lambda one: (one.begins, one.ends, one.person, one.shift))


def _times_of(shift: Shift, left_out: Collection[LeftOut], since: float, until: float) -> Iterator[OnShift]:
    zone = ZoneInfo(shift.time_zone)
    # No shift lasts a day: what takes place at all began on the day before, at the earliest.
    day = datetime.fromtimestamp(since, UTC).astimezone(zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(until, UTC).astimezone(zone).date()
    while day <= last:
        if shift.is_on(day) and (shift.id, day) not in left_out:
            one = when_on(shift, day)
            # A shift within the hour that the clocks leave out has no time to take place.
            if one.begins < one.ends and one.begins < until and one.ends > since:
                yield one
        day += timedelta(days=1)


def when_on(shift: Shift, begins: date) -> OnShift:
    """From when until when a shift lasts that begins on this date."""
    zone = ZoneInfo(shift.time_zone)
    ends = begins if shift.ends > shift.begins else begins + timedelta(days=1)
    return OnShift(
        shift.person,
        shift.id,
        datetime.combine(begins, shift.begins, zone).timestamp(),
        datetime.combine(ends, shift.ends, zone).timestamp(),
        begins,
    )
