"""The form of a shift. Days and times are chosen from lists: nothing has to be typed, on any phone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import StopValidation

from ivr.console.forms import ConsoleForm, options
from ivr.console.languages import gettext, language
from ivr.console.roster_words import day_in_words, weekday_in_words
from ivr.console.times import zone_of, zones
from ivr.people.roster import Shift
from ivr.people.shifts import When

DAYS_AHEAD = 28
EVERY = "every-"
HALF_HOURS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]


class OneOf(SelectField):  # type: ignore[misc]
    """One choice of a list."""

    def pre_validate(self, _form: Any) -> None:
        """A choice that isn't offered was not made on this page."""
        if self.data not in {choice.value for choice in self.choices}:
            raise StopValidation(_l("Choose from what is offered."))


class ShiftForm(ConsoleForm):
    """A shift every week, or on one day."""

    day = OneOf(
        _l("Day"), description=_l("Every week, or only once. A night counts to the day on which it begins.")
    )
    begins = OneOf(_l("From"), render_kw={"class": "short code"})
    ends = OneOf(
        _l("Until"),
        description=_l("Earlier than its beginning means: on the morning after."),
        render_kw={"class": "short code"},
    )
    time_zone = OneOf(_l("By the clock of"))

    def offer(self, now: float, kept: Shift | None, zone: str) -> None:
        """Fills the lists, with what is kept now among them."""
        today = datetime.fromtimestamp(now, zone_of(kept.time_zone if kept else zone)).date()
        coming = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
        if kept and kept.on and kept.on not in coming:
            coming.append(kept.on)
        self.day.choices = options([*_every_week(), *_once(coming)])
        times = {*HALF_HOURS, *((f"{kept.begins:%H:%M}", f"{kept.ends:%H:%M}") if kept else ())}
        self.begins.choices = self.ends.choices = options((at, at) for at in sorted(times))
        self.time_zone.choices = options(zones(language(), kept.time_zone if kept else zone))

    def when(self) -> When:
        """What was chosen."""
        weekly = self.day.data.startswith(EVERY)
        return When(
            self.time_zone.data,
            time.fromisoformat(self.begins.data),
            time.fromisoformat(self.ends.data),
            weekday=int(self.day.data.removeprefix(EVERY)) if weekly else None,
            on=None if weekly else date.fromisoformat(self.day.data),
        )


def as_chosen(shift: Shift) -> dict[str, str]:
    """A shift as the form has it."""
    return {
        "day": shift.on.isoformat() if shift.on else f"{EVERY}{shift.weekday}",
        "begins": f"{shift.begins:%H:%M}",
        "ends": f"{shift.ends:%H:%M}",
        "time_zone": shift.time_zone,
    }


def first_offer(now: float, zone: str) -> dict[str, str]:
    """What stands in the form of a new shift: this weekday's evening."""
    today = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
    return {"day": f"{EVERY}{today.weekday()}", "begins": "18:00", "ends": "22:00", "time_zone": zone}


def _every_week() -> list[tuple[str, str]]:
    return [
        (f"{EVERY}{weekday}", gettext("Every %(weekday)s", weekday=weekday_in_words(weekday)))
        for weekday in range(7)
    ]


def _once(days: list[date]) -> list[tuple[str, str]]:
    return [(day.isoformat(), gettext("Only %(day)s", day=day_in_words(day))) for day in days]
