"""What the console works with; the wiring hands it over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from ivr.audit.log import AuditLog
from ivr.people.parts import PeopleParts

if TYPE_CHECKING:
    from ivr.callbacks.cases import Cases
    from ivr.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """`public_url` begins the links that are handed out; `spoken` gives the languages of the flows on air."""

    database: Engine
    people: PeopleParts
    audit: AuditLog
    cases: Cases
    vault: Vault
    clock: Callable[[], float]
    new_id: Callable[[], str]
    public_url: str
    spoken: Callable[[], Sequence[str]]
