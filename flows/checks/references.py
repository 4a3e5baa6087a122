"""Nodes and flows that are named, but aren't there."""

from __future__ import annotations

from flows.checks.clocks import check_clocks
from flows.checks.report import Report
from flows.model import AGAIN, BACK, Branch, Enter, Flow, Pack, Rate, Return
from flows.model import Callback as CallbackNode
from flows.model import Services as ServicesNode
from flows.problems import did_you_mean, listed
from flows.session import MOST_NOTES, Place
from flows.ways import ways


def check_references(pack: Pack, report: Report, unreadable: frozenset[Place], *, flows_lost: bool) -> None:
    """Everything that is named has to exist. Nodes that couldn't be read count as there, and where whole flows
    couldn't, any of them may be meant. Names that couldn't be read are "", and were complained of then."""
    for flow in pack.flows.values():
        known = {*flow.nodes, *(node for owner, node in unreadable if owner == flow.id)}
        _start_and_silence(flow, known, report)
        _global_keys(flow, known, report)
        for node in flow.nodes.values():
            where = ("node", flow.id, node.id)
            for way in ways(node, len(pack.languages)):
                if way.to and way.to not in known:
                    _no_such_node(report, (*where, *way.field), way.to, known)
            if isinstance(node, Enter) and node.flow and node.flow not in pack.flows and not flows_lost:
                report.error(
                    (*where, "enter"),
                    f"There is no flow “{node.flow}” in this pack.",
                    did_you_mean(node.flow, pack.flows)
                    or f"The flows are: {listed(pack.flows)}. Each other flow is a file beside flow.yaml.",
                )


def check_facts(pack: Pack, report: Report, *, whole: bool) -> None:
    """Languages, notes and returns that can't be what is meant; none of them hides where a call goes. `whole` where
    everything in the flows could be read."""
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            where = ("node", flow.id, node.id)
            if isinstance(node, Return) and flow.id == pack.entry:
                report.error(
                    (*where, "return"),
                    "A call begins in this flow, so there is nothing to return to.",
                    "Lead to an “end” node instead.",
                )
            if isinstance(node, Branch) and node.on == "language":
                _language_cases(pack, node, where, report)
    _languages_of_flows(pack, report)
    _notes(pack, report, whole=whole)


def _no_such_node(report: Report, path: tuple[str, ...], name: str, known: set[str]) -> None:
    if name in (AGAIN, BACK):
        report.error(
            path,
            f"“{name}” has a meaning only for the keys that hold everywhere.",
            "Name a node here. The caller can still use the key itself.",
        )
        return
    report.error(
        path,
        f"This leads to “{name}”, but there is no such node.",
        did_you_mean(name, known) or f"Add a node “{name}” to this flow, or name one that is there.",
    )


def _start_and_silence(flow: Flow, known: set[str], report: Report) -> None:
    if flow.start and flow.start not in known:
        report.error(
            ("flow", flow.id, "start"),
            f"The flow starts at “{flow.start}”, but there is no such node.",
            did_you_mean(flow.start, known) or "Name the node that callers hear first.",
        )
    if flow.silence is not None and flow.silence not in known:
        _no_such_node(report, ("flow", flow.id, "silence"), flow.silence, known)


def _global_keys(flow: Flow, known: set[str], report: Report) -> None:
    for key in flow.keys.values():
        if key.go and key.go not in known and key.go not in (AGAIN, BACK):
            report.error(
                ("flow", flow.id, "keys", key.key, "go"),
                f"Key {key.key} leads to “{key.go}”, but there is no such node.",
                did_you_mean(key.go, [*known, AGAIN, BACK]) or "Name a node of this flow, “again” or “back”.",
            )


def _language_cases(pack: Pack, node: Branch, where: tuple[str, ...], report: Report) -> None:
    for case, _ in node.cases:
        if case not in pack.languages:
            report.error(
                (*where, "cases", case),
                f"Nobody can choose the language “{case}” in this pack.",
                f"The languages are: {listed(pack.languages)}. Add it there, or take this case away.",
            )


def _languages_of_flows(pack: Pack, report: Report) -> None:
    for flow in pack.flows.values():
        missing = [code for code in pack.languages if code not in flow.languages]
        if missing:
            report.error(
                ("flow", flow.id, "languages"),
                f"Callers may have chosen {listed(missing, 'or')}, but this flow doesn't list it.",
                f"Write the same languages as in the first flow: [{', '.join(pack.languages)}].",
            )


def _notes(pack: Pack, report: Report, *, whole: bool) -> None:
    """What is handed on has to have been asked. What couldn't be read might ask it, so then nothing is claimed."""
    noted: dict[str, tuple[str, ...]] = {}
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            if isinstance(node, Rate):
                noted.setdefault(node.note, ("node", flow.id, node.id, "note"))
    if len(noted) > MOST_NOTES:
        report.error(
            list(noted.values())[MOST_NOTES],
            f"The pack notes {len(noted)} different answers; a call can carry {MOST_NOTES}.",
            "Use the same name for answers to the same question, or ask less.",
        )
    if not whole:
        return
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            named = node.wishes if isinstance(node, CallbackNode) else ()
            if isinstance(node, ServicesNode) and node.area is not None:
                named = (node.area,)
            for name in named:
                if name not in noted:
                    field = "wishes" if isinstance(node, CallbackNode) else "area"
                    report.error(
                        ("node", flow.id, node.id, field),
                        f"“{name}” is handed on here, but no question notes an answer under this name.",
                        did_you_mean(name, noted)
                        or f"Ask for it in a “rate” node with “note: {name}”, or take it away.",
                    )
    check_clocks(pack, report)
