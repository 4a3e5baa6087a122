"""Who calls and who helps when anything may happen in any order, and when each of them may be rung.

When it is safe is reckoned here once more, by the clock on the wall of each place, and not by the house's own module:
what switches the house's checks off must not move the measure with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

HALF_AN_HOUR = 1800.0
"""Safe hours begin and end at a full or a half hour, and so do the time zones of these callers."""
NIGHT_TOO_SECONDS = 2 * 3600.0
"""For so long whoever asked for a call as soon as possible may be rung at night."""
HOURS = {
    "as_soon_as_possible": (time(7, 0), time(21, 30)),
    "by_day": (time(7, 0), time(21, 30)),
    "in_the_morning": (time(8, 0), time(12, 0)),
    "in_the_evening": (time(17, 0), time(21, 30)),
}
NUMBERS = {"joseph": "+12025550151", "leila": "+12025550152"}
HELPERS = {"joseph": ("man", ("en",)), "leila": ("woman", ("en", "sw"))}
"""Gender and languages."""


@dataclass(frozen=True)
class Wish:
    """What somebody keyed, and where the number may be."""

    when: str
    zones: tuple[str, ...] = ("Africa/Nairobi",)
    language: str = "en"
    gender: str = ""

    @property
    def keyed(self) -> dict[str, str]:
        """As a flow notes it."""
        return {"safe_when": self.when, **({"helper_gender": f"a_{self.gender}"} if self.gender else {})}

    def suits(self, helper: str) -> bool:
        """Whether this helper is one whom the caller wants."""
        gender, languages = HELPERS[helper]
        return self.language in languages and self.gender in ("", gender)

    def may_be_rung(self, asked_at: float, at: float) -> bool:
        """Whether it is safe at this moment."""
        if self.when == "as_soon_as_possible" and asked_at <= at < asked_at + NIGHT_TOO_SECONDS:
            return True
        begins, ends = HOURS[self.when]
        clocks = [datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).time() for zone in self.zones]
        return all(begins <= clock < ends for clock in clocks)

    def next_change(self, asked_at: float, at: float) -> float:
        """When it next begins to be safe, or to be not."""
        edges = [(at // HALF_AN_HOUR + step) * HALF_AN_HOUR for step in range(1, 97)]
        if self.when == "as_soon_as_possible" and at < asked_at + NIGHT_TOO_SECONDS:
            edges = sorted({*edges, asked_at + NIGHT_TOO_SECONDS})
        return next(
            edge
            for edge in edges
            if self.may_be_rung(asked_at, edge) != self.may_be_rung(asked_at, edge - 1.0)
        )


CALLERS = {
    "amina": Wish("as_soon_as_possible"),
    "evening": Wish("in_the_evening"),
    "morning": Wish("in_the_morning", ("Asia/Kolkata",)),
    "woman": Wish("as_soon_as_possible", ("America/New_York",), "sw", "woman"),
    "coasts": Wish("in_the_morning", ("America/New_York", "America/Los_Angeles")),
    "night": Wish("by_day", ("Pacific/Auckland",)),
}


@dataclass
class Known:
    """What people have done, whatever the hotline has noted of it."""

    asked: dict[str, float] = field(default_factory=dict)
    """When each caller asked."""
    rung: dict[str, list[float]] = field(default_factory=dict)
    """When each caller's phone was rung."""
    offered: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Which caller was offered to a helper in which attempt, and when."""
    talked: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    shredded: set[str] = field(default_factory=set)
    over: dict[str, tuple[str, str]] = field(default_factory=dict)
    """How each callback has ended, and in which attempt."""

    def is_safe(self, caller: str, at: float) -> bool:
        return CALLERS[caller].may_be_rung(self.asked[caller], at)
