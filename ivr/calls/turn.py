"""One turn of a call: from what the caller did to the next screen, and what is to be written with it."""

from __future__ import annotations

from flows import engine
from flows.effects import (
    Connect,
    Effect,
    EndCall,
    FindCallback,
    FindServices,
    Noted,
    Over,
    RequestCallback,
    Visited,
    WithdrawCallback,
)
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
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
)
from flows.model import Connect as ConnectNode
from flows.session import Session
from ivr.callbacks.crisis import AskedFor
from ivr.calls.house import House
from ivr.calls.live import NUMBER_FACTS, LiveCall, NextState, OnLine
from ivr.calls.screens import MISSED_END_SECONDS, Shown, show, show_connection
from ivr.publishing.hours import is_open
from ivr.publishing.releases import Release
from ivr.store.hot import Addition
from ivr.telephony.contract import Dialect, PhoneEvent
from ivr.vault.number import PhoneNumber

MOST_ANSWERS_A_TURN = 20
TEST_PROVIDER = "simulator"
"""Its calls are marked as tests and never counted."""


class Turn:
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

    def understood(self, event: PhoneEvent, session: Session) -> FromCaller:
        heard = heard_of(self.call, self.moment)
        match event.happening:
            case "digits":
                return Digits(event.keys, heard)
            case "silence":
                return Silence(Heard(self.call.screen_seconds, 1.0))
            case "recorded":
                return Recorded(event.seconds, heard, event.keys)
            case "dial_ended":
                return DialEnded(self.has_talked(event, session), heard)
            case _:
                return HungUp(heard)

    def has_talked(self, event: PhoneEvent, session: Session) -> bool:
        """Whether the caller has talked with somebody. The provider calls a whisper that was hung up "completed"."""
        flow = self.release.pack.flows.get(session.flow)
        node = flow.nodes.get(session.node) if flow is not None else None
        if not isinstance(node, ConnectNode):
            return False
        return self.house.connector.has_talked(node.to, self.call.call_id, answered=event.talked)

    def take(self, session: Session, given: FromCaller) -> tuple[NextState, Session]:
        """Steps until something goes to the caller; what is asked on the way is answered within the turn."""
        facts = Facts(
            open=is_open(self.line.open_hours, self.line.time_zone, self.now),
            number=self.number(),
            emergency_number=self.line.emergency_number,
        )
        step = engine.step(self.release.pack, session, given, facts)
        events = kept_of_step(step.effects)
        shown = self.show(step.last, step.session)
        for _ in range(MOST_ANSWERS_A_TURN):
            if shown is not None:
                break
            step = engine.step(self.release.pack, step.session, self.inside(step.last), facts)
            events += kept_of_step(step.effects)
            shown = self.show(step.last, step.session)
        else:
            shown = self.house.emergency.screen_for(self.line.number)
        self.additions += self.house.rows.kept(self.call, self.call.turn, events)
        return self.state(step.session, shown)

    def number(self) -> NumberFact:
        """Whether a callback can be offered to this caller in this turn."""
        known = NUMBER_FACTS[self.call.has_number]
        return "unavailable" if known == "yes" and not self.house.desk.is_open() else known

    def show(self, last: Effect, session: Session) -> Shown | None:
        """The screen for the last effect; None when it has to be answered from inside first."""
        match last:
            case FindServices() | RequestCallback() | FindCallback() | WithdrawCallback():
                return None
            case Connect():
                return self.connect(last, session)
            case Over() | Visited() | Noted():
                return show(EndCall(()), self.release.clips, self.house.addresses)
            case _:
                return show(last, self.release.clips, self.house.addresses)

    def connect(self, wanted: Connect, session: Session) -> Shown | None:
        """Rings somebody for the caller; None when there is nobody to ring."""
        connector, line, call = self.house.connector, self.line, self.call.call_id
        name, language = self.dialect.name, session.language
        parties = connector.parties_for(
            wanted.to, line, call=call, provider=name, language=language, at=self.now
        )
        if not parties:
            return None
        asked = AskedFor(
            call, name, language, self.caller, wanted.clock, wanted.way, test=name == TEST_PROVIDER
        )
        self.additions += connector.kept_for(wanted.to, line, asked, at=self.now)
        return show_connection(parties, line.number, connector.ring_seconds(wanted.to, wanted.seconds))

    def inside(self, last: Effect) -> FromInside:
        """The answer to what the engine asked for."""
        match last:
            case RequestCallback():
                requested = self.house.desk.request(
                    self.line,
                    last,
                    caller=self.caller,
                    at=self.now,
                    test=self.dialect.name == TEST_PROVIDER,
                )
                self.additions += requested.additions
                return CallbackAnswered(requested.answer, requested.reference, requested.waiting)
            case FindCallback():
                pending = self.house.desk.pending(self.line, caller=self.caller, at=self.now)
                return CallbackFound(pending.found, pending.waiting)
            case WithdrawCallback():
                taken_back = self.house.desk.take_back(self.line, caller=self.caller, at=self.now)
                self.additions += taken_back.additions
                return CallbackWithdrawn(taken_back.done)
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

    def state(self, session: Session, shown: Shown) -> tuple[NextState, Session]:
        session = engine.next_turn(session)
        urls = self.house.addresses.of_turn(self.dialect.name, session.turn)
        state = NextState(
            turn=session.turn,
            session=session.to_json(),
            reply=self.dialect.render(shown.screen, urls),
            screen_seconds=shown.seconds,
            turn_at=self.moment,
            expires_at=self.now + shown.longest + MISSED_END_SECONDS,
        )
        return state, session


def moment_of(call: LiveCall, elapsed: float | None, now: float) -> float:
    """When something happened, in the call's own time: that of its telephone, where that says."""
    return now if elapsed is None else call.started_at + elapsed


def heard_of(call: LiveCall, moment: float) -> Heard:
    """How much of the last screen can have been heard by then."""
    if call.screen_seconds <= 0:
        return Heard()
    seconds = min(max(moment - call.turn_at, 0.0), call.screen_seconds)
    return Heard(seconds, seconds / call.screen_seconds)


def kept_of_step(effects: tuple[Effect, ...]) -> list[Visited | Noted]:
    """What of a step's effects is to be kept."""
    return [effect for effect in effects if isinstance(effect, Visited | Noted)]
