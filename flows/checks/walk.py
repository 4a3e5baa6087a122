"""Every place a call can be at, with the flows it has still to come back to, and every way on from there.

A flow that is entered from two places comes back to two places; following it with its stack, as the engine does,
keeps the checker from seeing loops that no call can take.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from flows.model import (
    AGAIN,
    BACK,
    Branch,
    Callback,
    Connect,
    Enter,
    Flow,
    Node,
    Pack,
    Return,
    Services,
    Withdraw,
)
from flows.session import MOST_STACK, Place
from flows.ways import By, has_silence_path, silence_of, waits_for_caller, ways

Stand = tuple[Place, tuple[Place, ...]]
"""Where a call is, and the places it will come back to, the innermost last."""

StepBy = By | Literal["global", "enter", "return"]

MOST_STANDS = 4000
"""More than any pack that people can look after; what lies beyond is left to the bounds of the engine."""


@dataclass(frozen=True, slots=True)
class Edge:
    by: StepBy
    to: Stand
    key: str = ""


@dataclass(slots=True)
class Walk:
    """All stands that can be reached from the start of a pack."""

    pack: Pack
    edges: dict[Stand, tuple[Edge, ...]] = field(default_factory=dict)
    too_deep: set[Place] = field(default_factory=set)
    start: Stand | None = None

    def node(self, stand: Stand) -> Node:
        flow, node = stand[0]
        return self.pack.flows[flow].nodes[node]

    def places(self) -> set[Place]:
        return {place for place, _ in self.edges}


def walk(pack: Pack) -> Walk:
    """Follows every way from the start. Ways to nodes that don't exist lead nowhere."""
    found = Walk(pack)
    entry = pack.flows[pack.entry]
    if entry.start not in entry.nodes:
        return found
    start: Stand = ((entry.id, entry.start), ())
    found.start = start
    waiting = deque([start])
    while waiting and len(found.edges) < MOST_STANDS:
        stand = waiting.popleft()
        if stand in found.edges:
            continue
        found.edges[stand] = tuple(edge for edge in _edges(found, stand) if _exists(pack, edge.to))
        waiting.extend(edge.to for edge in found.edges[stand] if edge.to not in found.edges)
    for stand in waiting:
        found.edges.setdefault(stand, ())
    return found


def _exists(pack: Pack, stand: Stand) -> bool:
    flow, node = stand[0]
    return flow in pack.flows and node in pack.flows[flow].nodes


def _edges(found: Walk, stand: Stand) -> Iterator[Edge]:
    pack = found.pack
    (flow_id, _), stack = stand
    flow = pack.flows[flow_id]
    node = found.node(stand)
    if isinstance(node, Enter):
        yield from _enter(found, stand, node)
    elif isinstance(node, Return):
        if stack:
            yield Edge("return", (stack[-1], stack[:-1]))
    else:
        for way in ways(node, len(pack.languages)):
            for key in way.keys or ("",):
                yield Edge(way.by, ((flow_id, way.to), stack), key)
    if has_silence_path(node) and getattr(node, "silence", None) is None:
        silence = silence_of(pack, flow, node)
        if silence is not None:
            owner, target = silence
            yield Edge("silence", ((owner.id, target), stack if owner is flow else ()))
    if waits_for_caller(node):
        yield from _global(pack, flow, stack)


def _enter(found: Walk, stand: Stand, node: Enter) -> Iterator[Edge]:
    place, stack = stand
    if node.flow not in found.pack.flows:
        return
    if len(stack) >= MOST_STACK:
        found.too_deep.add(place)
        return
    target = found.pack.flows[node.flow]
    yield Edge("enter", ((target.id, target.start), (*stack, (place[0], node.then))))


def _global(pack: Pack, flow: Flow, stack: tuple[Place, ...]) -> Iterator[Edge]:
    entry = pack.flows[pack.entry]
    for key in {**entry.keys, **flow.keys}:
        owner = flow if key in flow.keys else entry
        go = owner.keys[key].go
        if go not in (AGAIN, BACK):
            yield Edge("global", ((owner.id, go), stack if owner is flow else ()), key)


def without_caller(node: Node, edge: Edge) -> bool:
    """Whether a call can pass along here within one turn, with nothing said and nothing pressed."""
    if isinstance(node, Branch | Callback | Withdraw):
        return edge.by != "global"
    if isinstance(node, Services | Connect):
        return edge.by == "else"
    return edge.by in ("enter", "return")


def without_keys(_: Node, edge: Edge) -> bool:
    """Whether a caller who never presses a key can come along here."""
    return edge.by in ("on", "silence", "case", "else", "enter", "return")


class _Search:
    """A search in depth that remembers the path it is on, without recursion: a long flow must not break it."""

    def __init__(self, found: Walk, follow: Callable[[Node, Edge], bool]) -> None:
        self.found = found
        self.follow = follow
        self.done: set[Stand] = set()
        self.path: dict[Stand, Iterator[Stand]] = {}
        self.circles: dict[frozenset[Place], list[Place]] = {}

    def enter(self, stand: Stand) -> None:
        node = self.found.node(stand)
        self.path[stand] = iter([edge.to for edge in self.found.edges[stand] if self.follow(node, edge)])

    def search(self, first: Stand) -> None:
        self.enter(first)
        while self.path:
            last = next(reversed(self.path))
            following = next(self.path[last], None)
            if following is None:
                del self.path[last]
                self.done.add(last)
            elif following in self.path:
                self.close(following)
            elif following not in self.done:
                self.enter(following)

    def close(self, stand: Stand) -> None:
        stands = list(self.path)
        circle = list(dict.fromkeys(place for place, _ in stands[stands.index(stand) :]))
        self.circles.setdefault(frozenset(circle), circle)


def circles(found: Walk, follow: Callable[[Node, Edge], bool]) -> list[list[Place]]:
    """The circles that a call can be caught in along some of the edges, each once, in the order of walking."""
    search = _Search(found, follow)
    for first in found.edges:
        if first not in search.done:
            search.search(first)
    return list(search.circles.values())


def able_to_reach(found: Walk, goals: Iterable[Stand], follow: Callable[[Node, Edge], bool]) -> set[Stand]:
    """Every stand from which some goal can be reached along the edges that count."""
    before: dict[Stand, list[Stand]] = {}
    for stand, edges in found.edges.items():
        node = found.node(stand)
        for edge in edges:
            if follow(node, edge):
                before.setdefault(edge.to, []).append(stand)
    reached = set(goals)
    waiting = deque(reached)
    while waiting:
        for stand in before.get(waiting.popleft(), ()):
            if stand not in reached:
                reached.add(stand)
                waiting.append(stand)
    return reached
