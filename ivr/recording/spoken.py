"""What was spoken on the phone and still lies at a provider: whether to keep it, whether it can be fetched, and what is
left to be deleted there.

Words about one recording come in any order, twice or never: that it was made, that it is there, that it is to be kept.
So its id is made of the provider's own, and each word changes one row. Whatever nobody has asked to keep is deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, exists, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ivr.recording.tables import spoken
from ivr.store.engine import reading

Kind = Literal["take", "comment"]
MADE, WAITING, FETCHED, UNWANTED, KEPT = "made", "waiting", "fetched", "unwanted", "kept"

UNDECIDED_SECONDS = 1800.0
"""After this nobody is on the line any more who could say that a recording is to be kept."""
LEASE_SECONDS = 150.0
"""Longer than a job may take, so that nobody else begins while somebody is at it."""
TO_DO = (MADE, WAITING, FETCHED, UNWANTED)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording as the provider tells of it."""

    provider: str
    call: str
    recording: str
    address: str
    seconds: float

    @property
    def id(self) -> str:
        """The same for whatever is told of the same recording."""
        return hashlib.sha256(f"{self.provider}\n{self.recording}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A row. `tries` also tells its holder from those that held it before."""

    id: str
    kind: Kind
    of: str
    provider: str
    call: str
    recording: str
    address: str
    there: bool
    state: str
    tries: int
    not_before: float
    seconds: float


_COLUMNS = [spoken.c[name] for name in Spoken.__dataclass_fields__]


class SpokenRows:
    """The recordings of one installation that were made on the phone."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def made(self, recorded: Recorded, kind: Kind, now: float, *, wanted: bool = True) -> str:
        """Somebody has spoken; the row's id. Not `wanted`: nobody can say any more that it is to be kept."""
        self._told(recorded, kind, now)
        changes: dict[str, Any] = {"seconds": recorded.seconds}
        if recorded.address:
            changes["address"] = recorded.address
        with self._database.begin() as connection:
            this = spoken.c.id == recorded.id, spoken.c.state == MADE
            connection.execute(update(spoken).where(*this).values(**changes))
        if not wanted:
            self.let_go(recorded.id)
        return recorded.id

    def ready(self, recorded: Recorded, kind: Kind, now: float) -> None:
        """The provider says that it can be fetched and played."""
        self._told(recorded, kind, now)
        with self._database.begin() as connection:
            changes: dict[str, Any] = {"there": True}
            if recorded.address:
                changes["address"] = recorded.address
            # Said once more after all was done, it must not put back what leads to the call.
            waited_for = spoken.c.id == recorded.id, spoken.c.state.in_((MADE, WAITING))
            connection.execute(update(spoken).where(*waited_for).values(**changes))
            waits = spoken.c.id == recorded.id, spoken.c.state == WAITING, spoken.c.tries == 0
            connection.execute(update(spoken).where(*waits).values(not_before=now))

    def row(self, spoken_id: str) -> Spoken | None:
        """One recording; None when nothing is left to be done with it."""
        with reading(self._database) as connection:
            found = connection.execute(select(*_COLUMNS).where(spoken.c.id == spoken_id)).first()
        return None if found is None else Spoken(*found)

    def keep(self, spoken_id: str, of: str, now: float) -> bool:
        """It is to be fetched, for this take or answer; True also when that was said before. A phone that was put down
        right after the key has said so too, and its end may be heard of first.
        """
        with self._database.begin() as connection:
            this = spoken.c.id == spoken_id, spoken.c.state.in_((MADE, UNWANTED)), spoken.c.tries == 0
            kept = update(spoken).where(*this).values(state=WAITING, of=of, not_before=now)
            if connection.execute(kept).rowcount == 1:
                return True
            same = select(spoken.c.id).where(spoken.c.id == spoken_id, spoken.c.of == of, spoken.c.of != "")
            return connection.execute(same).first() is not None

    def let_go(self, spoken_id: str) -> None:
        """It isn't wanted. What was kept before stays kept."""
        self._let_go(spoken.c.id == spoken_id)

    def let_go_of_call(self, provider: str, call: str) -> None:
        """Nobody is on this call any more: what they haven't kept isn't wanted."""
        self._let_go(and_(spoken.c.provider == provider, spoken.c.call == call, spoken.c.kind == "take"))

    def is_needed(self, provider: str, call: str) -> bool:
        """Whether something of this call is still to be fetched: then nothing of it may be deleted."""
        of_the_call = spoken.c.provider == provider, spoken.c.call == call, spoken.c.state == WAITING
        with reading(self._database) as connection:
            return bool(connection.execute(select(exists().where(*of_the_call))).scalar())

    def due(self, now: float, most: int) -> Sequence[Spoken]:
        """What a worker should look at, whoever waits longest first. A time farther ahead than any pause was written
        under a clock that ran ahead."""
        time_has_come = or_(spoken.c.not_before <= now, spoken.c.not_before > now + 2 * 86_400)
        wanted = select(*_COLUMNS).where(spoken.c.state.in_(TO_DO), time_has_come)
        with reading(self._database) as connection:
            rows = connection.execute(wanted.order_by(spoken.c.not_before).limit(most))
            return [Spoken(*row) for row in rows]

    def claim(self, row: Spoken, now: float) -> Spoken | None:
        """Takes one up for the time of a lease; None when somebody else has it."""
        changes = {"tries": row.tries + 1, "not_before": now + LEASE_SECONDS}
        if not self._change_held(row, **changes):
            return None
        return self.row(row.id)

    def put_off(self, held: Spoken, until: float) -> None:
        """Tries again later."""
        self._change_held(held, not_before=until)

    def is_fetched(
        self, held: Spoken, now: float, sealed: bytes | None = None, shred_on: date | None = None
    ) -> bool:
        """Its sound is safe, and it is to be deleted at the provider; False when its lease had run out."""
        changes = {"state": FETCHED, "tries": 0, "not_before": now, "sealed": sealed, "shred_on": shred_on}
        return self._change_held(held, **changes)

    def is_deleted(self, held: Spoken) -> None:
        """The provider has nothing of it any more. A comment stays, without anything that leads back to a call."""
        if held.kind == "comment" and held.state == FETCHED:
            self._change_held(held, state=KEPT, provider="", call="", recording="", address="")
            return
        with self._database.begin() as connection:
            connection.execute(delete(spoken).where(_is_still(held)))

    def found_wanted(self, held: Spoken, of: str, now: float) -> bool:
        """It was to be kept, and the process that was told so has died before it could say so here."""
        return self._change_held(held, state=WAITING, of=of, tries=0, not_before=now)

    def give_up(self, held: Spoken, now: float) -> None:
        """It will never be fetched: what may be left of it at the provider is deleted."""
        self._change_held(held, state=UNWANTED, tries=0, not_before=now)

    def _told(self, recorded: Recorded, kind: Kind, now: float) -> None:
        values = {
            "id": recorded.id,
            "kind": kind,
            "of": "",
            "provider": recorded.provider,
            "call": recorded.call,
            "recording": recorded.recording,
            "address": recorded.address,
            "there": False,
            "state": MADE,
            "tries": 0,
            "not_before": now + UNDECIDED_SECONDS,
            "sealed": None,
            "seconds": recorded.seconds,
            "shred_on": None,
        }
        try:
            with self._database.begin() as connection:
                if not _is_known(connection, recorded.id):
                    connection.execute(insert(spoken).values(**values))
        except IntegrityError:
            # The other word about it came at the same moment.
            return

    def _let_go(self, which: ColumnElement[bool]) -> None:
        with self._database.begin() as connection:
            undecided = update(spoken).where(which, spoken.c.state == MADE)
            connection.execute(undecided.values(state=UNWANTED, not_before=0.0))

    def _change_held(self, held: Spoken, **values: Any) -> bool:
        with self._database.begin() as connection:
            return connection.execute(update(spoken).where(_is_still(held)).values(**values)).rowcount == 1


def _is_known(connection: Connection, spoken_id: str) -> bool:
    return connection.execute(select(spoken.c.id).where(spoken.c.id == spoken_id)).first() is not None


def _is_still(row: Spoken) -> ColumnElement[bool]:
    return and_(spoken.c.id == row.id, spoken.c.state == row.state, spoken.c.tries == row.tries)
