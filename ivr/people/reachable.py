"""Whether there is anybody at all whom the hotline could ring for a caller."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ivr.people.roles import WHO_MAY, Right
from ivr.people.tables import people, person_roles


def anybody_can_be_rung(connection: Connection) -> bool:
    """Whether somebody with an open account takes calls and has given a number, on call now or not."""
    takes_calls = person_roles.c.role.in_([role.value for role in WHO_MAY[Right.TAKE_CALLBACKS]])
    query = (
        select(people.c.id)
        .join(person_roles, person_roles.c.person_id == people.c.id)
        .where(takes_calls, people.c.state == "active", people.c.number_id.is_not(None))
    )
    return connection.execute(query.limit(1)).first() is not None
