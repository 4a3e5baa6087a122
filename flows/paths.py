"""Where a call would go: along a branch, or along silence. And whether silence there would speak for the caller."""

from __future__ import annotations

from collections.abc import Callable

from flows.effects import Visited
from flows.model import Branch, Callback, Connect, Enter, Flow, Menu, Node, Rate
from flows.walk import MOST_STEPS, Walk

Path = tuple[Flow, str]
"""A node, by its flow and name."""


def branch_to(node: Branch, walk: Walk) -> str:
    """Where a branch leads. With no language chosen, a branch on the language goes `otherwise`; a branch on the
    callback knows only of those that were asked for in this call."""
    match node.on:
        case "open":
            value = "yes" if walk.facts.open else "no"
        case "number":
            value = walk.facts.number
        case "language":
            value = walk.language or ""
        case "callback":
            value = "waiting" if walk.asked else "none"
    return dict(node.cases).get(value, node.otherwise)


def silence_path(walk: Walk) -> Path | None:
    """Where silence leads: as the node says, or its flow, or the flow where calls start."""
    own = getattr(walk.node, "silence", None) or walk.flow.silence
    if own is not None:
        return walk.flow, own
    return None if walk.entry.silence is None else (walk.entry, walk.entry.silence)


def agrees_by_silence(walk: Walk) -> bool:
    """Whether saying nothing here asks for a person in the caller's name."""
    return _asks_for_a_person(walk, silence_path(walk))


def declines(walk: Walk, target: str) -> bool:
    """Whether going to this node says no to an offer of a call."""
    return target in _noes(walk, walk.node, _offers)


def declined_before(walk: Walk) -> str | None:
    """Where the no leads at an offer that would take silence for a yes, when a call was declined before; else None.

    Where the no has only led back to the offer, it is made again: otherwise the call would turn in a circle until it
    is lost.
    """
    if not walk.said_no or _has_come_round(walk):
        return None
    noes = _noes(walk, walk.node, _asks_for_a_person)
    return noes[0] if noes else None


def _noes(walk: Walk, node: Node, agrees: Callable[[Walk, Path | None], bool]) -> tuple[str, ...]:
    """Where the no of an offer leads: of a menu whose own silence agrees, and that has one other way out.

    In a menu with more to choose from, a key is a choice of what it says, and no word on being called.
    """
    if not isinstance(node, Menu) or node.silence is None or not agrees(walk, (walk.flow, node.silence)):
        return ()
    elsewhere = [o.go for o in node.options if not _asks_for_a_person(walk, (walk.flow, o.go))]
    return tuple(elsewhere) if len(elsewhere) == 1 else ()


def _offers(walk: Walk, path: Path | None) -> bool:
    """Whether this way asks for a person, or leads to a menu whose silence does."""
    if _asks_for_a_person(walk, path):
        return True
    node = path[0].nodes.get(path[1]) if path is not None else None
    if path is None or not isinstance(node, Menu) or node.silence is None:
        return False
    return _asks_for_a_person(walk, (path[0], node.silence))


def _has_come_round(walk: Walk) -> bool:
    """Whether the call was here already since the caller was last heard."""
    here = (walk.flow_id, walk.node_id)
    left = (effect for effect in walk.effects if isinstance(effect, Visited))
    return walk.passed > MOST_STEPS // 2 or any((visit.flow, visit.node) == here for visit in left)


def _asks_for_a_person(walk: Walk, path: Path | None) -> bool:
    for _ in range(MOST_STEPS):
        if path is None:
            return False
        flow, name = path
        node = flow.nodes.get(name)
        match node:
            case Branch():
                path = flow, branch_to(node, walk)
            case Rate(then=then):
                path = flow, then
            case Enter(flow=entered) if entered in walk.pack.flows:
                path = walk.pack.flows[entered], walk.pack.flows[entered].start
            case _:
                return isinstance(node, Callback | Connect)
    return False
