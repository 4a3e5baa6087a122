"""Whether every call gets somewhere: nothing unreachable, no dead end, no circle, and always a way to a person."""

from __future__ import annotations

from collections.abc import Iterable

from flows.checks.clocks import check_clocks_on_the_way
from flows.checks.report import Report, quoted
from flows.checks.walk import Edge, Stand, Walk, able_to_reach, circles, walk, without_caller, without_keys
from flows.engine import MOST_SILENCES
from flows.model import (
    AGAIN,
    BACK,
    AskLanguage,
    Callback,
    Connect,
    End,
    Menu,
    Node,
    Pack,
    Play,
    Rate,
    Services,
)
from flows.problems import listed
from flows.session import MOST_STACK, Place
from flows.ways import has_silence_path, waits_for_caller


def check_reach(pack: Pack, report: Report) -> None:
    """Follows every way of a pack whose references are right."""
    found = walk(pack)
    if found.start is None:
        return
    _unreachable(pack, found, report)
    _too_deep(found, report)
    _no_end(pack, found, report)
    _without_silence_path(found, report)
    _circles(found, report)
    _person(pack, found, report)
    check_clocks_on_the_way(pack, found, report)
    _language(pack, found, report)


def _anything_but_global(_: Node, edge: Edge) -> bool:
    return edge.by != "global"


def _anything(_: Node, __: Edge) -> bool:
    return True


def _unreachable(pack: Pack, found: Walk, report: Report) -> None:
    reached = found.places()
    for flow in pack.flows.values():
        if not any(place[0] == flow.id for place in reached):
            report.warn(
                ("flow", flow.id),
                f"No call ever comes into the flow “{flow.id}”.",
                f"Lead to it with “enter: {flow.id}” from a node of another flow, or take the file away.",
            )
            continue
        for name in flow.nodes:
            if (flow.id, name) not in reached:
                report.warn(
                    ("node", flow.id, name),
                    "No call ever comes to this node.",
                    "Lead to it from another node, or take it away.",
                )


def _too_deep(found: Walk, report: Report) -> None:
    for flow, node in sorted(found.too_deep):
        report.error(
            ("node", flow, node, "enter"),
            f"Here a call would be inside more than {MOST_STACK} flows at once.",
            "Check whether flows enter each other in a circle. Otherwise join two of them into one.",
        )


def _no_end(pack: Pack, found: Walk, report: Report) -> None:
    ends = [stand for stand in found.edges if isinstance(found.node(stand), End)]
    if not ends:
        report.error(
            ("flow", pack.entry),
            "No call ever comes to an end in this pack.",
            "Add a node such as “goodbye: {end: goodbye}” and lead to it.",
        )
        return
    cut_off = {flow for flow, _ in found.too_deep}
    for place in _in_order(found, able_to_reach(found, ends, _anything_but_global)):
        if place[0] in cut_off:
            continue
        report.error(
            ("node", *place),
            "From here no way leads to a goodbye.",
            "Lead on from here, or from what follows, to a node with “end”.",
        )


def _in_order(found: Walk, good: set[Stand]) -> list[Place]:
    """The places that are not good, each once, in the order of walking."""
    return list(dict.fromkeys(stand[0] for stand in found.edges if stand not in good))


def _without_silence_path(found: Walk, report: Report) -> None:
    lost = [
        stand[0]
        for stand, edges in found.edges.items()
        if has_silence_path(found.node(stand)) and not any(edge.by == "silence" for edge in edges)
    ]
    for place in dict.fromkeys(lost):
        report.error(
            ("node", *place),
            "Nothing is planned for a caller who presses nothing here.",
            "Write “silence: offer_callback” here, or once at the top of the flow, with the node that follows.",
        )


