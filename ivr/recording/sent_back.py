"""Telling whoever recorded a take that a reviewer wants another one; and for how long that is so."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from audio.tables import takes
from audio.take_rows import Take
from audio.take_states import TakeState
from ivr.people.notices import NoticeKind, Notices, forget_about
from ivr.people.tables import people

_OF_NO_USE = [state.value for state in (TakeState.REFUSED, TakeState.WITHDRAWN)]


def tell_the_speaker(connection: Connection, notices: Notices, take: Take, now: float) -> None:
    """Says that another take is wanted, why, and at which second. Of one take the last word counts. What came in
    without an account that is open is said to nobody: it stands in the library."""
    forget_about(connection, take.id)
    here = select(people.c.id).where(people.c.id == take.recorded_by, people.c.state == "active")
    if connection.execute(here).first() is None:
        return
    details = {"prompt": take.prompt, "language": take.language, "reason": take.reason}
    if take.reason_at is not None:
        details["second"] = f"{take.reason_at:.1f}"
    kind = NoticeKind.TAKE_SENT_BACK
    notices.tell_these(connection, kind, [take.recorded_by], take.reviewed_by, take.id, details, now)


def still_wanted(connection: Connection, take_ids: Collection[str]) -> set[str]:
    """Those of these takes that were sent back and that nobody has recorded again since."""
    wanted = select(takes.c.id).where(takes.c.id.in_(take_ids), _is_wanted())
    return set(connection.execute(wanted).scalars())


def _is_wanted() -> ColumnElement[bool]:
    newer = takes.alias("newer")
    recorded_again = exists().where(
        newer.c.prompt == takes.c.prompt,
        newer.c.language == takes.c.language,
        newer.c.take > takes.c.take,
        newer.c.state.not_in(_OF_NO_USE),
    )
    return and_(takes.c.state == TakeState.AGAIN.value, ~recorded_again)
