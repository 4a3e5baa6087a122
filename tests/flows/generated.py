"""Packs made at random, of three kinds.

Right packs are what a programme could have written, right by construction: ways that need no key lead forward only, so
that somebody who presses nothing comes to an end; keys may lead anywhere. Restless packs are the same with ways that
lead anywhere: the checker refuses them, and the engine has to bear them. Broken packs are whatever the model can hold,
with names that lead nowhere and words that are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import get_args

from hypothesis import strategies as st

from flows.inputs import Earlier
from flows.model import (
    AGAIN,
    BACK,
    KEYS,
    STANDING_FOR,
    AskLanguage,
    Branch,
    Callback,
    Choice,
    Connect,
    End,
    Enter,
    Flow,
    GlobalKey,
    Menu,
    Node,
    Option,
    Pack,
    Play,
    Rate,
    Return,
    Services,
    VoiceMessage,
    Withdraw,
)
from tests.flows.some_scripts import odd_scripts, with_scripts

LANGUAGES = [("en",), ("sw", "en"), ("en", "fr", "ar", "sw"), ("fr", "no")]
PROMPTS = ["welcome", "please_choose", "breathing", "how_now", "we_are_here"]
SAYS = ["to_listen", "to_talk", "better", "same", "worse"]
NOTES = [f"answer_{n}" for n in range(12)]
NEEDS = ["support", "crisis", "health", "shelter", "food"]
ZONES = ["Africa/Kinshasa", "Africa/Lubumbashi"]
OWN_KEYS = list("12345678")
NOWHERE = "nowhere"
MOST_FLOWS = 4
LONGEST_ID = 32


class Kind(Enum):
    """What can be relied on in a pack."""

    RIGHT = "right"
    RESTLESS = "restless"
    BROKEN = "broken"


@dataclass(slots=True)
class Draft:
    """What is drawn along the way: `long` makes every name as long as it may be."""

    draw: st.DrawFn
    languages: tuple[str, ...]
    flows: list[str]
    long: bool
    kind: Kind
    noted: list[str] = field(default_factory=list)

    def name(self, word: str) -> str:
        return word.ljust(LONGEST_ID, "x") if self.long else word

    def one(self, words: list[str]) -> str:
        return self.name(self.draw(st.sampled_from(words)))

    def prompts(self) -> tuple[str, ...]:
        chosen = self.draw(st.lists(st.sampled_from([*PROMPTS, *STANDING_FOR]), min_size=1, max_size=3))
        return tuple(p if p in STANDING_FOR else self.name(p) for p in chosen)

    def tries(self) -> int:
        return self.draw(st.integers(1, 4))

    def keys(self, least: int, most: int) -> list[str]:
        broken = self.kind is Kind.BROKEN
        among, most = (list(KEYS), most + 2) if broken else (OWN_KEYS, most)
        return self.draw(st.lists(st.sampled_from(among), min_size=least, max_size=most, unique=True))


@dataclass(slots=True)
class Place:
    """Where a node stands in its flow: what may follow it, and which flows may be entered from there."""

    name: str
    after: list[str]
    anywhere: list[str]
    deeper: list[str]
    own_silence: bool
    """Whether it has to name its own silence path, because it stands on the flow's."""


Make = Callable[[Draft, Place], Node]


def _on(draft: Draft, place: Place) -> str:
    near = place.after[:1] * 3
    return draft.draw(st.sampled_from([*near, *place.after] if draft.kind is Kind.RIGHT else place.anywhere))


def _silence(draft: Draft, place: Place) -> str | None:
    if place.own_silence or draft.draw(st.booleans()):
        return _on(draft, place)
    return None


def _menu(draft: Draft, place: Place) -> Node:
    options = tuple(
        Option(key, draft.one(SAYS), draft.draw(st.sampled_from(place.anywhere))) for key in draft.keys(1, 3)
    )
    barge_in = draft.draw(st.booleans())
    return Menu(place.name, draft.prompts(), options, _silence(draft, place), draft.tries(), barge_in)


