"""When somebody may help no more, as after their account was closed or got a new link: what they have in hand ends."""

from __future__ import annotations

from sqlalchemy import Connection, or_, update

from ivr.store.callback_tables import attempts


def end_calls_of(connection: Connection, person_id: str, now: float) -> int:
    """Hangs up every call of this helper, ringing or not, at the next sweep; returns how many. Whoever waited for them
    waits again then, for somebody else.
    """
    theirs = attempts.c.helper_id == person_id, attempts.c.state != "over"
    not_yet = or_(attempts.c.end_legs_at == 0.0, attempts.c.end_legs_at > now)
    return connection.execute(update(attempts).where(*theirs, not_yet).values(end_legs_at=now)).rowcount
