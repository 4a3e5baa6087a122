"""The engine: (pack, session, input, facts) → (session, effects). Pure, and every loop in it is bounded.

A step ends with one effect that is answered from inside (FindServices, RequestCallback, Connect) or that goes
to the caller. `Visited` and `Noted` before it say what is to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows import screens
from flows.effects import (
    Connect,
    Effect,
    Ending,
    FindServices,
    Inside,
    LeftBy,
    Noted,
    Over,
    Record,
    RequestCallback,
    Visited,
)
from flows.inputs import (
    CallbackAnswered,
    DialEnded,
    Digits,
    Facts,
    Heard,
    HungUp,
    Input,
    NobodyToConnect,
    Recorded,
    ServicesFound,
    Silence,
    Started,
)
from flows.model import (
    AGAIN,
    BACK,
    KEYS,
    AskLanguage,
    Branch,
    Callback,
    End,
    Enter,
    Flow,
    GlobalKey,
    Menu,
    Node,
    Pack,
    Play,
    Rate,
    Return,
    Services,
    VoiceMessage,
)
from flows.model import Connect as ConnectNode
from flows.prompts import KEYS_FOR_LANGUAGES
from flows.session import MOST_ASKED, MOST_HISTORY, MOST_NOTES, MOST_STACK, Place, Session

MOST_STEPS = 50
"""Nodes passed without the caller in one turn; the checker finds such loops, this bounds what it misses."""

MOST_TURNS = 200
MOST_SILENCES = 12
MOST_INVALID = 3
COMPLETED_SHARE = 0.75
MOST_SERVICES = 3
GO_ON_KEY = "#"


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one input."""

    session: Session
    effects: tuple[Effect, ...]

    @property
    def last(self) -> Inside | Ending:
        """The effect that decides what happens next."""
        last = self.effects[-1]
        assert not isinstance(last, Visited | Noted)  # noqa: S101 - each path of the engine ends with another
        return last


def begin(pack: Pack) -> Session:
    """The session of a call that has just come in."""
    return Session(pack.entry, pack.flows[pack.entry].start)


def next_turn(session: Session) -> Session:
    """The session as it waits for the answer to a reply."""
    return replace(session, turn=session.turn + 1)


def step(pack: Pack, session: Session, given: Input, facts: Facts) -> Step:
    """Applies one input. Any input is possible at any node; none raises, and none leaves the caller in silence."""
    walk = _Walk(pack, session, facts)
    if isinstance(given, HungUp):
        walk.leave("hung_up", given.heard)
        return walk.finish(Over(), over=True)
    if session.over:
        return walk.finish(Over())
    if session.turn >= MOST_TURNS:
        return walk.last_resort()
    flow = pack.flows.get(session.flow)
    if flow is None or session.node not in flow.nodes:
        return walk.last_resort()
    return walk.take(given)


