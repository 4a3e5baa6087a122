"""When a helper says that a life is in danger: the number stays, supervisors are rung, and one of them sees it through.

A case ends in two ways only: the caller has been reached, or a further step was taken. Then the number goes its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from ivr.audit.deeds import Deed
from ivr.audit.log import WARMLINE, AuditLog
from ivr.outcomes.numbers import let_go
from ivr.outcomes.questions import HIGH_RISK
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.store.callback_tables import callbacks, pages, risk_cases
from ivr.store.engine import wipe_deleted
from ivr.store.ids import new_id
from ivr.store.tables import lines
from ivr.vault.due import LONGEST_HOLD_DAYS
from ivr.vault.errors import CallerAsksAgain
from ivr.vault.tables import number_holds, vault_entries
from ivr.vault.vault import Vault

DAY = 86_400.0
BAND = 4 * 3600.0
PAGE = "risk"
WHY_HELD = "A helper has said after the talk that a life is in danger."

HowClosed = Literal["contact_confirmed", "further_step"]
HOW_CLOSED = get_args(HowClosed)


class NotForYou(Exception):
    """This person's roles don't let them look after such a case. Permanent until an admin changes the roles."""


class NoSuchCase(LookupError):
    """There is no such case, or not any more. Permanent."""


class AcceptedAlready(Exception):
    """Another supervisor looks after it; the id of that person."""


class HowUnusable(ValueError):
    """A case closes as "contact_confirmed" or "further_step", and in no other way."""


@dataclass(frozen=True, slots=True)
class RiskCase:
    """A life in danger that is being looked after. Times are seconds since 1970.

    `number_id` is the vault's entry, or None where the number is gone; `accepted_by` a supervisor's id, or empty.
    """

    id: str
    line: str
    number_id: str | None
    language: str | None
    helper_id: str
    opened_at: float
    due_at: float
    accepted_by: str

    def is_overdue(self, now: float) -> bool:
        """Whether the supervisors' clock has run out."""
        return now >= self.due_at


