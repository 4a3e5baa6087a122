"""Forgetting what nobody needs any more: sign-ins that are over, old links, wrong attempts, long unseen browsers,
when helpers talked, and shifts that are over."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete

from ivr.people.helper_rows import forget_talks
from ivr.people.lockout import LONGEST_REMEMBERED
from ivr.people.sessions import HALF_IN_SECONDS, Times
from ivr.people.shifts import forget_past
from ivr.people.standings import REMEMBERED
from ivr.people.tables import failures, invitations, known_browsers, notices, notices_for, sign_ins

BROWSER_SECONDS = 180 * 24 * 3600.0
NOTICE_SECONDS = 90 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows of each kind are gone."""

    sign_ins: int
    invitations: int
    failures: int
    known_browsers: int
    notices: int
    talks: int
    shifts: int


def forget_old(database: Engine, times: Times, now: float) -> Forgotten:
    """Forgets all that is over. May be run at any time, by two at once."""
    half_in = sign_ins.c.complete.is_(False) & (sign_ins.c.started_at < now - HALF_IN_SECONDS)
    timed_out = (sign_ins.c.seen_at < now - times.idle) | (sign_ins.c.started_at < now - times.longest)
    remembered = failures.c.since + failures.c.count * LONGEST_REMEMBERED
    with database.begin() as connection:
        old_notices = notices.c.at < now - NOTICE_SECONDS
        told = notices_for.c.notice_id.in_(
            notices.select().with_only_columns(notices.c.id).where(old_notices)
        )
        _delete(connection, notices_for, told)
        return Forgotten(
            sign_ins=_delete(connection, sign_ins, half_in | timed_out),
            invitations=_delete(connection, invitations, invitations.c.expires_at <= now),
            failures=_delete(connection, failures, (remembered < now) & (failures.c.shut_until < now)),
            known_browsers=_delete(
                connection, known_browsers, known_browsers.c.seen_at < now - BROWSER_SECONDS
            ),
            notices=_delete(connection, notices, old_notices),
            talks=forget_talks(connection, now - REMEMBERED),
            shifts=forget_past(connection, now),
        )


def _delete(connection: Connection, table: Table, over: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(over)).rowcount
