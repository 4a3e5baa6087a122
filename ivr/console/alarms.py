"""What stands in red on every page of a supervisor: a life may be at risk, and nobody has accepted it yet."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.callbacks.listing import OpenPage, open_pages
from ivr.console.languages import gettext
from ivr.console.parts import ConsoleParts
from ivr.people.person import Person
from ivr.people.roles import Role
from ivr.store.engine import reading


@dataclass(frozen=True, slots=True)
class Alarm:
    """One page in words; `opened_at` in seconds since 1970."""

    id: str
    text: str
    opened_at: float


def alarms_for(parts: ConsoleParts, person: Person) -> list[Alarm] | None:
    """What waits for a supervisor; None for everybody else."""
    if Role.SUPERVISOR not in person.roles or person.has_to_set_up_codes:
        return None
    with reading(parts.database) as connection:
        return [_alarm(page) for page in open_pages(connection)]


def _alarm(page: OpenPage) -> Alarm:
    return Alarm(page.id, _text(page.kind), page.opened_at)


def _text(kind: str) -> str:
    if kind == "crisis":
        return gettext("A caller in a crisis has reached nobody, and waits to be called.")
    return gettext("A helper has talked with somebody whose life may be at risk.")
