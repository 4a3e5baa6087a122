"""How much of what: the long run, and the short one that every change has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
    speed: float
    most_attempts: int = 3

    @property
    def settings(self) -> dict[str, Any]:
        """Waits that are long in life are short here; their order of size is the same."""
        return {
            "callback_attempts": self.most_attempts,
            "callback_spacing_minutes": "0.1,0.2",
            "offer_seconds": 12,
            "dial_seconds": 15,
            "talk_minutes": 0.25,
            "wrap_up_minutes": 0.03,
            "helper_rest_minutes": 0.05,
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
    calm_seconds=180.0,
    gap_seconds=(2.0, 6.0),
    most_idle_seconds=10.0,
    down_seconds=(0.2, 3.0),
    speed=20.0,
)
SHORT = Plan(
    name="short",
    callbacks=12,
    keyed=2,
    later=1,
    helpers=8,
    fire_seconds=8.0,
    calm_seconds=75.0,
    gap_seconds=(0.1, 0.6),
    most_idle_seconds=4.0,
    down_seconds=(0.1, 0.4),
    speed=40.0,
)
