"""The rows of accounts: people, their roles, and where they are signed in. Everything works inside the transaction of
whoever asks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ivr.people.refusals import LastAdmin
from ivr.people.roles import Role
from ivr.people.tables import known_browsers, people, person_roles, sign_ins


def new_person(person_id: str, name: str, sign_in_name: str, now: float) -> dict[str, Any]:
    """The row of somebody who is invited: without password, number or PIN."""
    return {
        "id": person_id,
        "name": name,
        "sign_in_name": sign_in_name,
        "state": "invited",
        "password": "",
        "code_secret": None,
        "code_step": 0,
        "phone_code": None,
        "pin": "",
        "languages": "[]",
        "gender": "",
        "time_zone": "",
        "reads": "",
        "number_id": None,
        "created_on": datetime.fromtimestamp(now, UTC).date().isoformat(),
    }


def give_roles(connection: Connection, person_id: str, roles: Collection[Role]) -> None:
    """Exactly these roles, whatever they were."""
    of_this_person = person_roles.c.person_id == person_id
    had = set(connection.execute(select(person_roles.c.role).where(of_this_person)).scalars())
    connection.execute(delete(person_roles).where(of_this_person, person_roles.c.role.not_in(sorted(roles))))
    for role in sorted({role.value for role in roles} - had):
        connection.execute(insert(person_roles).values(person_id=person_id, role=role))


def end_sign_ins(connection: Connection, person_id: str) -> None:
    """Signed out everywhere, and no browser is known any more."""
    for table in (sign_ins, known_browsers):
        connection.execute(delete(table).where(table.c.person_id == person_id))


def keep_an_admin(connection: Connection, without: str) -> None:
    """Raises LastAdmin where `without` is the only admin who can sign in."""
    # All of them are held: two admins who close each other at once come one after the other.
    wanted = (
        select(people.c.id)
        .join(person_roles)
        .where(person_roles.c.role == Role.ADMIN.value, people.c.state == "active")
        .order_by(people.c.id)
        .with_for_update(key_share=True)
    )
    if list(connection.execute(wanted).scalars()) == [without]:
        raise LastAdmin
