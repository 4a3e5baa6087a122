"""When nobody is there: the gaps of a roster. Pure. Seconds since 1970.

A helper covers a shift only for as long as the rules let them be asked: of a night of eight hours, the first four.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.people.on_call import APART
from ivr.people.roster import OnShift

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gap:
    """From when until when nobody is there. `language` is empty where it is nobody at all."""

    language: str
    begins: float
    ends: float


def gaps(
    times: Iterable[OnShift],
    spoken_by: Mapping[str, Iterable[str]],
    languages: Sequence[str],
    since: float,
    until: float,
    most_seconds: float,
) -> list[Gap]:
    """When nobody is on shift at all, and when somebody is, but nobody who speaks one of these languages.

    `times` hold shifts from the day before `since` on; `spoken_by` says what each person speaks.
    """
    covers = covering(times, most_seconds)
    nobody = uncovered([one for spans in covers.values() for one in spans], since, until)
    found = [Gap("", *span) for span in nobody]
    for language in languages:
        theirs = [one for who, spans in covers.items() if language in spoken_by.get(who, ()) for one in spans]
        found += [Gap(language, *span) for span in uncovered([*theirs, *nobody], since, until)]
    return found


def covering(times: Iterable[OnShift], most_seconds: float) -> dict[str, list[Span]]:
    """When each person may really be asked: at most so long in one time on call, as `on_call` counts it."""
    began: dict[str, float] = {}
    reached: dict[str, float] = {}
    covers: dict[str, list[Span]] = {}
    for one in sorted(times, key=lambda one: (one.begins, one.ends)):
        if one.begins - reached.get(one.person, float("-inf")) >= APART:
            began[one.person] = one.begins
        reached[one.person] = max(reached.get(one.person, float("-inf")), one.ends)
        ends = min(one.ends, began[one.person] + most_seconds)
        if one.begins < ends:
            covers.setdefault(one.person, []).append((one.begins, ends))
    return covers


def uncovered(spans: Iterable[Span], since: float, until: float) -> list[Span]:
    """What of the time from `since` to `until` none of the spans covers, in order."""
    found, reached = [], since
    for begins, ends in sorted(spans):
        if begins > reached and reached < until:
            found.append((reached, min(begins, until)))
        reached = max(reached, ends)
    return [*found, (reached, until)] if reached < until else found
