"""What supervisors do with the numbers of callers: keep one for longer, shred one, see one when a life depends on it.

Whether somebody may is looked up here too, and not only at the door. Each deed and its row in the audit log happen
together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select

from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.audit.words import typed_text
from ivr.people.notices import NoticeKind, Notices
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.store.callback_tables import callbacks
from ivr.store.engine import wipe_deleted
from ivr.store.tables import lines
from ivr.vault.due import LONGEST_HOLD_DAYS, is_due
from ivr.vault.errors import CallerAsksAgain
from ivr.vault.tables import number_holds, vault_entries
from ivr.vault.vault import SETTLED_SECONDS, Vault

SHORTEST_REASON = 10
DAY = 86_400.0


class NotAllowed(Exception):
    """This person's roles don't let them do this. Permanent until an admin changes the roles."""


class CaseGone(Exception):
    """There is no such number of a caller, or not any more. Permanent."""


class TimeIsOver(CaseGone):
    """The number is due to be shredded, and counts as gone: it can be closed, and nothing else."""


class ReasonTooShort(Exception):
    """Others have to understand why: the reason has fewer than ten characters."""


class HoldUnusable(Exception):
    """A hold has to end in the future, and within fourteen days. It can be renewed."""


@dataclass(frozen=True, slots=True)
class NumberHeld:
    """A caller's number that is kept, without the number.

    `line` is what staff call it; `shred_at` and `held_until` are seconds since 1970.
    """

    id: str
    line: str
    need: str
    language: str | None
    date: str
    band: str
    shred_at: float
    held_until: float | None
    hold_reason: str
    held_by: str
    is_due: bool = False
    """Its time is over: nobody can open it any more, and it goes with the next pass of a worker."""
    wishes: Mapping[str, str] = field(default_factory=dict)
    """What the caller keyed, by the name of the question."""


class Cases:
    """The service behind the page of callers' numbers."""

    def __init__(
        self,
        database: Engine,
        vault: Vault,
        audit: AuditLog,
        notices: Notices,
        person: Callable[[str], Person],
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._notices = notices
        self._person = person

    def list_numbers(self, connection: Connection, now: float) -> list[NumberHeld]:
        """Every number of a caller, the one that goes first at the top."""
        query = (
            select(
                vault_entries.c.id,
                lines.c.name,
                callbacks.c.need,
                callbacks.c.language,
                callbacks.c.date,
                callbacks.c.band,
                callbacks.c.wishes,
                vault_entries.c.shred_at,
                number_holds.c.held_until,
                number_holds.c.reason,
                number_holds.c.held_by,
            )
            .select_from(vault_entries)
            .outerjoin(lines, lines.c.id == vault_entries.c.line_id)
            .outerjoin(callbacks, callbacks.c.number_id == vault_entries.c.id)
            .outerjoin(number_holds, number_holds.c.entry_id == vault_entries.c.id)
            .where(vault_entries.c.kind == "caller")
            .order_by(vault_entries.c.shred_at, vault_entries.c.id)
        )
        rows: Iterable[Row[Any]] = connection.execute(query)
        return [_number_held(row, now) for row in rows]

    def hold(self, number_id: str, *, who: str, reason: str, until: float, now: float) -> None:
        """Keeps a number until a moment, whatever its ordinary time. Raises the situations above."""
        why = _reason(reason)
        if not now < until <= now + LONGEST_HOLD_DAYS * DAY:
            raise HoldUnusable
        self._check(who, Right.HOLD_NUMBER)
        with self._database.begin() as connection:
            self._find_in_time(connection, number_id, now)
            connection.execute(delete(number_holds).where(number_holds.c.entry_id == number_id))
            connection.execute(
                insert(number_holds).values(entry_id=number_id, held_until=until, held_by=who, reason=why)
            )
            details = {"reason": why}
            self._note(connection, Deed.NUMBER_HELD, who, number_id, details, now)
            self._notices.tell(connection, NoticeKind.NUMBER_HELD, who, number_id, details, now)

    def end_hold(self, number_id: str, *, who: str, now: float) -> None:
        """The number goes its ordinary way again. Nothing happens where it isn't held."""
        self._check(who, Right.HOLD_NUMBER)
        with self._database.begin() as connection:
            self._find(connection, number_id)
            ended = delete(number_holds).where(number_holds.c.entry_id == number_id)
            if connection.execute(ended).rowcount:
                self._note(connection, Deed.HOLD_ENDED, who, number_id, {}, now)
                self._notices.tell(connection, NoticeKind.HOLD_ENDED, who, number_id, {}, now)

    def close(self, number_id: str, *, who: str, now: float) -> None:
        """Shreds the number and closes the wish, held or not. Raises CallerAsksAgain, VaultOutOfReach too."""
        self._check(who, Right.CLOSE_CASE)
        with self._database.begin() as connection:
            self._find(connection, number_id)
            if not self._vault.shred(connection, [number_id], spare_after=now - SETTLED_SECONDS):
                raise CallerAsksAgain(number_id)
            self._note(connection, Deed.NUMBER_SHREDDED, who, number_id, {}, now)
        wipe_deleted(self._database)

    def reveal(self, number_id: str, *, who: str, reason: str, now: float) -> str:
        """The number, once the audit log and everybody on duty know who saw it and why.

        Raises the situations above, and what `Vault.open` raises.
        """
        why = _reason(reason)
        self._check(who, Right.REVEAL_NUMBER)
        with self._database.begin() as connection:
            self._find_in_time(connection, number_id, now)
            shown = self._vault.reveal(connection, number_id, now)
            details = {"reason": why}
            self._note(connection, Deed.NUMBER_REVEALED, who, number_id, details, now)
            self._notices.tell(connection, NoticeKind.NUMBER_REVEALED, who, number_id, details, now)
        return shown

    def _check(self, who: str, right: Right) -> None:
        if not self._person(who).may(right):
            raise NotAllowed(right.value)

    def _find(self, connection: Connection, number_id: str) -> None:
        """Raises CaseGone. Until the end of the transaction nobody else shreds it."""
        found = (
            select(vault_entries.c.id)
            .where(vault_entries.c.id == number_id, vault_entries.c.kind == "caller")
            .with_for_update()
        )
        if connection.execute(found).first() is None:
            raise CaseGone(number_id)

    def _find_in_time(self, connection: Connection, number_id: str, now: float) -> None:
        """Raises CaseGone, TimeIsOver."""
        self._find(connection, number_id)
        due = select(vault_entries.c.id).where(vault_entries.c.id == number_id, is_due(now))
        if connection.execute(due).first() is not None:
            raise TimeIsOver(number_id)

    def _note(
        self,
        connection: Connection,
        deed: Deed,
        who: str,
        number_id: str,
        details: Mapping[str, str],
        now: float,
    ) -> None:
        self._audit.append(connection, at=now, who=who, deed=deed, about=number_id, details=details)


def _reason(text: str) -> str:
    kept = typed_text(text.strip())
    if len(kept) < SHORTEST_REASON:
        raise ReasonTooShort
    return kept


def _number_held(row: Row[Any], now: float) -> NumberHeld:
    held = row.held_until is not None and row.held_until > now
    return NumberHeld(
        id=row.id,
        line=row.name or "",
        need=row.need or "",
        language=row.language,
        date=row.date or "",
        band=row.band or "",
        shred_at=row.shred_at,
        held_until=row.held_until if held else None,
        is_due=row.shred_at <= now and not held,
        hold_reason=row.reason if held else "",
        held_by=row.held_by if held else "",
        wishes=json.loads(row.wishes or "{}"),
    )