def _circles(found: Walk, report: Report) -> None:
    by_itself = circles(found, without_caller)
    for circle in by_itself:
        report.error(
            ("node", *circle[0]),
            f"The call would go round and round here without the caller: {_named(circle)}.",
            "Lead one of these nodes somewhere else, such as to a menu or a goodbye.",
        )
    seen = [frozenset(circle) for circle in by_itself]
    quiet = [circle for circle in circles(found, without_keys) if frozenset(circle) not in seen]
    for circle in quiet:
        report.error(
            ("node", *circle[0]),
            f"A caller who presses nothing would never come to an end here: {_named(circle)}.",
            "Give one of these nodes a “silence” (or a “then”) that leads to a goodbye at last.",
        )
    if not by_itself and not quiet:
        _too_quiet(found, report)


def _named(circle: list[Place]) -> str:
    names = [node for _, node in circle]
    return " → ".join([*quoted(names), f"“{names[0]}”"]) if len(names) < 8 else listed(quoted(names))


def _too_quiet(found: Walk, report: Report) -> None:
    """The engine ends a call after twelve silences; the silence paths have to be shorter than that."""
    longest: dict[Stand, int] = {}
    for first in found.edges:
        waiting = [first]
        while waiting:
            stand = waiting[-1]
            following = [e.to for e in found.edges[stand] if without_keys(found.node(stand), e)]
            missing = [stand for stand in following if stand not in longest]
            if missing:
                waiting.extend(missing)
                continue
            waiting.pop()
            longest[stand] = _silences(found.node(stand)) + max((longest[s] for s in following), default=0)
    starts = {edge.to for edges in found.edges.values() for edge in edges if edge.by in ("key", "global")}
    for stand in dict.fromkeys([s for s in found.edges if s == found.start or s in starts]):
        if longest[stand] >= MOST_SILENCES:
            report.warn(
                ("node", *stand[0]),
                f"A caller who presses nothing from here on meets {longest[stand]} silences. "
                f"At {MOST_SILENCES} the call ends with the last words, before the path is over.",
                "Ask fewer times (“tries”), or lead sooner to the goodbye.",
            )


def _silences(node: Node) -> int:
    if isinstance(node, AskLanguage | Menu | Rate):
        return node.tries
    return 1 if isinstance(node, Play | Services) else 0


def _person(pack: Pack, found: Walk, report: Report) -> None:
    people = [stand for stand in found.edges if isinstance(found.node(stand), Callback | Connect)]
    near = able_to_reach(found, people, _anything)
    lost = [
        place for place in _in_order(found, near) if waits_for_caller(pack.flows[place[0]].nodes[place[1]])
    ]
    for place in lost:
        report.error(
            ("node", *place),
            "From here a caller can't reach a person.",
            'Lead key 0 of the flow to a node with “connect” or “callback”: keys: {"0": crisis}.',
        )
    _key_zero(pack, found, {stand[0] for stand in near}, report)


def _key_zero(pack: Pack, found: Walk, near: Iterable[Place], report: Report) -> None:
    entry = pack.flows[pack.entry]
    if "0" not in entry.keys:
        report.error(
            ("flow", entry.id, "keys"),
            "Key 0 doesn't lead to a person.",
            'Callers rely on 0 everywhere. Write: keys: {"0": crisis}, with a node “crisis” that connects.',
        )
    reachable = found.places()
    for flow in pack.flows.values():
        key = flow.keys.get("0")
        if key is None:
            continue
        place = (flow.id, key.go)
        if key.go in (AGAIN, BACK) or (place in reachable and place not in near):
            report.error(
                ("flow", flow.id, "keys", "0"),
                f"Key 0 leads to “{key.go}”, and from there to no person.",
                "Lead it to a node with “connect” or “callback”.",
            )


def _language(pack: Pack, found: Walk, report: Report) -> None:
    if len(pack.languages) > 1 and not any(isinstance(found.node(s), AskLanguage) for s in found.edges):
        report.error(
            ("flow", pack.entry, "languages"),
            "There are several languages, but nobody is asked which one to use.",
            "Begin with a node “language: {ask: language, then: …}”. Without it everything is said in each of them.",
        )
