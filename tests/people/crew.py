"""Helpers with shifts, straight in the database, and whose shift it is, for tests of who is free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from ivr.people.helpers import Helpers
from ivr.people.person import Person
from ivr.people.roster import LeftOut, OnShift, Shift, taking_place
from ivr.people.roster_tables import shifts
from ivr.people.tables import people
from ivr.people.wellbeing import Care
from tests.people.house import House

HOUR = 3600.0


def helpers_of(house: House) -> Helpers:
    """Helpers with the rules of the field."""
    return Helpers(house.audit, Care())


def hire(house: House, name: str, *roles: Any, on_shift: bool = True, number: bool = True) -> Person:
    """Somebody who works here, has given a number, and whose shift has begun and lasts for two hours."""
    person = house.employ(name, *roles)
    with house.database.begin() as connection:
        if number:
            connection.execute(update(people).where(people.c.id == person.id).values(number_id=person.id))
        if on_shift:
            put_shift(connection, f"shift of {name}"[:32], person.id, house.now, hours=2)
    return house.parts.accounts.person(person.id)


def put_shift(connection: Connection, shift_id: str, person_id: str, begins: float, hours: int) -> None:
    """A single shift, said in UTC."""
    first, last = (datetime.fromtimestamp(at, UTC) for at in (begins, begins + hours * HOUR))
    connection.execute(
        insert(shifts).values(
            id=shift_id,
            person_id=person_id,
            time_zone="UTC",
            begins=first.strftime("%H:%M"),
            ends=last.strftime("%H:%M"),
            weekday=None,
            on_date=first.date().isoformat(),
        )
    )


def on_shift(shifts: Iterable[Shift], left_out: Iterable[LeftOut], now: float) -> list[OnShift]:
    """Whose shift it is now."""
    return [one for one in taking_place(shifts, left_out, now, now + 1) if one.begins <= now < one.ends]
