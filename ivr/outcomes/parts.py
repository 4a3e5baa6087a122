"""The services of outcomes, put together."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.outcomes.risk import RiskCases
from ivr.outcomes.tasks import OutcomeTasks


@dataclass(frozen=True, slots=True)
class OutcomeParts:
    """What pages, legs and workers get."""

    tasks: OutcomeTasks
    cases: RiskCases
