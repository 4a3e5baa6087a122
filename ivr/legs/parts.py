"""What the legs work with, and what each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, select

from ivr.callbacks.book import Book
from ivr.callbacks.ports import Hurry, MayHave
from ivr.calls.screens import Addresses
from ivr.people.tables import people
from ivr.publishing.hours import zone
from ivr.publishing.lines import zone_of_the_house
from ivr.publishing.releases import Release, Releases
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import reading
from ivr.store.tables import lines
from ivr.telephony.contract import Dialect, LegEvent, Screen


class BackToTheCall(NamedTuple):
    """The call goes on as it was before."""


class Said(NamedTuple):
    """What a leg hears next, and where its answer goes: which part of the house, about what, at which step."""

    screen: Screen | BackToTheCall
    part: str = ""
    of: str = ""
    step: str = ""


class Leg(Protocol):
    """One kind of leg."""

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next. May be asked twice for the same, late, or out of order."""

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """How the leg goes. In any order, and any number of times."""


@dataclass(frozen=True, slots=True)
class LegParts:
    """Handed to each kind of leg; `wiring.py` chooses."""

    database: Engine
    book: Book
    releases: Releases
    addresses: Addresses
    hurry: Hurry
    helpers: MayHave
    can_open: Callable[[], bool]
    """Whether numbers can be opened now."""
    clock: Callable[[], float]

    def release_of(self, release_id: str | None) -> Release:
        """What a line plays. Raises LookupError where it plays nothing."""
        if release_id is None:
            raise LookupError("nothing is on air")
        return self.releases.get(release_id)

    def release_on(self, line_number: str) -> Release:
        """What the line of this number plays. Raises LookupError where it plays nothing, or there is none."""
        with reading(self.database) as connection:
            query = select(lines.c.release_id).where(lines.c.number == line_number)
            return self.release_of(connection.execute(query).scalar())

    def today_on(self, line_number: str) -> date:
        """The day that it is where this line is."""
        with reading(self.database) as connection:
            query = select(lines.c.time_zone).where(lines.c.number == line_number)
            time_zone = connection.execute(query).scalar()
        return datetime.fromtimestamp(self.clock(), zone(time_zone or "UTC")).date()

    def today_of_the_house(self) -> date:
        """The day that it is for the hotline, whichever line is rung: what staff read on their pages holds here."""
        with reading(self.database) as connection:
            return datetime.fromtimestamp(self.clock(), zone(zone_of_the_house(connection))).date()


def attempt_with_all(connection: Connection, attempt_id: str) -> Any:
    """An attempt with its callback, its line and its helper's languages; None when it is gone."""
    query = (
        select(
            attempts.c.id,
            attempts.c.callback_id,
            attempts.c.helper_id,
            attempts.c.how,
            attempts.c.provider,
            attempts.c.state,
            attempts.c.talked_at,
            attempts.c.helper_leg,
            callbacks.c.state.label("callback_state"),
            callbacks.c.attempt,
            callbacks.c.missed,
            callbacks.c.language,
            callbacks.c.crisis,
            callbacks.c.wishes,
            callbacks.c.number_id,
            lines.c.number.label("line_number"),
            lines.c.release_id,
            people.c.languages.label("helper_languages"),
        )
        .join(callbacks, callbacks.c.id == attempts.c.callback_id)
        .join(lines, lines.c.id == callbacks.c.line_id)
        .join(people, people.c.id == attempts.c.helper_id)
        .where(attempts.c.id == attempt_id)
    )
    return connection.execute(query).first()