class _Walk:
    """One step under way: the session as it changes, and the effects so far."""

    def __init__(self, pack: Pack, session: Session, facts: Facts) -> None:
        self.pack = pack
        self.session = session
        self.facts = facts
        self.effects: list[Effect] = []
        self.steps = 0

    @property
    def flow(self) -> Flow:
        return self.pack.flows[self.session.flow]

    @property
    def entry(self) -> Flow:
        return self.pack.flows[self.pack.entry]

    @property
    def node(self) -> Node:
        return self.flow.nodes[self.session.node]

    @property
    def languages(self) -> tuple[str, ...]:
        language = self.session.language
        return self.entry.languages if language is None else (language,)

    # What was given

    def take(self, given: Input) -> Step:
        match given:
            case Started():
                return self.show()
            case Digits(keys=keys, heard=heard):
                return self.key(keys, heard)
            case Silence(heard=heard):
                return self.silence(heard)
            case _:
                return self.answer(given)

    def answer(self, given: Input) -> Step:
        """An answer to what the engine asked for; one that doesn't fit the node gets the current screen."""
        match self.node, given:
            case Callback() as node, CallbackAnswered(answer=answer):
                self.leave("passed")
                if answer == "unavailable":
                    return self.go(node.unavailable)
                asked = (*self.session.asked, node.need)[-MOST_ASKED:]
                self.session = replace(self.session, asked=asked)
                return self.go(node.then)
            case Services() as node, ServicesFound(services=services):
                return self.read_services(node, services)
            case ConnectNode() as node, NobodyToConnect():
                self.leave("unconnected")
                return self.go(node.otherwise)
            case ConnectNode() as node, DialEnded(talked=talked, heard=heard):
                self.leave("connected" if talked else "unconnected", heard)
                return self.go(node.then if talked else node.otherwise)
            case VoiceMessage() as node, Recorded(heard=heard):
                self.heard_from_caller()
                self.leave("recorded", heard)
                return self.forward(node.then)
            case _:
                return self.show()

    def key(self, keys: str, heard: Heard) -> Step:
        key = keys if len(keys) == 1 and keys in KEYS else ""
        taken = self.key_of_node(key, heard)
        if taken is not None:
            return taken
        found = self.global_key(key)
        if found is not None:
            return self.press_global(*found, heard=heard)
        return self.invalid(heard)

    def key_of_node(self, key: str, heard: Heard) -> Step | None:
        match self.node:
            case AskLanguage() as node:
                chosen = KEYS_FOR_LANGUAGES.find(key) if key else -1
                if 0 <= chosen < len(self.entry.languages):
                    self.pressed(key, heard)
                    self.session = replace(self.session, language=self.entry.languages[chosen])
                    return self.forward(node.then)
            case Menu(options=options):
                for option in options:
                    if option.key == key:
                        self.pressed(key, heard)
                        return self.forward(option.go)
            case Rate(choices=choices) as node:
                for choice in choices:
                    if choice.key == key:
                        self.pressed(key, heard)
                        self.note(node.note, choice.say)
                        return self.forward(node.then)
            case Play() | Services() as node:
                if key == GO_ON_KEY:
                    self.pressed(key, heard)
                    return self.forward(node.then)
            case _:
                pass
        return None

    def global_key(self, key: str) -> tuple[GlobalKey, Flow] | None:
        """The key's meaning and the flow it belongs to: the entry flow's keys hold where a flow names none."""
        for flow in (self.flow, self.entry):
            if key in flow.keys:
                return flow.keys[key], flow
        return None

    def press_global(self, key: GlobalKey, owner: Flow, heard: Heard) -> Step:
        self.pressed(key.key, heard)
        if key.go == AGAIN:
            return self.show()
        if key.go == BACK:
            return self.back()
        if owner.id != self.session.flow:
            self.session = replace(self.session, flow=owner.id, stack=(), history=())
            return self.go(key.go)
        return self.forward(key.go)

    def invalid(self, heard: Heard) -> Step:
        node = self.node
        self.leave("invalid", heard)
        invalid = self.session.invalid + 1
        self.session = replace(self.session, invalid=invalid, silences=self.session.silences + 1)
        if self.session.silences >= MOST_SILENCES:
            return self.last_resort()
        match node:
            case Play() | Services() if heard.share >= COMPLETED_SHARE or invalid >= MOST_INVALID:
                return self.forward(node.then)
            case Play() | Services():
                return self.show()
            case _ if invalid >= MOST_INVALID:
                return self.silence_path()
            case _:
                return self.show(wrong_key=True)

    def silence(self, heard: Heard) -> Step:
        node = self.node
        listening = isinstance(node, Play | Services)
        self.leave("played" if listening else "silence", heard)
        self.session = replace(self.session, silences=self.session.silences + 1)
        if self.session.silences >= MOST_SILENCES:
            return self.last_resort()
        match node:
            case Play() | Services():
                return self.forward(node.then)
            case AskLanguage(tries=tries) | Menu(tries=tries) | Rate(tries=tries):
                if self.session.tries + 1 < tries:
                    self.session = replace(self.session, tries=self.session.tries + 1)
                    return self.show()
                return self.silence_path()
            case ConnectNode(otherwise=otherwise):
                return self.go(otherwise)
            case VoiceMessage(silence=None, then=then):
                return self.forward(then)
            case VoiceMessage():
                return self.silence_path()
            case _:
                return self.show()

    def silence_path(self) -> Step:
        """The zero-press path: of the node, of its flow, or of the flow where calls start."""
        own = getattr(self.node, "silence", None) or self.flow.silence
        if own is not None:
            return self.forward(own)
        if self.entry.silence is None:
            return self.last_resort()
        self.session = replace(self.session, flow=self.entry.id, stack=(), history=())
        return self.go(self.entry.silence)

    # Where to go

    def forward(self, target: str) -> Step:
        """Goes on to a node, remembering this one for the key that goes back."""
        session = self.session
        here: Place = (session.flow, session.node)
        self.session = replace(session, history=(*session.history, here)[-MOST_HISTORY:])
        return self.go(target)

    def back(self) -> Step:
        session = self.session
        if not session.history:
            return self.show()
        flow, node = session.history[-1]
        stack = session.stack
        if flow != session.flow:
            entered_from = [place[0] for place in stack]
            stack = stack[: entered_from.index(flow)] if flow in entered_from else ()
        self.session = replace(session, flow=flow, node=node, stack=stack, history=session.history[:-1])
        return self.arrive()

    def go(self, target: str) -> Step:
        self.session = replace(self.session, node=target)
        return self.arrive()

    def arrive(self) -> Step:
        self.session = replace(self.session, tries=0, invalid=0)
        return self.show()

    # What happens at a node

    def show(self, wrong_key: bool = False) -> Step:
        self.steps += 1
        if self.steps > MOST_STEPS or self.session.node not in self.flow.nodes:
            return self.last_resort()
        node = self.node
        match node:
            case AskLanguage():
                return self.finish(screens.language_menu(self.entry))
            case Menu() | Rate():
                announced = None if wrong_key else self.announced()
                return self.finish(screens.question(node, self.languages, self.facts, announced, wrong_key))
            case Play():
                return self.finish(screens.content(node.prompts, self.languages, self.facts, node.barge_in))
            case VoiceMessage():
                said = screens.message_introduction(node, self.languages, self.facts)
                return self.finish(Record(said, node.seconds))
            case End():
                self.leave("passed")
                return self.finish(screens.goodbye(node, self.languages, self.facts), over=True)
            case Branch():
                return self.go(self.branch_to(node))
            case Enter():
                return self.enter(node)
            case Return():
                return self.come_back()
            case _:
                return self.ask_inside(node)

    def ask_inside(self, node: Callback | Services | ConnectNode) -> Step:
        notes = self.session.notes
        match node:
            case Callback() if node.need in self.session.asked:
                self.leave("passed")
                return self.go(node.then)
            case Callback():
                wishes = tuple((name, notes[name]) for name in node.wishes if name in notes)
                return self.finish(RequestCallback(node.need, self.session.language, wishes))
            case Services():
                area = notes.get(node.area) if node.area is not None else None
                return self.finish(FindServices(node.need, area, self.session.language))
            case ConnectNode():
                return self.finish(Connect(node.to, node.seconds))

    def read_services(self, node: Services, services: tuple[tuple[str, ...], ...]) -> Step:
        if not services:
            self.leave("passed")
            return self.go(node.none)
        prompts = [prompt for service in services[:MOST_SERVICES] for prompt in service]
        return self.finish(screens.content(prompts, self.languages, self.facts))

    def branch_to(self, node: Branch) -> str:
        match node.on:
            case "open":
                value = "yes" if self.facts.open else "no"
            case "number":
                value = "yes" if self.facts.has_number else "no"
            case "language":
                value = self.session.language or ""
        return dict(node.cases).get(value, node.otherwise)

    def enter(self, node: Enter) -> Step:
        session = self.session
        target = self.pack.flows.get(node.flow)
        if target is None or len(session.stack) >= MOST_STACK:
            return self.last_resort()
        self.session = replace(
            session, flow=target.id, node=target.start, stack=(*session.stack, (session.flow, node.then))
        )
        return self.arrive()

    def come_back(self) -> Step:
        """Places inside the flow that is left are forgotten: going back into it would have nowhere to return to."""
        session = self.session
        if not session.stack:
            return self.last_resort()
        flow, node = session.stack[-1]
        history = tuple(place for place in session.history if place[0] != session.flow)
        self.session = replace(session, flow=flow, node=node, stack=session.stack[:-1], history=history)
        return self.arrive()

    def announced(self) -> GlobalKey | None:
        """The global key whose turn it is: none at first, then one more at each repetition."""
        turn = self.session.tries - 1
        if turn < 0:
            return None
        keys = [key for key in (self.flow.keys or self.entry.keys).values() if key.say is not None]
        return keys[turn % len(keys)] if keys else None

    # What is kept

    def heard_from_caller(self) -> None:
        self.session = replace(self.session, tries=0, invalid=0, silences=0)

    def pressed(self, key: str, heard: Heard) -> None:
        self.heard_from_caller()
        self.leave("key", heard, key)

    def note(self, name: str, value: str) -> None:
        self.effects.append(Noted(name, value))
        notes = self.session.notes
        if name in notes or len(notes) < MOST_NOTES:
            self.session = replace(self.session, notes={**notes, name: value})

    def leave(self, left_by: LeftBy, heard: Heard | None = None, key: str | None = None) -> None:
        session = self.session
        node = (
            self.pack.flows[session.flow].nodes.get(session.node) if session.flow in self.pack.flows else None
        )
        completed = None
        if isinstance(node, Play) and node.measure == "completion" and heard is not None:
            completed = left_by == "played" or heard.share >= COMPLETED_SHARE
        seconds = round(heard.seconds) if heard is not None else 0
        self.effects.append(
            Visited(session.flow, session.node, session.language, left_by, key, seconds, completed)
        )

    # How a step ends

    def finish(self, last: Inside | Ending, over: bool = False) -> Step:
        if over:
            self.session = replace(self.session, over=True)
        return Step(self.session, (*self.effects, last))

    def last_resort(self) -> Step:
        return self.finish(screens.last_resort(self.languages, self.facts), over=True)
