"""Somebody needs help now: who is rung at once, and what has to be known for the first of them to have the call.

Everything here is done while the caller waits, so whatever is broken means that nobody is rung, and the flow goes on to
the emergency number at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.own_legs import leg_of
from ivr.callbacks.ringing import Addressed
from ivr.callbacks.time_zones import zone_by_clock
from ivr.store.callback_tables import crisis_calls
from ivr.store.engine import reading
from ivr.store.hot import Addition, Insertion
from ivr.telephony.contract import VAULT, Party
from ivr.vault.errors import CannotBeCalled, CiphertextDamaged, NumberShredded, VaultOutOfReach
from ivr.vault.number import PhoneNumber
from ivr.vault.tables import vault_entries
from ivr.vault.vault import KeptNumber, Vault

MOST_RUNG = 10
"""As many as a provider rings at once in one call."""

log = structlog.get_logger()


class OfCrisis(Protocol):
    """The line on which somebody asks for help."""

    @property
    def id(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


class CrisisHelper(Protocol):
    """A helper with crisis training who may be rung now."""

    @property
    def person_id(self) -> str: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def number_id(self) -> str: ...


class CrisisHelpers(Protocol):
    """Who may be rung for a life at risk."""

    def crisis_free(self, connection: Connection, now: float) -> Sequence[CrisisHelper]:
        """Everybody who may be rung, in the order in which it is fair."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What is known of somebody who asks for help now. `path` is the way there, in coded steps; the number closed.
    `clock` is the time zone that she has named, or ""."""

    call: str
    provider: str
    language: str | None
    caller: PhoneNumber | None
    clock: str
    path: str
    test: bool


class CrisisRinging:
    """Whom to ring at once, and the row that is stored with the turn in which they are."""

    def __init__(
        self,
        database: Engine,
        dialect: Dialect,
        vault: Vault,
        helpers: CrisisHelpers,
        addressed: Callable[[str, str, str], Addressed],
        can_whisper: Callable[[str], bool],
    ) -> None:
        """`addressed`: where a helper's leg asks and is told of, by provider, leg and step; `can_whisper`: whether a
        provider can ask a helper for a key before connecting: without it a mailbox would be "somebody"."""
        self._database = database
        self._vault = vault
        self._helpers = helpers
        self._addressed = addressed
        self._can_whisper = can_whisper
        self._row = Insertion(crisis_calls, dialect, replaces=True)
        self._number = Insertion(vault_entries, dialect, replaces=True)

    def parties(self, *, call: str, provider: str, language: str | None, at: float) -> list[Party]:
        """Helpers to ring at once for a call. Nobody where anything is out of reach."""
        if not self._can_whisper(provider) or not self._vault.can_keep():
            return []
        try:
            with reading(self._database) as connection:
                free = self._helpers.crisis_free(connection, at)
                found = [one for one in fitting_first(free, language) if self._opens(connection, one, at)]
        except (SQLAlchemyError, VaultOutOfReach) as error:
            log.error("crisis_helpers_not_rung", error=type(error).__name__)
            return []
        return [self._party(one, call, provider, at) for one in found[:MOST_RUNG]]

    def rows(self, line: OfCrisis, asked: AskedFor, at: float) -> list[Addition]:
        """What is stored with the turn that rings them, so that the first to press the key can have the call."""
        kept = self._kept(line, asked.caller, at)
        row = {
            "id": asked.call,
            "line_id": line.id,
            "provider": asked.provider,
            "path": asked.path,
            "language": asked.language,
            "time_zone": zone_by_clock(asked.clock, asked.caller, line.time_zone, at),
            "number_id": kept.id if kept is not None else None,
            "test": asked.test,
            "rung_at": at,
            "helper": "",
            "attempt": "",
        }
        number = [Addition(self._number, kept.row)] if kept is not None else []
        return [*number, Addition(self._row, row)]

    def _party(self, helper: CrisisHelper, call: str, provider: str, at: float) -> Party:
        addressed = self._addressed(provider, leg_of(call, helper.person_id), step_of(at))
        return Party(VAULT + helper.number_id, whisper=addressed.voice, status=addressed.status)

    def _opens(self, connection: Connection, helper: CrisisHelper, at: float) -> bool:
        """Looked at before anybody is rung: a Dial with nobody in it would leave the caller in silence."""
        try:
            self._vault.open(connection, helper.number_id, at)
        except (NumberShredded, CiphertextDamaged) as error:
            log.error("helpers_number_unusable", error=type(error).__name__)
            return False
        return True

    def _kept(self, line: OfCrisis, caller: PhoneNumber | None, at: float) -> KeptNumber | None:
        """Whoever talks with somebody at risk may have to call again when the line breaks."""
        if caller is None:
            return None
        try:
            return self._vault.keep(caller, kind="caller", line_id=line.id, now=at)
        except (CannotBeCalled, VaultOutOfReach, CiphertextDamaged) as error:
            log.warning("crisis_number_not_kept", error=type(error).__name__)
            return None


def fitting_first(helpers: Sequence[CrisisHelper], language: str | None) -> Sequence[CrisisHelper]:
    """Those who speak the caller's language; all of them where nobody does. A voice is better than none."""
    speaking = [one for one in helpers if language is None or language in one.languages]
    return speaking or helpers


def step_of(rung_at: float) -> str:
    """Which ringing of a call a key belongs to: a caller may ask for help more than once."""
    return str(int(rung_at))