class RiskCases:
    """The cases of one installation. Whether somebody may is looked up here too, and not only at the door."""

    def __init__(
        self,
        database: Engine,
        vault: Vault,
        audit: AuditLog,
        person: Callable[[str], Person],
        due_seconds: float,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._person = person
        self.due_seconds = due_seconds

    def open_case(self, connection: Connection, callback_id: str, helper_id: str, now: float) -> None:
        """A helper has keyed that a life is in danger, in the transaction of that answer. May be told again.

        The callback remembers its case until it is deleted. The case's own id is random: in an address or a page it
        leads to no callback, even for somebody who knows all ids of callbacks.
        """
        callback = connection.execute(select(callbacks).where(callbacks.c.id == callback_id)).first()
        if callback is None or _is_open(connection, callback.risk_case):
            return
        number_id = self._hold(connection, callback.number_id, now)
        case_id = new_id()
        if not _remember(connection, callback, case_id):
            return
        case = {
            "id": case_id,
            "line_id": callback.line_id,
            "number_id": number_id,
            "language": callback.language,
            "risk": HIGH_RISK,
            "helper_id": helper_id,
            "opened_at": now,
            "due_at": now + self.due_seconds,
            "accepted_by": "",
        }
        connection.execute(insert(risk_cases).values(case))
        self._page(connection, case_id, callback.line_id, now)

    def open_cases(self, connection: Connection) -> list[RiskCase]:
        """All of them, the one whose clock runs out first at the top."""
        query = (
            select(risk_cases, lines.c.name)
            .outerjoin(lines, lines.c.id == risk_cases.c.line_id)
            .order_by(risk_cases.c.due_at, risk_cases.c.id)
        )
        return [
            RiskCase(
                id=row.id,
                line=row.name or "",
                number_id=row.number_id,
                language=row.language,
                helper_id=row.helper_id,
                opened_at=row.opened_at,
                due_at=row.due_at,
                accepted_by=row.accepted_by,
            )
            for row in connection.execute(query)
        ]

    def accept(self, connection: Connection, case_id: str, who: str, now: float) -> None:
        """A supervisor looks after a case from now on, by phone or on the web; the others are rung no more.

        May be told again. To be the last thing in its transaction. Raises NotForYou, NoSuchCase, AcceptedAlready.
        """
        self._check(who)
        this = risk_cases.c.id == case_id
        case = connection.execute(select(risk_cases).where(this).with_for_update()).first()
        if case is None:
            raise NoSuchCase(case_id)
        if case.accepted_by == who:
            return
        if case.accepted_by:
            raise AcceptedAlready(case.accepted_by)
        connection.execute(update(risk_cases).where(this).values(accepted_by=who))
        connection.execute(update(pages).where(pages.c.about == case_id).values(accepted_by=who))
        self._note(connection, now, who, Deed.RISK_CASE_ACCEPTED)

    def close(self, case_id: str, how: str, who: str, now: float) -> None:
        """The caller has been reached, or a further step was taken: the hold ends, and the number goes its way.

        Raises NotForYou, HowUnusable, NoSuchCase, CallerAsksAgain, VaultOutOfReach; then nothing was done.
        """
        self._check(who)
        if how not in HOW_CLOSED:
            raise HowUnusable(how)
        with self._database.begin() as connection:
            self._close(connection, case_id, cast(HowClosed, how), who, now)
        wipe_deleted(self._database)

    def _close(self, connection: Connection, case_id: str, how: HowClosed, who: str, now: float) -> None:
        this = risk_cases.c.id == case_id
        case = connection.execute(select(risk_cases).where(this).with_for_update()).first()
        if case is None:
            raise NoSuchCase(case_id)
        if case.number_id is not None:
            # Whoever else holds this number has a reason of their own.
            ours = number_holds.c.entry_id == case.number_id, number_holds.c.held_by == WARMLINE
            if not self._has_other_case(connection, case.number_id, case_id):
                connection.execute(delete(number_holds).where(*ours))
            if not let_go(connection, self._vault, case.number_id, now, leaving=case_id):
                raise CallerAsksAgain(case.number_id)
        connection.execute(delete(risk_cases).where(this))
        connection.execute(delete(pages).where(pages.c.about == case_id))
        self._note(connection, now, who, Deed.RISK_CASE_CLOSED, how=how)

    def page_again(self, connection: Connection, now: float) -> int:
        """Rings supervisors again for every case whose clock has run out, once in each such span; returns how many."""
        overdue = select(risk_cases).where(risk_cases.c.due_at <= now)
        count = 0
        for case in connection.execute(overdue).all():
            page = pages.c.about == case.id, pages.c.opened_at <= now - self.due_seconds
            # A phone that still rings for it is hung up first: no two ring for one page at once.
            again = {"opened_at": now, "next_at": now, "accepted_by": ""}
            count += connection.execute(update(pages).where(*page).values(again)).rowcount
        return count

    def _hold(self, connection: Connection, number_id: str | None, now: float) -> str | None:
        """Keeps the number while the case is open; None where it is gone. A supervisor's own reason stays."""
        if number_id is None:
            return None
        entry = select(vault_entries.c.id).where(vault_entries.c.id == number_id).with_for_update()
        if connection.execute(entry).first() is None:
            return None
        until = now + LONGEST_HOLD_DAYS * DAY
        this = number_holds.c.entry_id == number_id
        in_force = this, number_holds.c.held_until > now
        if connection.execute(update(number_holds).where(*in_force).values(held_until=until)).rowcount:
            return number_id
        connection.execute(delete(number_holds).where(this))
        hold = {"entry_id": number_id, "held_until": until, "held_by": WARMLINE, "reason": WHY_HELD}
        connection.execute(insert(number_holds).values(hold))
        return number_id

    def _page(self, connection: Connection, case_id: str, line_id: str, now: float) -> None:
        page = {
            "id": case_id,
            "kind": PAGE,
            "about": case_id,
            "line_id": line_id,
            "opened_at": now,
            "next_at": now,
            "tries": 0,
            "ringing": "",
            "leg": "",
            "accepted_by": "",
        }
        connection.execute(insert(pages).values(page))

    def _has_other_case(self, connection: Connection, number_id: str, case_id: str) -> bool:
        others = risk_cases.c.number_id == number_id, risk_cases.c.id != case_id
        return connection.execute(select(risk_cases.c.id).where(*others)).first() is not None

    def _note(self, connection: Connection, now: float, who: str, deed: Deed, **details: str) -> None:
        """The log is kept for ever, and a life in danger is rare: its row names no case and no exact time, or it would
        lead to the one outcome of that hour. The rows around it still say in which order things were done.
        """
        self._audit.append(connection, at=now - now % BAND, who=who, deed=deed, details=details)

    def _check(self, who: str) -> None:
        if not self._person(who).may(Right.CLOSE_CASE):
            raise NotForYou(who)


def _is_open(connection: Connection, case_id: str) -> bool:
    return connection.execute(select(risk_cases.c.id).where(risk_cases.c.id == case_id)).first() is not None


def _remember(connection: Connection, callback: Row[Any], case_id: str) -> bool:
    """Writes the case into its callback; False where somebody else has written one meanwhile."""
    as_read = callbacks.c.id == callback.id, callbacks.c.risk_case == callback.risk_case
    return connection.execute(update(callbacks).where(*as_read).values(risk_case=case_id)).rowcount == 1
