"""Where each prompt of a pack is heard, for people who look for one: the node that says it, or what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from flows.house import CALLER, DOOR, HELPER, OUTCOME, PAGING, WAITING_TIMES
from flows.model import STANDING_FOR, Pack
from flows.prompts import ALWAYS_NEEDED, DIGITS, named_by, needed_by_pack

KEYS = "#keys"
GROUPS: Mapping[str, Any] = {
    "#always": _l("At any time"),
    KEYS: _l("Naming keys"),
    "#digits": _l("Numbers, digit by digit"),
    "#caller": _l("To callers whom the line rings"),
    "#waiting": _l("How long a call may take to come"),
    "#helper": _l("To helpers who are rung"),
    "#door": _l("To helpers who ring in"),
    "#outcome": _l("To helpers, after a talk"),
    "#paging": _l("To helpers and supervisors, in a crisis"),
    "#spare": _l("Not used yet"),
    "#other": _l("Elsewhere"),
}
"""What is said at more than one place, or by the line itself."""
_BY_NAME = {
    **dict.fromkeys(PAGING, "#paging"),
    **dict.fromkeys(OUTCOME, "#outcome"),
    **dict.fromkeys(DOOR, "#door"),
    **dict.fromkeys(HELPER, "#helper"),
    **dict.fromkeys(CALLER, "#caller"),
    **dict.fromkeys(WAITING_TIMES, "#waiting"),
    **dict.fromkeys(ALWAYS_NEEDED, "#always"),
    **dict.fromkeys(DIGITS, "#digits"),
}


def places_of(pack: Pack) -> dict[str, tuple[str, ...]]:
    """The places of every prompt that a pack has words for: "flow: node", or one of GROUPS."""
    found: dict[str, list[str]] = {}
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            name = node.id if flow.id == pack.entry else f"{flow.id}: {node.id}"
            for prompt in dict.fromkeys(named_by(node)):
                if prompt not in STANDING_FOR and not prompt.startswith("press_"):
                    found.setdefault(prompt, []).append(name)
    needed = set(needed_by_pack(pack))
    for prompt in dict.fromkeys(prompt for prompt, _ in pack.scripts):
        group = _group(prompt, prompt in needed, prompt in found)
        if group:
            found.setdefault(prompt, []).append(group)
    return {prompt: tuple(places) for prompt, places in found.items()}


def _group(prompt: str, needed: bool, named: bool) -> str:
    if prompt.startswith("press_"):
        return KEYS
    if prompt in _BY_NAME:
        return _BY_NAME[prompt]
    if named:
        return ""
    return "#other" if needed else "#spare"


def place_in_words(place: str) -> str:
    """A place as it is shown; a node by the name that its flow gives it."""
    return str(GROUPS[place]) if place in GROUPS else place


def all_places(places: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Every place that occurs, with its words: nodes in the order of the flow, then what is said elsewhere."""
    there = dict.fromkeys(place for each in places.values() for place in each)
    nodes = [place for place in there if place not in GROUPS]
    return [
        (place, place_in_words(place)) for place in (*nodes, *(group for group in GROUPS if group in there))
    ]
