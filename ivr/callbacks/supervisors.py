"""Which supervisors are rung, in which order: first whoever is on call, then everybody who has given a number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from ivr.people.records import people_where
from ivr.people.roles import Role
from ivr.people.standings import known_of
from ivr.people.tables import people, person_roles


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A supervisor who can be rung. `number_id` is the vault's entry."""

    person_id: str
    number_id: str
    is_on_call: bool
    is_talking: bool
    """In a call for the hotline at this moment: rung last, since the phone is in use."""


def supervisors_to_ring(connection: Connection, now: float) -> list[Supervisor]:
    """All of them, the next to be rung first. Neither a pause nor wrap-up counts here: a life may be at risk."""
    leading = select(person_roles.c.person_id).where(person_roles.c.role == Role.SUPERVISOR.value)
    found = people_where(
        connection, (people.c.state == "active") & people.c.number_id.is_not(None) & people.c.id.in_(leading)
    )
    known = known_of(connection, [person.id for person in found], now)
    everybody = [
        Supervisor(
            person_id=person.id,
            number_id=person.number_id or "",
            is_on_call=known[person.id].stretch(now) is not None,
            is_talking=known[person.id].state.is_busy(now),
        )
        for person in found
    ]
    return sorted(everybody, key=lambda one: (one.is_talking, not one.is_on_call, one.person_id))
