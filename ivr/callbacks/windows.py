"""When a caller may be rung. Pure: times are seconds since 1970, and the caller's time zones are handed in.

The caller keyed when it is safe. Nobody is rung outside of that, however long the queue is. Whose number may be in
several time zones is rung only when it is safe in all of them: they are handed in as one text, joined by commas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Wish = Literal["as_soon_as_possible", "by_day", "in_the_morning", "in_the_evening", "now"]
"""What was keyed; "by_day" is for whoever didn't say, and "now" for somebody in crisis who named no other hours."""

NIGHT_FALLS = time(21, 30)
DAY_BREAKS = time(7, 0)
SOON_SECONDS = 2 * 3600.0
"""Whoever asks in the night for a call as soon as possible may be rung in that night, for this long."""
NOW_SECONDS = 10 * 3600.0
"""Somebody in crisis asks for help, and not for an hour: any night in which she asks is a whole one by this, until day
breaks. Whoever asked at noon isn't rung at two in the night."""

_HOURS: dict[Wish, tuple[time, time]] = {
    "as_soon_as_possible": (DAY_BREAKS, NIGHT_FALLS),
    "by_day": (DAY_BREAKS, NIGHT_FALLS),
    "now": (DAY_BREAKS, NIGHT_FALLS),
    "in_the_morning": (time(8, 0), time(12, 0)),
    "in_the_evening": (time(17, 0), NIGHT_FALLS),
}
_AT_ONCE: dict[Wish, float] = {"as_soon_as_possible": SOON_SECONDS, "now": NOW_SECONDS}
"""For how long whoever asks so may be rung, whatever the hour."""
_MOST_DAYS = 40
"""The longest a number is kept, and some days to spare."""
_JOINT = ","
_DAYS_APART = range(-2, 3)
"""The dates that it can be elsewhere while it is a certain date here."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `opens` until, and not including, `closes`."""

    opens: float
    closes: float

    def holds(self, now: float) -> bool:
        return self.opens <= now < self.closes


def joined(zones: Sequence[str]) -> str:
    """Several time zones as the one text that is kept of them."""
    return _JOINT.join(zones)


def shown_zone(time_zone: str) -> str:
    """The one of them by whose clock times are told."""
    return time_zone.partition(_JOINT)[0]


def next_span(wish: Wish, time_zone: str, asked_at: float, now: float) -> Span:
    """The span in which it is safe now, or the next one. `time_zone` may be several, joined by commas."""
    soon = Span(asked_at, asked_at + _AT_ONCE.get(wish, 0.0))
    if soon.holds(now):
        return soon
    zones = [ZoneInfo(zone) for zone in time_zone.split(_JOINT)]
    first = datetime.fromtimestamp(now, UTC).astimezone(zones[0]).date() - timedelta(days=2)
    for day in range(_MOST_DAYS):
        for span in _safe_on(wish, zones, first + timedelta(days=day)):
            if now < span.closes:
                return span
    raise AssertionError("every day has a morning and an evening")


def seconds_in_spans(wish: Wish, time_zone: str, asked_at: float, now: float) -> float:
    """For how long the caller has waited at times that are safe: waiting at other times doesn't count."""
    waited, at = 0.0, asked_at
    for _ in range(3 * _MOST_DAYS):
        if at >= now:
            break
        span = next_span(wish, time_zone, asked_at, at)
        waited += max(0.0, min(now, span.closes) - max(at, span.opens))
        at = span.closes
    return waited


def _safe_on(wish: Wish, zones: Sequence[ZoneInfo], day: date) -> list[Span]:
    """The safe spans of a date in the first zone, in their order.

    Mornings of zones that are far apart never meet: then it is morning in one of them, and day in all others.
    """
    here, *others = zones
    found = _within([_span(wish, here, day)], wish, others)
    if found:
        return found
    by_day = [_span("by_day", here, day)]
    choices = (
        _within([_span(wish, here, day)], "by_day", others),
        *(_within(_within(by_day, wish, [one]), "by_day", others) for one in others),
    )
    return next((spans for spans in choices if spans), [])


def _within(spans: list[Span], wish: Wish, zones: Sequence[ZoneInfo]) -> list[Span]:
    """What of these spans is within the hours of a wish in each of the zones."""
    for zone in zones:
        kept: list[Span] = []
        for span in spans:
            about = datetime.fromtimestamp(span.opens, UTC).astimezone(zone).date()
            for apart in _DAYS_APART:
                kept += _cut([span], _span(wish, zone, about + timedelta(days=apart)))
        spans = kept
    return spans


def _cut(spans: Sequence[Span], by: Span) -> Iterator[Span]:
    for span in spans:
        opens, closes = max(span.opens, by.opens), min(span.closes, by.closes)
        if opens < closes:
            yield Span(opens, closes)


def _span(wish: Wish, zone: ZoneInfo, day: date) -> Span:
    opens, closes = _HOURS[wish]
    return Span(
        datetime.combine(day, opens, zone).timestamp(), datetime.combine(day, closes, zone).timestamp()
    )
