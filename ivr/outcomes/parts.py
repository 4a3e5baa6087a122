"""The outcomes' room, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from ivr.audit.log import AuditLog
from ivr.outcomes.closing import close
from ivr.outcomes.risk import RiskCases
from ivr.outcomes.sweep import SweptOutcomes, sweep_outcomes
from ivr.outcomes.tasks import AfterTalks, OutcomeTasks
from ivr.outcomes.terms import Terms
from ivr.people.notices import Notices
from ivr.people.person import Person
from ivr.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class OutcomeParts:
    """What others use of this room."""

    tasks: OutcomeTasks
    cases: RiskCases
    terms: Terms
    close: Callable[[str, float], bool]
    """Writes the outcome of a callback (its id, now), as `ivr.outcomes.closing.close` says."""
    sweep: Callable[[float], SweptOutcomes]
    """One pass over all that is due (now)."""


def outcome_parts(
    database: Engine,
    vault: Vault,
    audit: AuditLog,
    notices: Notices,
    helpers: AfterTalks,
    person: Callable[[str], Person],
    new_id: Callable[[], str],
    risk_case_minutes: int,
) -> OutcomeParts:
    """Puts the room together. Reaches nothing yet."""
    risk = RiskCases(database, vault, audit, person, risk_case_minutes * 60.0)
    tasks = OutcomeTasks(helpers, risk, notices)
    return OutcomeParts(
        tasks=tasks,
        cases=risk,
        terms=Terms(audit, person),
        close=lambda callback_id, now: close(database, vault, callback_id, now, new_id),
        sweep=lambda now: sweep_outcomes(database, vault, tasks, risk, now, new_id),
    )
