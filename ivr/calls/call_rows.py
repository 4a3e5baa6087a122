"""The rows of a call under way and of one that is over, in SQL prepared once for the path of every webhook."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import (
    Connection,
    Dialect,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    literal_column,
    outerjoin,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ClauseElement

from flows.effects import Noted, Visited
from ivr.calls.live import LINE, LIVE, Arrival, LiveCall, NextState, OnLine
from ivr.publishing.hours import duration_band, kept_of
from ivr.store.hot import Addition, HotConnection, Insertion, Prepared
from ivr.store.tables import calls, ended_calls, lines, live_calls, notes, visits

MOST_EVENTS_A_TURN = 64
TOMBSTONE_SECONDS = 3600
"""How long a late repetition of an ended call's webhook is still recognised."""

_THIS_CALL = and_(
    live_calls.c.provider == bindparam("provider"), live_calls.c.provider_call == bindparam("provider_call")
)
_STILL_THE_SAME = (
    live_calls.c.call_id == bindparam("call_id"),
    live_calls.c.turn == bindparam("old_turn"),
    live_calls.c.turn_at == bindparam("old_turn_at"),
    live_calls.c.session == bindparam("old_session"),
    exists(
        select(literal_column("1")).where(
            lines.c.id == bindparam("line_id"),
            lines.c.time_zone == bindparam("time_zone"),
            lines.c.emergency_number == bindparam("emergency_number"),
            lines.c.open_hours == bindparam("open_hours"),
            lines.c.dial_emergency == bindparam("dial_emergency"),
        )
    ),
)
"""Whatever a turn is decided by is as it was when it was read, or remembered: by this alone may a turn be taken."""


AtTheEnd = Callable[[str, str, float], Sequence[Addition]]
"""What else is written when a call of a provider ends at a time, in the same transaction."""


