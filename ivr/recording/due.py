"""Which prompts are to be recorded next in a language, and what a caller hears before and after each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.model import AskLanguage, Flow, Menu, Node, Pack, Rate
from flows.prompts import THIS_LANGUAGE, named_by, press
from ivr.recording.matrix import TO_RECORD, Cell, CellState
from ivr.recording.scripts import Key

FIRST = (CellState.AGAIN, CellState.OUTDATED)
"""Somebody waits for these: a reviewer, or callers who hear old words."""


@dataclass(frozen=True, slots=True)
class Around:
    """Where a prompt is heard: the node, as “flow: node”, and the prompts right before and after it ("" for none)."""

    node: str = ""
    before: str = ""
    after: str = ""


def due(cells: Mapping[Key, Cell], language: str, by: str = "") -> list[Cell]:
    """What has to be recorded in a language, in the order of the sheet; before it what somebody waits for, and first of
    all what was sent back to this person."""
    wanted = [one for one in cells.values() if one.language == language and one.state in TO_RECORD]
    return sorted(wanted, key=lambda one: _rank(one, by))


def _rank(cell: Cell, by: str) -> int:
    if cell.state is CellState.AGAIN and cell.take is not None and by and cell.take.recorded_by == by:
        return -1
    return FIRST.index(cell.state) if cell.state in FIRST else len(FIRST)


def around(pack: Pack, prompt: str) -> Around:
    """What is said before and after a prompt, at the first place in a call where it is heard."""
    for flow in _entry_first(pack):
        for node in flow.nodes.values():
            said = _said_at(node)
            if prompt in said:
                at = said.index(prompt)
                return Around(
                    node=f"{flow.id}: {node.id}",
                    before=said[at - 1] if at else _last_before(flow, node),
                    after=said[at + 1] if at + 1 < len(said) else _first_after(flow, node),
                )
    return Around()


def _entry_first(pack: Pack) -> Iterator[Flow]:
    yield pack.flows[pack.entry]
    yield from (flow for flow in pack.flows.values() if flow.id != pack.entry)


def _said_at(node: Node) -> tuple[str, ...]:
    if isinstance(node, AskLanguage):
        return (THIS_LANGUAGE, press("1"))
    return named_by(node)


def _first_after(flow: Flow, node: Node) -> str:
    if isinstance(node, Menu):
        return ""
    following = flow.nodes.get(getattr(node, "then", ""))
    said = _said_at(following) if following is not None else ()
    return said[0] if said else ""


def _last_before(flow: Flow, node: Node) -> str:
    """The last words of the first node that leads here; of a menu, those that name the key that does."""
    for other in flow.nodes.values():
        if isinstance(other, Menu):
            named = next((option.say for option in other.options if option.go == node.id), "")
            if named:
                return named
        elif getattr(other, "then", "") == node.id:
            said = _said_at(other)
            if isinstance(other, Rate):
                return other.choices[0].say if other.choices else ""
            return said[-1] if said else ""
    return ""
