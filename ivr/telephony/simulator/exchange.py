"""The exchange: which phone is being rung by whom, on rows that web pages and workers share.

Every change of a leg is a conditional UPDATE: of two pages that pick up at once, one wins.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, or_, select, update

from ivr.store.engine import reading
from ivr.telephony.simulator.patience import LONGEST_CALL
from ivr.telephony.simulator.tables import simulated_calls as legs

FORGOTTEN_AFTER = 3600
NUMBER = re.compile(r"\+?[0-9]{2,15}")

Kind = Literal["incoming", "placed", "dialled"]


class NoSuchNumber(ValueError):
    """Nothing of this form can be rung. Permanent."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One phone's part in a call."""

    id: str
    kind: Kind
    from_number: str
    to_number: str
    voice_url: str = ""
    status_url: str = ""
    dialled_by: str = ""
    state: str = "ringing"
    outcome: str = ""
    send_to: str = ""
    hang_up: bool = False
    rings_until: float = 0.0
    joined_at: float = 0.0


_WITHOUT_NUMBERS = {"state": "over", "from_number": "", "to_number": "", "voice_url": ""}
"""When a leg is over its numbers are of no use any more, so they are not kept."""

_COLUMNS = [legs.c[name] for name in Leg.__dataclass_fields__]


def new_leg_id() -> str:
    """As the provider names calls."""
    return f"CA{secrets.token_hex(16)}"