class CallRows:
    """Reads and writes the rows of calls. One instance a process."""

    def __init__(self, dialect: Dialect, secret: bytes, at_the_end: AtTheEnd) -> None:
        self._secret = secret
        self._at_the_end = at_the_end
        self._arrival = Prepared(
            select(*LINE, *LIVE, ended_calls.c.token)
            .select_from(
                outerjoin(
                    outerjoin(lines, live_calls, _THIS_CALL),
                    ended_calls,
                    ended_calls.c.token == bindparam("token"),
                )
            )
            .where(lines.c.number == bindparam("number"), lines.c.provider == bindparam("provider")),
            dialect,
        )
        self._under_way = Prepared(
            select(*LINE, *LIVE)
            .select_from(live_calls.join(lines, lines.c.id == live_calls.c.line_id))
            .where(_THIS_CALL),
            dialect,
        )
        self._begin = Prepared(_insert_once(live_calls, dialect), dialect)
        self._advance = Prepared(
            update(live_calls)
            .where(_THIS_CALL, *_STILL_THE_SAME)
            .values(
                turn=bindparam("turn"),
                session=bindparam("session"),
                reply=bindparam("reply"),
                screen_seconds=bindparam("screen_seconds"),
                turn_at=bindparam("turn_at"),
                expires_at=bindparam("expires_at"),
            ),
            dialect,
        )
        self._drop = Prepared(
            delete(live_calls).where(_THIS_CALL, live_calls.c.turn == bindparam("old_turn")), dialect
        )
        self._visit = Insertion(visits, dialect)
        self._note = Insertion(notes, dialect)
        self._call = Insertion(calls, dialect)
        self._ended = Insertion(ended_calls, dialect, replaces=True)
        self._mark = Prepared(_insert_once(ended_calls, dialect), dialect)
        this = ended_calls.c.token == bindparam("token")
        self._marked = Prepared(select(ended_calls.c.token).where(this), dialect)

    def arrival(self, connection: HotConnection, provider: str, provider_call: str, number: str) -> Arrival:
        """Everything that decides how a call begins, in one read."""
        row = connection.read(
            self._arrival,
            {
                "provider": provider,
                "provider_call": provider_call,
                "token": self._token(provider, provider_call),
                "number": number,
            },
        )
        if row is None:
            return Arrival(None, None, False)
        line, call, ended = row[: len(LINE)], row[len(LINE) : -1], row[-1]
        live = LiveCall._make(call) if call[0] is not None else None
        return Arrival(OnLine._make(line), live, ended is not None)

    def under_way(
        self, connection: HotConnection, provider: str, provider_call: str
    ) -> tuple[OnLine, LiveCall] | None:
        """A call under way with its line, in one read."""
        row = connection.read(self._under_way, {"provider": provider, "provider_call": provider_call})
        if row is None:
            return None
        return OnLine._make(row[: len(LINE)]), LiveCall._make(row[len(LINE) :])

    def begin(
        self,
        connection: HotConnection,
        provider: str,
        provider_call: str,
        line: OnLine,
        call: LiveCall,
        state: NextState,
        additions: Sequence[Addition],
    ) -> bool:
        """Writes a call's first turn; False when another webhook was first."""
        values = {
            "provider": provider,
            "provider_call": provider_call,
            "call_id": call.call_id,
            "line_id": line.id,
            "release_id": call.release_id,
            "has_number": call.has_number,
            "started_at": call.started_at,
            **state._asdict(),
        }
        return connection.write(self._begin, values, additions)

    def advance(
        self,
        connection: HotConnection,
        provider: str,
        provider_call: str,
        line: OnLine,
        call: LiveCall,
        state: NextState,
        additions: Sequence[Addition],
    ) -> bool:
        """Takes a turn, with everything that goes with it; False when call or line aren't any more what they were."""
        values = {
            "provider": provider,
            "provider_call": provider_call,
            "call_id": call.call_id,
            "old_turn": call.turn,
            "old_turn_at": call.turn_at,
            "old_session": call.session,
            "line_id": line.id,
            "time_zone": line.time_zone,
            "emergency_number": line.emergency_number,
            "open_hours": line.open_hours,
            "dial_emergency": bool(line.dial_emergency),
            **state._asdict(),
        }
        return connection.write(self._advance, values, additions)

    def close(
        self,
        connection: HotConnection,
        provider: str,
        provider_call: str,
        line: OnLine,
        call: LiveCall,
        *,
        ended: str,
        language: str | None,
        now: float,
        lasted: float,
        test: bool,
        additions: Sequence[Addition],
    ) -> bool:
        """Drops the provider's id and the exact times; what stays can't lead back. False when a turn came between."""
        kept = kept_of(call.started_at, line.time_zone)
        row = {
            "id": call.call_id,
            "line_id": line.id,
            "release_id": call.release_id,
            "date": kept.date,
            "band": kept.band,
            "language": language,
            "ended": ended,
            "duration": duration_band(lasted),
            "turns": call.turn,
            "test": test,
        }
        mark = {"token": self._token(provider, provider_call), "ended_at": now}
        values = {"provider": provider, "provider_call": provider_call, "old_turn": call.turn}
        scrub = self._at_the_end(provider, provider_call, now)
        together = [Addition(self._call, row), Addition(self._ended, mark), *scrub, *additions]
        return connection.write(self._drop, values, together)

    def mark_ended(self, connection: HotConnection, provider: str, provider_call: str, now: float) -> None:
        """Remembers for a while that a call is over which never was under way here."""
        mark = {"token": self._token(provider, provider_call), "ended_at": now}
        connection.write(self._mark, mark, self._at_the_end(provider, provider_call, now))

    def is_rejected(self, connection: HotConnection, provider: str, provider_call: str) -> bool:
        """Whether this call was rejected before."""
        token = self._token_of_rejection(provider, provider_call)
        return connection.read(self._marked, {"token": token}) is not None

    def reject(
        self,
        connection: HotConnection,
        provider: str,
        provider_call: str,
        now: float,
        additions: Sequence[Addition],
    ) -> bool:
        """Writes down that a call is rejected, with what goes with it; False when another webhook was first.

        It has a mark of its own: the word that the call is over may come before the word that it has begun.
        """
        mark = {"token": self._token_of_rejection(provider, provider_call), "ended_at": now}
        ended = {"token": self._token(provider, provider_call), "ended_at": now}
        scrub = self._at_the_end(provider, provider_call, now)
        # The last row tells whether all were written, so it has to be one that always is.
        together = [*additions, *scrub, Addition(self._ended, ended)]
        return connection.write(self._mark, mark, together)

    def kept(self, call: LiveCall, turn: int, events: Sequence[Visited | Noted]) -> list[Addition]:
        """The rows of what is kept of a turn, under the random id of the call."""
        first = turn * MOST_EVENTS_A_TURN
        return [
            self._event(call, first + place, event) for place, event in enumerate(events[:MOST_EVENTS_A_TURN])
        ]

    def _event(self, call: LiveCall, seq: int, event: Visited | Noted) -> Addition:
        if isinstance(event, Noted):
            return Addition(
                self._note, {"call_id": call.call_id, "seq": seq, "name": event.name, "value": event.value}
            )
        return Addition(
            self._visit,
            {
                "call_id": call.call_id,
                "seq": seq,
                "release_id": call.release_id,
                "flow": event.flow,
                "node": event.node,
                "language": event.language,
                "left_by": event.left_by,
                "key": event.key,
                "seconds": event.seconds,
                "completed": event.completed,
            },
        )

    def lost(self, connection: Connection, now: float, most: int) -> Iterable[tuple[str, str]]:
        """Calls whose end was never reported: (provider, the provider's call id)."""
        rows = connection.execute(
            select(live_calls.c.provider, live_calls.c.provider_call)
            .where(live_calls.c.expires_at < now)
            .order_by(live_calls.c.expires_at)
            .limit(most)
        )
        return [(row.provider, row.provider_call) for row in rows]

    def forget_ended(self, connection: Connection, now: float) -> int:
        """Forgets the marks of ended calls for which no repetition can come any more."""
        return connection.execute(
            delete(ended_calls).where(ended_calls.c.ended_at < now - TOMBSTONE_SECONDS)
        ).rowcount

    def _token_of_rejection(self, provider: str, provider_call: str) -> str:
        return self._token(provider, f"{provider_call}\nrejected")

    def _token(self, provider: str, provider_call: str) -> str:
        return hmac.digest(self._secret, f"{provider}\n{provider_call}".encode(), hashlib.sha256).hex()[:32]


def _insert_once(table: Table, dialect: Dialect) -> ClauseElement:
    """An INSERT that does nothing when the row is there already."""
    if dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