def _rate(draft: Draft, place: Place) -> Node:
    choices = tuple(Choice(key, draft.one(SAYS)) for key in draft.keys(2, 5))
    note = draft.one(NOTES)
    draft.noted.append(note)
    onward = _on(draft, place)
    return Rate(place.name, draft.prompts(), choices, note, onward, _silence(draft, place), draft.tries())


def _play(draft: Draft, place: Place) -> Node:
    measure = draft.draw(st.sampled_from([None, "completion"]))
    return Play(place.name, draft.prompts(), _on(draft, place), measure, draft.draw(st.booleans()))


def _callback(draft: Draft, place: Place) -> Node:
    return Callback(place.name, draft.one(NEEDS), _on(draft, place), _on(draft, place))


def _withdraw(draft: Draft, place: Place) -> Node:
    return Withdraw(place.name, _on(draft, place), _on(draft, place))


def _connect(draft: Draft, place: Place) -> Node:
    to = draft.draw(st.sampled_from(["crisis", "emergency"]))
    return Connect(place.name, to, _on(draft, place), _on(draft, place), draft.draw(st.integers(5, 120)))


def _services(draft: Draft, place: Place) -> Node:
    return Services(place.name, draft.one(NEEDS), _on(draft, place), _on(draft, place))


def _voice_message(draft: Draft, place: Place) -> Node:
    return VoiceMessage(place.name, draft.prompts(), _on(draft, place), _silence(draft, place), 60)


def _branch(draft: Draft, place: Place) -> Node:
    on = draft.draw(st.sampled_from(["open", "number", "language", "callback"]))
    cases = {"language": draft.languages, "callback": get_args(Earlier)}.get(on, ("yes", "no"))
    named = draft.draw(st.lists(st.sampled_from(cases), min_size=1, unique=True))
    return Branch(place.name, on, tuple((case, _on(draft, place)) for case in named), _on(draft, place))


def _language(draft: Draft, place: Place) -> Node:
    return AskLanguage(place.name, _on(draft, place), _silence(draft, place), draft.tries())


def _enter(draft: Draft, place: Place) -> Node:
    return Enter(place.name, draft.draw(st.sampled_from(place.deeper)), _on(draft, place))


def _return(_: Draft, place: Place) -> Node:
    return Return(place.name)


def _end(draft: Draft, place: Place) -> Node:
    return End(place.name, draft.prompts())


MAKERS: list[Make] = [
    _menu,
    _menu,
    _rate,
    _play,
    _callback,
    _withdraw,
    _connect,
    _services,
    _voice_message,
    _branch,
    _language,
]


def _flow(draft: Draft, number: int) -> Flow:
    """A flow is a row of nodes: its body, then the path that silence leads to, then its end."""
    draw = draft.draw
    entry = number == 0
    body = [draft.name(f"node_{n}") for n in range(draw(st.integers(1, 6)))]
    quiet = [draft.name(f"quiet_{n}") for n in range(draw(st.integers(1, 2)))]
    person, last = draft.name("person"), draft.name("last")
    row = [*body, *quiet, person, last]
    nodes: dict[str, Node] = {}
    for position, name in enumerate(row[:-2]):
        in_body = position < len(body)
        deeper = draft.flows[number + 1 :] if in_body else []
        place = Place(name, row[position + 1 :], row[:-2] * 2 + row[-2:], deeper, own_silence=not in_body)
        makers = [*MAKERS, *[_enter] * 6] if deeper else MAKERS
        if entry and position == 0 and len(draft.languages) > 1:
            makers = [_language]
        nodes[name] = draw(st.sampled_from(makers))(draft, place)
    end = Place(person, [last], row, [], own_silence=True)
    nodes[person] = draw(st.sampled_from([_connect, _callback]))(draft, end)
    nodes[last] = (_end if entry or draw(st.integers(0, 4)) == 0 else _return)(draft, replace(end, name=last))
    silence = quiet[0] if entry or draw(st.booleans()) else None
    return Flow(draft.flows[number], draft.languages, body[0], nodes, _keys(draft, entry, person), silence)


