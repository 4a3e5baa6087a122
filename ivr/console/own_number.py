"""A person's own number: sealed in the vault, and shredded when another takes its place."""

from __future__ import annotations

from sqlalchemy import Connection

from ivr.console.parts import ConsoleParts
from ivr.people.person import Person
from ivr.vault.number import PhoneNumber


def keep_own(parts: ConsoleParts, person: Person, number: PhoneNumber, now: float) -> None:
    """Seals the number in place of the one before. Raises CannotBeCalled, VaultOutOfReach."""
    kept = parts.vault.keep(number, kind="helper", line_id="", now=now)
    with parts.database.begin() as connection:
        parts.vault.store(connection, kept)
        _replace(parts, person, kept.id, now, connection)


def remove_own(parts: ConsoleParts, person: Person, now: float) -> None:
    """Shreds the number. Nothing happens where there is none."""
    with parts.database.begin() as connection:
        _replace(parts, person, None, now, connection)


def _replace(
    parts: ConsoleParts, person: Person, number_id: str | None, now: float, connection: Connection
) -> None:
    before = parts.people.profiles.put_number(connection, person.id, number_id, now)
    if before:
        parts.vault.shred(connection, [before])
