"""Reading people, and what every service of this room is given."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, select

from ivr.audit.log import AuditLog
from ivr.people.keys import PeopleKeys
from ivr.people.person import Person
from ivr.people.refusals import NobodyOfThisId
from ivr.people.roles import Role
from ivr.people.tables import people, person_roles


@dataclass(frozen=True, slots=True)
class Records:
    """The database and what belongs to it. Each deed's row in the audit log comes last in its transaction: writers wait
    for each other there, and two that waited in another order would wait for ever.
    """

    database: Engine
    audit: AuditLog
    keys: PeopleKeys
    new_id: Callable[[], str]


def find_person(connection: Connection, person_id: str) -> Person:
    """One person, closed or not. Raises NobodyOfThisId."""
    # What isn't like an id may hold what a database refuses to look for.
    found = people_where(connection, people.c.id == person_id) if person_id.isalnum() else []
    if not found:
        raise NobodyOfThisId(person_id)
    return found[0]


def open_account(connection: Connection, person_id: str) -> Person:
    """One person whose account isn't closed, held until the transaction ends. Raises NobodyOfThisId."""
    if not person_id.isalnum():
        raise NobodyOfThisId(person_id)
    holding = select(people.c.id).where(people.c.id == person_id).with_for_update(key_share=True)
    connection.execute(holding)
    person = find_person(connection, person_id)
    if person.state == "closed":
        raise NobodyOfThisId(person_id)
    return person


def people_where(connection: Connection, condition: ColumnElement[bool] | None = None) -> list[Person]:
    """People in the order of their names."""
    wanted, with_roles = select(people).order_by(people.c.name, people.c.id), select(person_roles)
    if condition is not None:
        wanted = wanted.where(condition)
        with_roles = with_roles.join(people).where(condition)
    rows = connection.execute(wanted).all()
    roles: dict[str, set[Role]] = {row.id: set() for row in rows}
    for row in connection.execute(with_roles):
        roles.setdefault(row.person_id, set()).add(Role(row.role))
    return [_person(row, roles[row.id]) for row in rows]


def _person(row: Row[Any], roles: set[Role]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        sign_in_name="" if row.state == "closed" else row.sign_in_name,
        state=row.state,
        roles=frozenset(roles),
        languages=tuple(json.loads(row.languages)),
        gender=row.gender,
        time_zone=row.time_zone,
        reads=row.reads,
        number_id=row.number_id,
        has_codes=row.code_secret is not None,
        has_pin=row.pin != "",
        phone_code=row.phone_code,
    )
