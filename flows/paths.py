"""Where a call would go: along a branch, or along silence. And whether silence there would speak for the caller."""

from __future__ import annotations

from flows.effects import Visited
from flows.inputs import Facts
from flows.model import Branch, Callback, Connect, Enter, Flow, Menu
from flows.walk import MOST_STEPS, Walk

Path = tuple[Flow, str]
"""A node, by its flow and name."""


def branch_to(node: Branch, language: str | None, facts: Facts) -> str:
    """Where a branch leads. With no language chosen, a branch on the language goes `otherwise`."""
    match node.on:
        case "open":
            value = "yes" if facts.open else "no"
        case "number":
            value = facts.number
        case "language":
            value = language or ""
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
    return target in _noes(walk)


def declined_before(walk: Walk) -> str | None:
    """Where an earlier no leads at an offer that would take silence for a yes; None where none was given.

    Where the no has only led back to the offer, it is made again: otherwise the call would turn in a circle until it
    is lost.
    """
    node = walk.node
    if not walk.said_no or not isinstance(node, Menu) or _has_come_round(walk):
        return None
    ways = [option.go for option in node.options if option.key == walk.said_no]
    return ways[0] if ways and declines(walk, ways[0]) else None


def _noes(walk: Walk) -> tuple[str, ...]:
    """Where the no of an offer leads: of a menu that takes its own silence for a yes, and has one other way out.

    In a menu with more to choose from, a key is a choice of what it says, and no word on being called.
    """
    node = walk.node
    if not isinstance(node, Menu) or node.silence is None or not agrees_by_silence(walk):
        return ()
    elsewhere = [o.go for o in node.options if not _asks_for_a_person(walk, (walk.flow, o.go))]
    return tuple(elsewhere) if len(elsewhere) == 1 else ()


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
                path = flow, branch_to(node, walk.language, walk.facts)
            case Enter(flow=entered) if entered in walk.pack.flows:
                path = walk.pack.flows[entered], walk.pack.flows[entered].start
            case _:
                return isinstance(node, Callback | Connect)
    return False
