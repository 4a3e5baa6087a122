"""Shifts, days and gaps, as whoever reads the page says them: in their own language, and by their own clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from babel.dates import format_date, get_day_names
from flask_babel import ngettext

from ivr.console.languages import gettext, language
from ivr.console.standing_words import standing_in_words
from ivr.console.times import how_long, zone_name
from ivr.console.words import language_name
from ivr.people.coverage import Gap
from ivr.people.on_call import Stretch
from ivr.people.roster import LONGEST_SHIFT_HOURS, Shift
from ivr.people.standings import HelperState
from ivr.people.wellbeing import Care, Standing, Verdict

A_MINUTE = timedelta(minutes=1)
HOURS = 3600.0
A_NIGHT = LONGEST_SHIFT_HOURS * HOURS + HOURS
"""The longest shift, in the night in which the clocks go back."""
DAY_PATTERN = "EEEE d MMM"


@dataclass(frozen=True, slots=True)
class Time:
    """A time in words: a day and its hours; where it ends on another day, that day and when."""

    day: str
    hours: str
    ends_on: str
    ends: str


def day_in_words(day: date) -> str:
    """`Friday 6 Mar`."""
    return str(format_date(day, DAY_PATTERN, locale=language()))


def weekday_in_words(weekday: int) -> str:
    """`Friday`; 0 is Monday."""
    return str(get_day_names("wide", context="stand-alone", locale=language())[weekday])


def time_in_words(begins: float, ends: float, zone: tzinfo) -> Time:
    """From when until when, by this zone's clock."""
    first, last = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (begins, ends))
    # What ends at midnight ends on the same day, and a night that goes past it is one, as everybody says it.
    same = (last - A_MINUTE).date() == first.date() or ends - begins <= A_NIGHT
    return Time(
        day_in_words(first.date()),
        f"{first:%H:%M}–{last:%H:%M}" if same else f"{first:%H:%M}",
        "" if same else day_in_words(last.date()),
        "" if same else f"{last:%H:%M}",
    )


def clock(at: float, zone: tzinfo) -> str:
    """`03:40`, by this zone's clock."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%H:%M")


def shift_hours(shift: Shift) -> str:
    """`22:00–02:00`."""
    return f"{shift.begins:%H:%M}–{shift.ends:%H:%M}"


def shift_day(shift: Shift) -> str:
    """On which days a shift is."""
    if shift.on is not None:
        return day_in_words(shift.on)
    return gettext("Every %(weekday)s", weekday=weekday_in_words(shift.weekday or 0))


def shift_clock(shift: Shift, zone: str) -> str:
    """By which clock, where it isn't the reader's."""
    if shift.time_zone == zone:
        return ""
    return gettext("by the clock of %(place)s", place=zone_name(shift.time_zone, language()))


def own_standing_in_words(verdict: Verdict, care: Care, zone: tzinfo) -> tuple[str, str]:
    """How whoever reads this stands, and until when, where that passes by itself."""
    if verdict.until is None:
        return standing_in_words(verdict), ""
    time = clock(verdict.until, zone)
    if verdict.standing is Standing.NEEDS_A_BREAK:
        hard = care.most_hard_calls_running
        had = ngettext("You have had %(num)s hard call.", "You have had %(num)s hard calls in a row.", hard)
        return str(had), gettext("Take a break until %(time)s. You aren't rung before then.", time=time)
    return standing_in_words(verdict), gettext("You aren't rung before %(time)s.", time=time)


def on_call_in_words(state: HelperState, stretch: Stretch | None, now: float, zone: tzinfo) -> str:
    """Why somebody is on call or not, and until when."""
    if stretch is not None and state.choice.is_on(now):
        return gettext("You went on call yourself, until %(time)s at most.", time=clock(stretch.ends, zone))
    if stretch is not None:
        return gettext("You are on call by the roster, until %(time)s.", time=clock(stretch.ends, zone))
    if state.choice.chosen == "off":
        return gettext("You went off call. Your next shift finds you on call again.")
    return gettext("You are on call when a shift of yours begins, or when you say so here.")


def rules_in_words(care: Care) -> list[str]:
    """What looks after whoever reads this, with the numbers of this hotline."""
    spans, hard = _spans(care), care.most_hard_calls_running
    rest = gettext("After each call you have %(rest)s for yourself.", rest=spans["rest"])
    return [
        *([rest] if care.wrap_up_seconds else []),
        str(
            ngettext(
                "After %(num)s hard call you rest for %(long)s.",
                "After %(num)s hard calls in a row you rest for %(long)s.",
                hard,
                long=spans["long"],
            )
        ),
        gettext(
            "After %(most)s on call you are asked no more, until you have been off for an hour.",
            most=spans["most"],
        ),
        gettext("After a call with a life at risk, somebody talks with you first."),
        gettext("Not picking up, or putting a call back, is never held against you."),
    ]


def rules_for_supervisors(care: Care) -> list[str]:
    """The same, for whoever plans the roster."""
    spans, hard = _spans(care), care.most_hard_calls_running
    rest = gettext("After each call a helper rests for %(rest)s.", rest=spans["rest"])
    return [
        *([rest] if care.wrap_up_seconds else []),
        str(
            ngettext(
                "After %(num)s hard call a helper rests for %(long)s.",
                "After %(num)s hard calls in a row a helper rests for %(long)s.",
                hard,
                long=spans["long"],
            )
        ),
        gettext(
            "After %(most)s on call a helper is asked no more, until off call for an hour.",
            most=spans["most"],
        ),
        gettext("After a call with a life at risk, somebody talks with the helper before the next one."),
    ]


def _spans(care: Care) -> dict[str, str]:
    return {
        "rest": how_long(care.wrap_up_seconds, language()),
        "long": how_long(care.break_seconds, language()),
        "most": how_long(care.most_seconds_a_shift, language()),
    }


def gaps_in_words(found: Sequence[Gap], zone: tzinfo) -> list[dict[str, Any]]:
    """The gaps of each language, those of all languages first; with how long they are together."""
    groups: dict[str, list[Gap]] = {}
    for gap in found:
        groups.setdefault(gap.language, []).append(gap)
    return [
        {
            "title": _gap_title(code),
            "hours": hours_in_words(sum(gap.ends - gap.begins for gap in of_it)),
            "times": [time_in_words(gap.begins, gap.ends, zone) for gap in of_it],
        }
        for code, of_it in groups.items()
    ]


def gap_title_of_all(found: Iterable[Gap]) -> str:
    """What the roster as a whole says."""
    nobody = sum(gap.ends - gap.begins for gap in found if not gap.language)
    if not nobody:
        return gettext("Somebody is on shift at every hour of the next 7 days.")
    return gettext(
        "In the next 7 days, nobody is on shift for %(hours)s in all.", hours=hours_in_words(nobody)
    )


def hours_in_words(seconds: float) -> str:
    """`43 hours`, rounded up: a gap that is there is never said to be none."""
    return str(ngettext("%(num)s hour", "%(num)s hours", -(-int(seconds) // int(HOURS))))


def _gap_title(code: str) -> str:
    if not code:
        return gettext("Nobody at all")
    return gettext("Nobody who speaks %(language)s", language=language_name(code))