def _keys(draft: Draft, entry: bool, person: str) -> dict[str, GlobalKey]:
    going = {"0": person, "9": "again", "*": "back"}
    kept = list(going) if entry else draft.draw(st.lists(st.sampled_from(list(going)), unique=True))
    say = st.none() | st.sampled_from(SAYS).map(draft.name)
    return {key: GlobalKey(key, going[key], draft.draw(say)) for key in kept}


def _broken_flow(draft: Draft, number: int) -> Flow:
    """A flow in which anything stands anywhere, and half of it may be missing."""
    draw = draft.draw
    row = [draft.name(f"node_{n}") for n in range(7)]
    chosen = draw(st.lists(st.sampled_from(row), min_size=1, unique=True))
    anywhere = [*chosen, *row, NOWHERE]
    makers = [*dict.fromkeys(MAKERS), _enter, _return, _end]
    place = Place("", [], anywhere, [*draft.flows, NOWHERE], own_silence=False)
    nodes = {name: draw(st.sampled_from(makers))(draft, replace(place, name=name)) for name in chosen}
    says = st.none() | st.sampled_from(SAYS).map(draft.name)
    going = st.sampled_from([*anywhere, AGAIN, BACK])
    keys = {key: GlobalKey(key, draw(going), draw(says)) for key in draft.keys(0, 3)}
    start, silence = draw(st.sampled_from([*chosen, NOWHERE])), draw(st.none() | st.sampled_from(anywhere))
    title = draw(st.text(max_size=20))
    return Flow(draft.flows[number], draft.languages, start, nodes, keys, silence, title)


def _handing_on(draft: Draft, node: Node) -> Node:
    """Lets callbacks and services hand on what some question has noted; in a broken pack, what none has."""
    noted = NOTES if draft.kind is Kind.BROKEN else draft.noted
    if not noted:
        return node
    if isinstance(node, Callback):
        wishes = draft.draw(st.lists(st.sampled_from(noted), max_size=4, unique=True))
        clocks = draft.draw(st.dictionaries(st.sampled_from(SAYS), st.sampled_from(ZONES), max_size=3))
        right = draft.kind is Kind.RIGHT
        return replace(node, wishes=tuple(wishes), clocks=() if right else tuple(clocks.items()))
    if isinstance(node, Services):
        return replace(node, area=draft.draw(st.none() | st.sampled_from(noted)))
    return node


def _with_odd_scripts(draft: Draft, pack: Pack) -> Pack:
    """The pack with any words, for a few of the things that it says."""
    said = draft.draw(st.lists(st.sampled_from([*PROMPTS, *SAYS]), max_size=3, unique=True).map(tuple))
    named = [(draft.name(prompt), language) for prompt in said for language in draft.languages]
    return replace(pack, scripts={each: draft.draw(odd_scripts(*each)) for each in named})


@st.composite
def _packs(draw: st.DrawFn, kind: Kind) -> Pack:
    long = draw(st.booleans())
    names = [f"flow_{n}" for n in range(draw(st.integers(1, MOST_FLOWS)))]
    flows = [name.ljust(LONGEST_ID, "x") for name in names] if long else names
    draft = Draft(draw, draw(st.sampled_from(LANGUAGES)), flows, long, kind)
    make = _broken_flow if kind is Kind.BROKEN else _flow
    made = {flow.id: flow for flow in (make(draft, number) for number in range(len(flows)))}
    whole = {
        name: replace(flow, nodes={key: _handing_on(draft, node) for key, node in flow.nodes.items()})
        for name, flow in made.items()
    }
    pack = Pack("made", flows[0], whole)
    return _with_odd_scripts(draft, pack) if kind is Kind.BROKEN else with_scripts(pack)


def right_packs() -> st.SearchStrategy[Pack]:
    """Packs that the checker finds no error in."""
    return _packs(Kind.RIGHT)


def restless_packs() -> st.SearchStrategy[Pack]:
    """Packs in which a call can go round and round without a key."""
    return _packs(Kind.RESTLESS)


def broken_packs() -> st.SearchStrategy[Pack]:
    """Any packs that the model can hold."""
    return _packs(Kind.BROKEN)
