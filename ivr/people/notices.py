"""Notices: what everybody on duty has to be told. Each is shown to each of them until they have seen it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from ivr.audit.words import typed_text
from ivr.people.roles import TOLD_OF_EVERYTHING, Role
from ivr.people.tables import notices, notices_for, people, person_roles, sign_ins


class NoticeKind(StrEnum):
    """What has happened. The console says each in words."""

    NUMBER_REVEALED = "number_revealed"
    NUMBER_HELD = "number_held"
    HOLD_ENDED = "hold_ended"
    ROLE_GIVEN = "role_given"
    LINK_WITHOUT_CODES = "link_without_codes"
    OUTCOME_MISSING = "outcome_missing"
    OUTCOME_OVERDUE = "outcome_overdue"
    SHIFT_SET = "shift_set"
    SHIFT_REFUSED = "shift_refused"
    TAKE_SENT_BACK = "take_sent_back"


FOR_THOSE_WHO_LEAD = frozenset({NoticeKind.ROLE_GIVEN, NoticeKind.LINK_WITHOUT_CODES})
"""Who may see a number or let somebody in concerns those who may, and nobody else."""
URGENT = (
    NoticeKind.NUMBER_REVEALED,
    NoticeKind.LINK_WITHOUT_CODES,
    NoticeKind.ROLE_GIVEN,
)
"""What has to be seen first, however much has happened since: a thief would bury it under smaller things."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. `who` did it, to `about`; numbers in `details` are hidden."""

    id: str
    at: float
    kind: str
    who: str
    about: str
    details: Mapping[str, str]


class Notices:
    """On duty are all active supervisors and admins, and everybody who is signed in at that moment. Of who was given
    which rights, supervisors and admins alone are told.
    """

    def __init__(self, new_id: Callable[[], str], idle_seconds: float) -> None:
        self._new_id = new_id
        self._idle_seconds = idle_seconds

    def tell(
        self,
        connection: Connection,
        kind: NoticeKind,
        who: str,
        about: str,
        details: Mapping[str, str],
        now: float,
    ) -> str:
        """Tells everybody on duty, in the caller's transaction. Returns the notice's id."""
        return self.tell_these(
            connection, kind, self._on_duty(connection, kind, now), who, about, details, now
        )

    def tell_these(
        self,
        connection: Connection,
        kind: NoticeKind,
        people_ids: Iterable[str],
        who: str,
        about: str,
        details: Mapping[str, str],
        now: float,
    ) -> str:
        """Tells these people alone, in the caller's transaction. Returns the notice's id."""
        notice_id = self._new_id()
        kept = {name: typed_text(text) for name, text in details.items()}
        connection.execute(
            insert(notices).values(
                id=notice_id,
                at=now,
                kind=kind.value,
                who=who,
                about=about,
                details=json.dumps(kept, ensure_ascii=False, sort_keys=True),
            )
        )
        for person_id in people_ids:
            connection.execute(
                insert(notices_for).values(notice_id=notice_id, person_id=person_id, seen=False)
            )
        return notice_id

    def unseen(self, connection: Connection, person_id: str) -> list[Notice]:
        """What this person hasn't seen yet: what is urgent first, then the newest."""
        wanted = (
            select(notices)
            .join(notices_for)
            .where(notices_for.c.person_id == person_id, notices_for.c.seen.is_(False))
            .order_by(notices.c.at.desc(), notices.c.id)
        )
        found = [
            Notice(row.id, row.at, row.kind, row.who, row.about, json.loads(row.details))
            for row in connection.execute(wanted)
        ]
        return sorted(found, key=_urgency)

    def seen(self, connection: Connection, person_id: str, notice_id: str) -> None:
        """This person has seen it. Nothing happens for a notice that isn't theirs."""
        if not notice_id.isalnum():
            return
        connection.execute(
            update(notices_for)
            .where(notices_for.c.person_id == person_id, notices_for.c.notice_id == notice_id)
            .values(seen=True)
        )

    def _on_duty(self, connection: Connection, kind: NoticeKind, now: float) -> list[str]:
        leading = select(person_roles.c.person_id).where(
            person_roles.c.role.in_([role.value for role in TOLD_OF_EVERYTHING])
        )
        signed_in = select(sign_ins.c.person_id).where(
            sign_ins.c.complete.is_(True), sign_ins.c.seen_at > now - self._idle_seconds
        )
        leads, is_here = people.c.id.in_(leading), people.c.id.in_(signed_in)
        told = leads if kind in FOR_THOSE_WHO_LEAD else leads | is_here
        wanted = select(people.c.id).where(people.c.state == "active", told)
        return list(connection.execute(wanted.order_by(people.c.id)).scalars())


def supervisors(connection: Connection) -> list[str]:
    """Everybody who is a supervisor now."""
    query = (
        select(people.c.id)
        .join(person_roles)
        .where(people.c.state == "active", person_roles.c.role == Role.SUPERVISOR.value)
        .order_by(people.c.id)
    )
    return list(connection.execute(query).scalars())


def forget_about(connection: Connection, about: str) -> None:
    """Forgets every notice about something that is over, so that its id stays nowhere."""
    these = select(notices.c.id).where(notices.c.about == about)
    connection.execute(delete(notices_for).where(notices_for.c.notice_id.in_(these)))
    connection.execute(delete(notices).where(notices.c.about == about))


def _urgency(notice: Notice) -> int:
    urgent = [kind.value for kind in URGENT]
    return urgent.index(notice.kind) if notice.kind in urgent else len(urgent)
