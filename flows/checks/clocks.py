"""Callbacks that go by a clock which the caller names: there has to be a question that asks for it, on the way."""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.report import Report
from flows.checks.walk import Edge, Walk, able_to_reach
from flows.model import Callback, Node, Pack, Rate
from flows.problems import did_you_mean, listed
from flows.session import Place


def check_clocks(pack: Pack, report: Report) -> None:
    """Whether every answer has its clock, and every clock its answer."""
    for (flow, name), node in _callbacks(pack):
        where = ("node", flow, name, "clocks")
        notes = _notes_asking(pack, node)
        if not notes:
            _nobody_asks(pack, node, where, report)
        elif len(notes) > 1:
            report.error(
                where,
                f"Both {listed(notes)} are answered with a clock, so it isn't clear which of them counts.",
                "Ask for the clock in one question, whose answers no other question has.",
            )
        else:
            _fit(pack, node, notes[0], where, report)


def check_clocks_on_the_way(pack: Pack, found: Walk, report: Report) -> None:
    """Whether a call that comes to the callback can have been asked before."""
    for place, node in _callbacks(pack):
        here = [stand for stand in found.edges if stand[0] == place]
        asked = {asking for note in _notes_asking(pack, node) for asking, _ in _questions(pack, note)}
        on_the_way = able_to_reach(found, here, _by_any_way)
        if here and asked and not any(stand[0] in asked for stand in on_the_way):
            report.error(
                ("node", *place, "clocks"),
                "No call is asked by which clock it is safe before it comes here.",
                f"Lead the call through {listed([f'“{name}”' for _, name in sorted(asked)], 'or')} first.",
            )


def _by_any_way(_: Node, edge: Edge) -> bool:
    return edge.by != "global"


def _callbacks(pack: Pack) -> Iterator[tuple[Place, Callback]]:
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            if isinstance(node, Callback) and node.clocks:
                yield (flow.id, node.id), node


def _questions(pack: Pack, note: str) -> list[tuple[Place, Rate]]:
    return [
        ((flow.id, node.id), node)
        for flow in pack.flows.values()
        for node in flow.nodes.values()
        if isinstance(node, Rate) and node.note == note
    ]


def _answers(pack: Pack, note: str) -> list[str]:
    said = [choice.say for _, question in _questions(pack, note) for choice in question.choices]
    return list(dict.fromkeys(said))


def _notes_asking(pack: Pack, node: Callback) -> list[str]:
    """The notes among those that are handed on in which a clock may have been named."""
    clocks = dict(node.clocks)
    return [note for note in dict.fromkeys(node.wishes) if any(a in clocks for a in _answers(pack, note))]


def _nobody_asks(pack: Pack, node: Callback, where: tuple[str, ...], report: Report) -> None:
    clocks = dict(node.clocks)
    every = {n.note for f in pack.flows.values() for n in f.nodes.values() if isinstance(n, Rate)}
    asked = sorted(note for note in every if any(answer in clocks for answer in _answers(pack, note)))
    if asked:
        hint = f"Add “{asked[0]}” to “wishes”."
    else:
        hint = (
            "Ask for it in a “rate” node whose choices are "
            f"{listed([f'“{answer}”' for answer in clocks])}, and add its note to “wishes”."
        )
    report.error(where, "No answer that is handed on here says which of these clocks counts.", hint)


def _fit(pack: Pack, node: Callback, note: str, where: tuple[str, ...], report: Report) -> None:
    clocks, answers = dict(node.clocks), _answers(pack, note)
    for answer in answers:
        if answer not in clocks:
            report.error(
                where,
                f"“{note}” can be answered with “{answer}”, and there is no clock for that.",
                f"Add it: “{answer}: Africa/Lubumbashi”, with the time zone that is meant.",
            )
    for answer in clocks:
        if answer not in answers:
            report.error(
                (*where, answer),
                f"There is a clock for “{answer}”, but “{note}” can't be answered with it.",
                did_you_mean(answer, answers) or f"The answers are: {listed(answers)}.",
            )
