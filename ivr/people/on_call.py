"""Who is on call, by the roster or by their own choice, and since when without a pause. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ivr.people.roster import LONGEST_SHIFT_HOURS, OnShift

Chosen = Literal["on", "off", ""]
"""On or off call by one's own choice; empty: as the roster says."""
LONGEST = LONGEST_SHIFT_HOURS * 3600.0
APART = 3600.0
"""Two times on call with less than this between them are one: whoever goes off and on again hasn't rested."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose last, when, and since when they had been on call then. Seconds since 1970; 0 for never."""

    chosen: Chosen = ""
    at: float = 0.0
    stretch_began: float = 0.0

    def is_on(self, now: float) -> bool:
        """Whether somebody is on call by this choice; it ends by itself after the longest shift."""
        return self.chosen == "on" and now < self.stretch_began + LONGEST


NO_CHOICE = Choice()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time on call: since when, and until when as far as is known now."""

    began: float
    ends: float


def on_call(times: Iterable[OnShift], choice: Choice, now: float) -> Stretch | None:
    """The time on call that lasts now, or None. `times` are one helper's shifts of the last day at least.

    Off wins until the next shift begins; on ends by itself after the longest shift.
    """
    latest = _latest(_spans(times, choice, now))
    return latest if now < latest.ends else None


def just_over(times: Iterable[OnShift], choice: Choice, now: float) -> Stretch | None:
    """The time on call that ended too short a while ago for a rest, by the roster or by going off; None otherwise."""
    spans = _spans(times, choice, now)
    if choice.chosen != "on":
        spans.append((choice.stretch_began, choice.at))
    latest = _latest(spans)
    return latest if latest.ends <= now < latest.ends + APART else None


def choose(times: Iterable[OnShift], before: Choice, chosen: Chosen, now: float) -> Choice:
    """The choice that somebody makes now."""
    lasting = on_call(times, before, now)
    if lasting is not None:
        return Choice(chosen, now, lasting.began)
    just_left = before.chosen != "on" and now - before.at < APART
    return Choice(chosen, now, before.stretch_began if just_left else now)


def _latest(spans: Iterable[tuple[float, float]]) -> Stretch:
    began, reached = 0.0, float("-inf")
    for begins, ends in sorted(spans):
        if begins - reached >= APART:
            began = begins
        reached = max(reached, ends)
    return Stretch(began, reached)


def _spans(times: Iterable[OnShift], choice: Choice, now: float) -> list[tuple[float, float]]:
    since = choice.at if choice.chosen == "off" else float("-inf")
    spans = [(_began(one, choice), one.ends) for one in times if since < one.begins <= now]
    if choice.chosen == "on":
        spans.append((choice.stretch_began, choice.stretch_began + LONGEST))
    return spans


def _began(shift: OnShift, choice: Choice) -> float:
    # Whoever went off within a shift and came back to it after a rest begins it anew.
    came_back = choice.chosen == "" and choice.at and shift.begins < choice.at < shift.ends
    return max(shift.begins, choice.stretch_began) if came_back else shift.begins
