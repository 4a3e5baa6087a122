"""One turn of a call: a webhook understood, a reply written, both in one transaction.

A repeated webhook gets the stored reply and changes nothing; so does a stale one, because the last reply is the
current screen. Of two webhooks for the same turn at the same time one wins, and the other is answered with its reply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from flows import engine
from flows.effects import Connect, Effect, EndCall, FindServices, Noted, Over, RequestCallback, Visited
from flows.inputs import (
    CallbackAnswered,
    DialEnded,
    Digits,
    Facts,
    FromCaller,
    FromInside,
    Heard,
    HungUp,
    NobodyToConnect,
    NumberFact,
    Recorded,
    ServicesFound,
    Silence,
    Started,
)
from flows.session import Session
from ivr.calls.emergency import EmergencyScreens
from ivr.calls.live import NUMBER_FACTS, CallRows, LiveCall, NextState, OnLine
from ivr.calls.ports import CallbackDesk, Connector, Directory
from ivr.calls.screens import MISSED_END_SECONDS, Addresses, Shown, show, show_connection
from ivr.publishing.hours import is_open
from ivr.publishing.releases import Release, Releases
from ivr.store.hot import Addition, ConnectionLost, HotConnection, HotDatabase
from ivr.telephony.contract import Dialect, PhoneEvent
from ivr.vault.number import PhoneNumber

Answer = TypeVar("Answer")

log = structlog.get_logger()

MOST_ANSWERS_A_TURN = 20
MOST_TRIES = 5
TEST_PROVIDER = "simulator"
"""Its calls are marked as tests and never counted."""


class TurnAlreadyTaken(Exception):
    """Another webhook for the same turn was faster. Retryable: its reply is there to be given."""


@dataclass(frozen=True, slots=True)
class House:
    """What turns are made with; `wiring.py` chooses."""

    database: HotDatabase
    rows: CallRows
    releases: Releases
    desk: CallbackDesk
    connector: Connector
    directory: Directory
    addresses: Addresses
    emergency: EmergencyScreens
    clock: Callable[[], float]
    new_id: Callable[[], str]


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
        if line is None or line.release_id is None or arrival.ended:
            return house.emergency.reply_for(dialect.name, event.line_number)
        release = house.releases.get(line.release_id)
        now = house.clock()
        number = NUMBER_FACTS.index(house.desk.number_of(event.caller))
        call = LiveCall(house.new_id(), release.id, number, 0, "", "", 0.0, now, now)
        turn = _Turn(house, dialect, line, call, release, now, event.caller, now)
        state = turn.take(engine.begin(release.pack), Started())
        if not house.rows.begin(connection, dialect.name, event.call, line, call, state, turn.additions):
            raise TurnAlreadyTaken
        return state.reply

    def _go_on(self, connection: HotConnection, dialect: Dialect, event: PhoneEvent) -> str:
        house = self._house
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
        release = house.releases.get(call.release_id)
        now = house.clock()
        turn = _Turn(
            house, dialect, line, call, release, now, event.caller, _moment(call, event.elapsed, now)
        )
        state = turn.take(Session.from_json(call.session), turn.understood(event))
        if not house.rows.advance(connection, dialect.name, event.call, call.turn, state, turn.additions):
            raise TurnAlreadyTaken
        return state.reply

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
        moment = _moment(call, elapsed, now)
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
            last = engine.step(release.pack, session, HungUp(_heard(call, now)), Facts())
        except (LookupError, ValueError, TypeError) as error:
            log.error("last_screen_unreadable", error=type(error).__name__)
            return None, []
        return session, [] if session.over else _kept(last.effects)


class _Turn:
    """One turn under way."""

    def __init__(
        self,
        house: House,
        dialect: Dialect,
        line: OnLine,
        call: LiveCall,
        release: Release,
        now: float,
        caller: PhoneNumber | None,
        moment: float,
    ) -> None:
        self.house = house
        self.dialect = dialect
        self.line = line
        self.call = call
        self.release = release
        self.now = now
        self.caller = caller
        self.moment = moment
        self.additions: list[Addition] = []

    def understood(self, event: PhoneEvent) -> FromCaller:
        heard = _heard(self.call, self.moment)
        match event.happening:
            case "digits":
                return Digits(event.keys, heard)
            case "silence":
                return Silence(Heard(self.call.screen_seconds, 1.0))
            case "recorded":
                return Recorded(event.seconds, heard, event.keys)
            case "dial_ended":
                return DialEnded(event.talked, heard)
            case _:
                return HungUp(heard)

    def take(self, session: Session, given: FromCaller) -> NextState:
        """Steps until something goes to the caller; what is asked on the way is answered within the turn."""
        facts = Facts(
            open=is_open(self.line.open_hours, self.line.time_zone, self.now),
            number=self.number(),
            emergency_number=self.line.emergency_number,
        )
        step = engine.step(self.release.pack, session, given, facts)
        events = _kept(step.effects)
        shown = self.show(step.last)
        for _ in range(MOST_ANSWERS_A_TURN):
            if shown is not None:
                break
            step = engine.step(self.release.pack, step.session, self.inside(step.last), facts)
            events += _kept(step.effects)
            shown = self.show(step.last)
        else:
            shown = self.house.emergency.screen_for(self.line.number)
        self.additions += self.house.rows.kept(self.call, self.call.turn, events)
        return self.state(step.session, shown)

    def number(self) -> NumberFact:
        """Whether a callback can be offered to this caller in this turn."""
        known = NUMBER_FACTS[self.call.has_number]
        return "unavailable" if known == "yes" and not self.house.desk.is_open() else known

    def show(self, last: Effect) -> Shown | None:
        """The screen for the last effect; None when it has to be answered from inside first."""
        match last:
            case FindServices() | RequestCallback():
                return None
            case Connect(to=to, seconds=seconds):
                numbers = self.house.connector.numbers_for(
                    to, self.line.emergency_number, bool(self.line.dial_emergency)
                )
                return show_connection(numbers, self.line.number, seconds) if numbers else None
            case Over() | Visited() | Noted():
                return show(EndCall(()), self.release.clips, self.house.addresses)
            case _:
                return show(last, self.release.clips, self.house.addresses)

    def inside(self, last: Effect) -> FromInside:
        """The answer to what the engine asked for."""
        match last:
            case RequestCallback():
                requested = self.house.desk.request(
                    self.line.id,
                    last,
                    caller=self.caller,
                    at=self.now,
                    time_zone=self.line.time_zone,
                    test=self.dialect.name == TEST_PROVIDER,
                )
                self.additions += requested.additions
                return CallbackAnswered(requested.answer, requested.reference)
            case FindServices():
                found = self.house.directory.find(last, at=self.now, time_zone=self.line.time_zone)
                return ServicesFound(
                    tuple(prompts for prompts in found if self.can_say(prompts, last.language))
                )
            case _:
                return NobodyToConnect()

    def can_say(self, prompts: tuple[str, ...], language: str | None) -> bool:
        """Whether every part of a service is recorded: half of one would send a caller to the wrong door."""
        languages = self.release.pack.languages if language is None else (language,)
        return all((prompt, spoken) in self.release.clips for prompt in prompts for spoken in languages)

    def state(self, session: Session, shown: Shown) -> NextState:
        session = engine.next_turn(session)
        urls = self.house.addresses.of_turn(self.dialect.name, session.turn)
        return NextState(
            turn=session.turn,
            session=session.to_json(),
            reply=self.dialect.render(shown.screen, urls),
            screen_seconds=shown.seconds,
            turn_at=self.moment,
            expires_at=self.now + shown.longest + MISSED_END_SECONDS,
        )


def _moment(call: LiveCall, elapsed: float | None, now: float) -> float:
    """When something happened, in the call's own time: that of its telephone, where that says."""
    return now if elapsed is None else call.started_at + elapsed


def _heard(call: LiveCall, moment: float) -> Heard:
    """How much of the last screen can have been heard by then."""
    if call.screen_seconds <= 0:
        return Heard()
    seconds = min(max(moment - call.turn_at, 0.0), call.screen_seconds)
    return Heard(seconds, seconds / call.screen_seconds)


def _kept(effects: tuple[Effect, ...]) -> list[Visited | Noted]:
    return [effect for effect in effects if isinstance(effect, Visited | Noted)]
