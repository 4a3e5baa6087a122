"""People with roles, as the people's room gives them out."""

from __future__ import annotations

from ivr.people.person import Person, State
from ivr.people.roles import Role


def person(name: str, *roles: Role, state: State = "active") -> Person:
    """Somebody with these roles."""
    return Person(
        id=name,
        name=name.title(),
        sign_in_name=name,
        state=state,
        roles=frozenset(roles),
        languages=("en",),
        gender="",
        time_zone="UTC",
        reads="",
        number_id=None,
        has_codes=True,
        has_pin=False,
        phone_code=None,
    )
