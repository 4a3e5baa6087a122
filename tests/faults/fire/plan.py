"""How much of what: the long run, and the short one that every change has to pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

PAGE_SPACING = 15
FLASHES_EACH = 3


@dataclass(frozen=True)
class Plan:
    """`callbacks` are asked for by `keyed` callers who ring in during the fire, and by the others before it.

    The fire lasts for `fire_seconds` at least, and until every kind of damage was done. Afterwards everything may take
    `calm_seconds` to settle. `speed` seconds pass on the telephone network in a real one.
    """

    name: str
    callbacks: int
    keyed: int
    later: int
    """How many of them may only be called tomorrow."""
    helpers: int
    fire_seconds: float
    calm_seconds: float
    gap_seconds: tuple[float, float]
    """From one blow to the next."""
    most_idle_seconds: float
    """For so long a blow waits until somebody is on a phone."""
    down_seconds: tuple[float, float]
    """How long something stays down."""
    lost: float
    """How many of the status callbacks never come."""
    speed: float
    in_danger: int
    """Callers who press 0 during the fire, beside the others."""
    flashers: int
    """Callers who let it ring once, up to three times each."""
    ring_in: int
    """How many of the helpers are never rung, and ring in."""
    on_pages: int
    """How many helpers take calls in the console, and give some back."""
    supervisors: int
    troubles: float = math.inf
    """How often at the most something goes wrong with a request to the provider."""
    most_attempts: int = 3
    spacing_minutes: str = "0.1,0.2"

    @property
    def settings(self) -> dict[str, Any]:
        """Waits that are long in life are short here; their order of size is the same."""
        return {
            "callback_attempts": self.most_attempts,
            "callback_spacing_minutes": self.spacing_minutes,
            "offer_seconds": 12,
            "dial_seconds": 15,
            "talk_minutes": 0.25,
            "wrap_up_minutes": 0.03,
            "helper_rest_minutes": 0.05,
            "crisis_ring_seconds": 10,
            "page_spacing_seconds": PAGE_SPACING,
            "calls_per_second": 50,
            "web_threads": 16,
        }


LONG = Plan(
    name="long",
    callbacks=200,
    keyed=40,
    later=6,
    helpers=20,
    fire_seconds=150.0,
    calm_seconds=400.0,
    gap_seconds=(2.0, 6.0),
    most_idle_seconds=10.0,
    down_seconds=(0.2, 3.0),
    lost=0.04,
    speed=20.0,
    in_danger=12,
    flashers=12,
    ring_in=3,
    on_pages=3,
    supervisors=3,
)
SHORT = Plan(
    name="short",
    callbacks=6,
    keyed=2,
    later=1,
    helpers=6,
    fire_seconds=8.0,
    calm_seconds=60.0,
    gap_seconds=(0.1, 0.4),
    most_idle_seconds=1.5,
    down_seconds=(0.1, 0.4),
    lost=0.0,
    speed=40.0,
    in_danger=1,
    flashers=2,
    ring_in=1,
    on_pages=1,
    supervisors=1,
    troubles=2,
    most_attempts=2,
    spacing_minutes="0.05",
)
