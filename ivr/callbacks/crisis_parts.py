"""Help now, put together: who is rung, who has the call, and who is paged when nobody has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from ivr.callbacks.crisis import CrisisHelpers, CrisisRinging
from ivr.callbacks.crisis_talks import CrisisTalks, LetGo
from ivr.callbacks.paging import AcceptsRisk, Pages, PagingRules
from ivr.callbacks.parts import CallbackParts
from ivr.callbacks.ports import CrisisClaims
from ivr.callbacks.ringing import Addressed
from ivr.callbacks.supervisors import supervisors_to_ring
from ivr.people.person import Person
from ivr.vault.vault import Vault


class Helpers(CrisisHelpers, CrisisClaims, Protocol):
    """Who may be rung, and who is in a call."""


@dataclass(frozen=True, slots=True)
class CrisisParts:
    """What calls, legs, pages of the console and workers use of it."""

    ringing: CrisisRinging
    talks: CrisisTalks
    pages: Pages


def crisis_parts(
    database: Engine,
    vault: Vault,
    helpers: Helpers,
    person: Callable[[str], Person],
    callbacks: CallbackParts,
    risk: AcceptsRisk,
    let_go: LetGo,
    rules: PagingRules,
    addressed: Callable[[str, str, str], Addressed],
    can_whisper: Callable[[str], bool],
    new_id: Callable[[], str],
) -> CrisisParts:
    """All of it; `addressed` and `can_whisper` as in CrisisRinging. Reaches nothing yet."""
    book, jobs = callbacks.book, callbacks.jobs
    return CrisisParts(
        ringing=CrisisRinging(database, database.dialect, vault, helpers, addressed, can_whisper),
        talks=CrisisTalks(database, book, helpers, jobs, let_go, new_id),
        pages=Pages(database, rules, supervisors_to_ring, person, callbacks.taking, risk),
    )