class Exchange:
    """`clock` gives seconds since 1970."""

    def __init__(self, database: Engine, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(self, leg: Leg, ring_seconds: float) -> None:
        """A leg begins: a phone rings the hotline, or a phone is to be rung. Raises NoSuchNumber."""
        if not NUMBER.fullmatch(leg.to_number):
            raise NoSuchNumber
        now = self._clock()
        values = {name: getattr(leg, name) for name in Leg.__dataclass_fields__}
        values |= {"rings_until": now + ring_seconds, "changed_at": now}
        with self._database.begin() as connection:
            connection.execute(delete(legs).where(legs.c.changed_at < now - FORGOTTEN_AFTER))
            connection.execute(insert(legs).values(values))

    def ringing(self, number: str) -> list[Leg]:
        """The legs that ring this phone, first come first, those that have rung for nothing included."""
        return self._legs(
            and_(legs.c.to_number == number, legs.c.state == "ringing", legs.c.kind != "incoming")
        )

    def placed(self, to_number: str, from_number: str, since: float) -> list[str]:
        """The placed legs between two numbers that something has happened to since a time, and that aren't over."""
        between = and_(
            legs.c.to_number == to_number, legs.c.from_number == from_number, legs.c.kind == "placed"
        )
        return [leg.id for leg in reversed(self._legs(and_(between, legs.c.changed_at >= since)))]

    def leg(self, leg_id: str) -> Leg | None:
        """One leg, while it is remembered."""
        return next(iter(self._legs(legs.c.id == leg_id)), None)

    def from_before(self, number: str, moment: float) -> list[Leg]:
        """The legs from and to a number that nothing has happened to since a time. Those that are over have no number
        any more, and belong to every one."""
        of_the_number = or_(legs.c.from_number == number, legs.c.to_number == number, legs.c.state == "over")
        return self._legs(and_(legs.c.changed_at < moment, of_the_number))

    def dialled_by(self, leg_id: str) -> list[Leg]:
        """The legs that another leg dials."""
        return self._legs(legs.c.dialled_by == leg_id)

    def answer(self, leg_id: str) -> bool:
        """Somebody picks up; False when it is too late."""
        return self._change(self._rings(leg_id), state="answered")

    def join(self, leg_id: str) -> bool:
        """An answered party is connected; False when the caller has another, or is gone."""
        with self._database.begin() as connection:
            dialler = select(legs.c.dialled_by).where(legs.c.id == leg_id).scalar_subquery()
            taken = select(legs.c.id).where(legs.c.dialled_by == dialler, legs.c.state == "joined")
            if connection.execute(taken).first() is not None:
                return False
            ready = and_(legs.c.id == leg_id, legs.c.state == "answered", legs.c.hang_up.is_(False))
            joined = self._update(connection, ready, state="joined", joined_at=self._clock())
            others = and_(legs.c.dialled_by == dialler, legs.c.id != leg_id, legs.c.state != "over")
            self._update(connection, others, hang_up=True)
            return joined > 0

    def refuse(self, leg_id: str) -> bool:
        """The phone is busy, or its owner doesn't want to answer."""
        return self._end(self._rings(leg_id), "busy")

    def give_up(self, leg_id: str) -> Leg | None:
        """Ends a leg that has rung for nothing. Only one caller gets it, and with it the duty to tell the hotline."""
        found = self.leg(leg_id)
        if found is None or not self.is_unanswered(found):
            return None
        outcome = "canceled" if found.hang_up else "no-answer"
        ended = self._end(and_(legs.c.id == leg_id, legs.c.state == "ringing"), outcome)
        return found if ended else None

    def is_unanswered(self, leg: Leg) -> bool:
        """Whether a leg has rung for nothing."""
        return leg.state == "ringing" and (leg.hang_up or leg.rings_until <= self._clock())

    def unanswered(self) -> list[Leg]:
        """Every placed leg that has rung for nothing and that nobody has given up yet."""
        late = or_(legs.c.hang_up.is_(True), legs.c.rings_until <= self._clock())
        return self._legs(and_(legs.c.kind == "placed", legs.c.state == "ringing", late))

    def end_the_forgotten(self) -> int:
        """Ends the legs that nothing has happened to for longer than a call may last: their page was closed without a
        word. With the leg its numbers go. Returns how many.
        """
        alone = and_(legs.c.state != "over", legs.c.changed_at < self._clock() - LONGEST_CALL)
        with self._database.begin() as connection:
            return self._update(connection, alone, outcome="failed", **_WITHOUT_NUMBERS)

    def leave(self, leg_id: str, outcome: str) -> bool:
        """A phone is put down."""
        self.stop_dialling(leg_id)
        return self._end(and_(legs.c.id == leg_id, legs.c.state != "over"), outcome)

    def stop_dialling(self, leg_id: str) -> None:
        """Whoever this leg dials is not rung any more, or is put down."""
        self._end(and_(legs.c.dialled_by == leg_id, legs.c.state == "ringing"), "canceled")
        self._change(and_(legs.c.dialled_by == leg_id, legs.c.state != "over"), hang_up=True)

    def ask_to_hang_up(self, leg_id: str) -> None:
        """The hotline ends a leg from outside. One that is over, or unknown, stays so."""
        self._change(and_(legs.c.id == leg_id, legs.c.state != "over"), hang_up=True)

    def send_to(self, leg_id: str, url: str) -> None:
        """The hotline makes a leg go on elsewhere."""
        self._change(and_(legs.c.id == leg_id, legs.c.state != "over"), send_to=url)

    def was_sent(self, leg_id: str, url: str) -> bool:
        """The phone has gone there."""
        return self._change(and_(legs.c.id == leg_id, legs.c.send_to == url), send_to="")

    def forget(self, leg_id: str) -> None:
        """Deletes a leg."""
        with self._database.begin() as connection:
            connection.execute(delete(legs).where(legs.c.id == leg_id))

    def _rings(self, leg_id: str) -> ColumnElement[bool]:
        return and_(
            legs.c.id == leg_id,
            legs.c.state == "ringing",
            legs.c.hang_up.is_(False),
            legs.c.rings_until > self._clock(),
        )

    def _legs(self, where: ColumnElement[bool]) -> list[Leg]:
        with reading(self._database) as connection:
            rows = connection.execute(select(*_COLUMNS).where(where).order_by(legs.c.rings_until)).mappings()
            return [Leg(**row) for row in rows]

    def _end(self, where: ColumnElement[bool], outcome: str) -> bool:
        return self._change(where, outcome=outcome, **_WITHOUT_NUMBERS)

    def _change(self, where: ColumnElement[bool], **values: Any) -> bool:
        with self._database.begin() as connection:
            return self._update(connection, where, **values) > 0

    def _update(self, connection: Connection, where: ColumnElement[bool], **values: Any) -> int:
        statement = update(legs).where(where).values(changed_at=self._clock(), **values)
        return connection.execute(statement).rowcount
