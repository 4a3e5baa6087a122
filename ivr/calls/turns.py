"""Webhooks of calls answered: a repeated one gets the stored reply and changes nothing.

So does a stale one, because the last reply is the current screen. Of two webhooks for the same turn at the same time
one wins, and the other is answered with its reply.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog

from flows import engine
from flows.effects import Noted, Visited
from flows.inputs import Facts, HungUp, Started
from flows.session import Session
from flows.way import CameBy
from ivr.calls.house import House
from ivr.calls.live import NUMBER_FACTS, LiveCall, NextState, OnLine
from ivr.calls.remembered import Known
from ivr.calls.turn import TEST_PROVIDER, Turn, heard_of, kept_of_step, moment_of
from ivr.publishing.flash import can_ring_back
from ivr.store.hot import ConnectionLost, HotConnection
from ivr.telephony.contract import Dialect, PhoneEvent, RejectScreen

Answer = TypeVar("Answer")

log = structlog.get_logger()

MOST_TRIES = 5
HELPERS_KEY, DOOR = "#", "door"
LAST_TURN_AT_THE_DOOR = 1
"""Helpers who ring in press their key on the first screen. Later it is a wrong key like others."""


class TurnAlreadyTaken(Exception):
    """Another webhook for the same turn was faster. Retryable: its reply is there to be given."""


class Turns:
    """Answers webhooks of calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    def answer(self, dialect: Dialect, event: PhoneEvent) -> str:
        """The reply to a webhook. Raises DatabaseOutOfReach; nothing is kept then."""
        take = self._start if event.happening == "started" else self._go_on
        return self._until_taken(lambda connection: take(connection, dialect, event))

    def end(
        self, provider: str, provider_call: str, ended: str = "hung_up", elapsed: float | None = None
    ) -> bool:
        """Takes down that a call is over; False when it was so already, or never was. `elapsed` is as in PhoneEvent."""
        self._house.remembered.forget((provider, provider_call))

        def close(connection: HotConnection) -> bool:
            found = self._house.rows.under_way(connection, provider, provider_call)
            if found is None:
                # The word that a call has begun may come after the word that it is over.
                self._house.rows.mark_ended(connection, provider, provider_call, self._house.clock())
                return False
            self._close(connection, provider, provider_call, *found, ended=ended, elapsed=elapsed)
            return True

        return self._until_taken(close)

    def _until_taken(self, work: Callable[[HotConnection], Answer]) -> Answer:
        """Again when another webhook of the same call was faster: the next time sees what that one did.

        Again, too, when the connection had died: a caller must not pay for a restart of the database.
        """
        try:
            return self._with_a_connection(work)
        except ConnectionLost:
            return self._with_a_connection(work)

    def _with_a_connection(self, work: Callable[[HotConnection], Answer]) -> Answer:
        with self._house.database.connection() as connection:
            for _ in range(MOST_TRIES):
                try:
                    return work(connection)
                except TurnAlreadyTaken:
                    continue
        raise TurnAlreadyTaken

    def _start(self, connection: HotConnection, dialect: Dialect, event: PhoneEvent) -> str:
        house = self._house
        arrival = house.rows.arrival(connection, dialect.name, event.call, event.line_number)
        if arrival.live is not None:
            return arrival.live.reply
        line = arrival.line
        if line is None or line.release_id is None:
            return house.emergency.reply_for(dialect.name, event.line_number)
        release = house.releases.get(line.release_id)
        if line.flash and not event.placed and can_ring_back(release):
            return self._reject(connection, dialect, event, line)
        if arrival.ended:
            return house.emergency.reply_for(dialect.name, event.line_number)
        now = house.clock()
        number = NUMBER_FACTS.index(house.desk.number_of(event.caller))
        call = LiveCall(house.new_id(), release.id, number, 0, "", "", 0.0, now, now)
        turn = Turn(house, dialect, line, call, release, now, event.caller, now)
        came_by: CameBy = "missed_call" if event.placed else "call"
        state, session = turn.take(engine.begin(release.pack, came_by), Started())
        if not house.rows.begin(connection, dialect.name, event.call, line, call, state, turn.additions):
            raise TurnAlreadyTaken
        self._remember(dialect.name, event.call, line, call, state, session)
        return state.reply

    def _reject(self, connection: HotConnection, dialect: Dialect, event: PhoneEvent, line: OnLine) -> str:
        """Before anything is answered, so that it costs the caller nothing. Whom to ring back is noted with it."""
        house = self._house
        if not house.rows.is_rejected(connection, dialect.name, event.call):
            now = house.clock()
            noted = house.flashes.noted(line, event.caller, now)
            rejected = house.rows.reject(connection, dialect.name, event.call, now, noted.additions)
            if rejected and noted.first:
                house.flashes.ring_back_soon()
        return dialect.render(RejectScreen(), house.addresses.of_turn(dialect.name, 0))

    def _go_on(self, connection: HotConnection, dialect: Dialect, event: PhoneEvent) -> str:
        house = self._house
        if event.keys == HELPERS_KEY and event.turn <= LAST_TURN_AT_THE_DOOR:
            # The call stays as it is: a caller who pressed this by mistake hears the same screen again.
            return dialect.redirect(house.addresses.of_leg(dialect.name, DOOR, "0").on_keys)
        known = house.remembered.take((dialect.name, event.call), event.turn)
        if known is not None and event.happening != "hung_up":
            return self._take(connection, dialect, event, *known)
        found = house.rows.under_way(connection, dialect.name, event.call)
        if found is None:
            # Whoever is still on this line hears the beginning; for a call that is over the reply isn't read.
            return dialect.redirect(house.addresses.voice(dialect.name))
        line, call = found
        if event.happening == "hung_up":
            self._close(
                connection, dialect.name, event.call, line, call, ended="hung_up", elapsed=event.elapsed
            )
            return call.reply
        if event.turn != call.turn:
            return call.reply
        return self._take(connection, dialect, event, line, call, Session.from_json(call.session))

    def _take(
        self,
        connection: HotConnection,
        dialect: Dialect,
        event: PhoneEvent,
        line: OnLine,
        call: LiveCall,
        session: Session,
    ) -> str:
        house = self._house
        release = house.releases.get(call.release_id)
        now = house.clock()
        turn = Turn(
            house, dialect, line, call, release, now, event.caller, moment_of(call, event.elapsed, now)
        )
        state, session = turn.take(session, turn.understood(event, session))
        if not house.rows.advance(connection, dialect.name, event.call, line, call, state, turn.additions):
            raise TurnAlreadyTaken
        self._remember(dialect.name, event.call, line, call, state, session)
        return state.reply

    def _remember(
        self,
        provider: str,
        provider_call: str,
        line: OnLine,
        call: LiveCall,
        state: NextState,
        session: Session,
    ) -> None:
        if not session.over:
            now = call._replace(
                turn=state.turn,
                session=state.session,
                reply=state.reply,
                screen_seconds=state.screen_seconds,
                turn_at=state.turn_at,
            )
            self._house.remembered.keep((provider, provider_call), Known(line, now, session))

    def _close(
        self,
        connection: HotConnection,
        provider: str,
        provider_call: str,
        line: OnLine,
        call: LiveCall,
        *,
        ended: str,
        elapsed: float | None,
    ) -> None:
        house = self._house
        now = house.clock()
        moment = moment_of(call, elapsed, now)
        session, events = self._last_of(call, moment)
        closed = house.rows.close(
            connection,
            provider,
            provider_call,
            line,
            call,
            ended="goodbye" if session is not None and session.over and ended == "hung_up" else ended,
            language=session.language if session is not None else None,
            now=now,
            lasted=moment - call.started_at,
            test=provider == TEST_PROVIDER,
            additions=house.rows.kept(call, call.turn, events),
        )
        if not closed:
            raise TurnAlreadyTaken

    def _last_of(self, call: LiveCall, now: float) -> tuple[Session | None, list[Visited | Noted]]:
        """Where the caller was and how that was left; nothing when a newer Warmline wrote it, or its release is gone.

        The provider's id has to be dropped all the same.
        """
        try:
            release = self._house.releases.get(call.release_id)
            session = Session.from_json(call.session)
            last = engine.step(release.pack, session, HungUp(heard_of(call, now)), Facts())
        except (LookupError, ValueError, TypeError) as error:
            log.error("last_screen_unreadable", error=type(error).__name__)
            return None, []
        return session, [] if session.over else kept_of_step(last.effects)
