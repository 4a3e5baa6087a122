"""What makes a menu usable for people who have never used one (see the field notes behind these limits)."""

from __future__ import annotations

from collections import deque

from flows.checks.report import Report
from flows.checks.walk import Stand, Walk, walk
from flows.model import AGAIN, BACK, AskLanguage, Branch, Enter, Flow, Menu, Node, Pack, Rate, Return
from flows.ways import keys_of

MOST_OPTIONS = 3
MOST_LEVELS = 2

USUAL = {"9": AGAIN, "*": BACK}
MEANINGS = {AGAIN: "hearing again", BACK: "going back"}


def check_habits(pack: Pack, report: Report) -> None:
    for flow in pack.flows.values():
        _global_keys(pack, flow, report)
        for node in flow.nodes.values():
            _count_options(flow, node, report)
            _key_twice(pack, flow, node, report)
    _digits_keep_their_meaning(pack, report)
    _depth(pack, report)


def _global_keys(pack: Pack, flow: Flow, report: Report) -> None:
    entry = pack.flows[pack.entry]
    for key, usual in USUAL.items():
        if flow is entry and key not in flow.keys:
            report.warn(
                ("flow", flow.id, "keys"),
                f"Key {key} has no meaning. In every flow it stands for {MEANINGS[usual]}.",
                f'Add "{key}": {usual} to “keys”.',
            )
        elif key in flow.keys and flow.keys[key].go != usual:
            report.warn(
                ("flow", flow.id, "keys", key),
                f"Key {key} means something else here; callers know it for {MEANINGS[usual]}.",
                f'Write "{key}": {usual}, and give this another key.',
            )
    zero = flow.keys.get("0")
    if flow is entry and zero is not None and zero.say is None:
        report.warn(
            ("flow", flow.id, "keys", "0"),
            "Nobody is told that 0 leads to a person.",
            f'Add a prompt that announces it: "0": {{go: {zero.go}, say: to_talk_to_a_person_now}}.',
        )
    if flow is not entry:
        for key in sorted(set(flow.keys) & set(entry.keys) - set(USUAL)):
            if flow.keys[key].go != entry.keys[key].go:
                report.warn(
                    ("flow", flow.id, "keys", key),
                    f"Key {key} means something else here than where calls start.",
                    "Keep one meaning for the whole call, or leave the key out here: the first flow's keys hold.",
                )


def _count_options(flow: Flow, node: Node, report: Report) -> None:
    where = ("node", flow.id, node.id)
    if isinstance(node, Menu) and len(node.options) > MOST_OPTIONS:
        report.error(
            (*where, "options"),
            f"This menu has {len(node.options)} options. More than {MOST_OPTIONS} can't be kept in mind.",
            "Offer things one after the other (“1 to hear it, 2 for the next”), or move some into another menu.",
        )
    if isinstance(node, Rate) and len(node.choices) > MOST_OPTIONS:
        report.warn(
            (*where, "choices"),
            f"This question has {len(node.choices)} answers; {MOST_OPTIONS} are easier to keep in mind.",
            "Leave out answers that nobody needs to tell apart.",
        )


def _key_twice(pack: Pack, flow: Flow, node: Node, report: Report) -> None:
    everywhere = {**pack.flows[pack.entry].keys, **flow.keys}
    field = "options" if isinstance(node, Menu) else "choices" if isinstance(node, Rate) else "then"
    for key in dict.fromkeys(keys_of(node, len(pack.languages))):
        if key not in everywhere:
            continue
        report.error(
            ("node", flow.id, node.id, field, key),
            f"Key {key} already means “{everywhere[key].go}” everywhere, so it can't mean something else here.",
            "Play and services nodes need # to go on: take it out of “keys”."
            if key == "#" and field == "then"
            else "Use another key for this option, or take the key out of “keys”.",
        )


def _digits_keep_their_meaning(pack: Pack, report: Report) -> None:
    """The same words, or the same place, always on the same key."""
    by_words: dict[str, tuple[str, str]] = {}
    by_place: dict[tuple[str, str], tuple[str, str]] = {}
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            if not isinstance(node, Menu):
                continue
            for option in node.options:
                if not (option.say and option.go):
                    continue
                here = (option.key, node.id)
                words = by_words.setdefault(option.say, here)
                place = by_place.setdefault((flow.id, option.go), here)
                first = words if words[0] != option.key else place
                if first[0] != option.key:
                    what = f"“{option.say}”" if first is words else f"the way to “{option.go}”"
                    report.warn(
                        ("node", flow.id, node.id, "options", option.key),
                        f"Here {what} is on key {option.key}, but in “{first[1]}” it is on key {first[0]}.",
                        "Keep one key for the same thing, so that callers can learn it.",
                    )


def _depth(pack: Pack, report: Report) -> None:
    found = walk(pack)
    deepest: dict[tuple[str, str], int] = {}
    for stand, level in _levels(found).items():
        if isinstance(found.node(stand), Menu):
            deepest[stand[0]] = min(level, deepest.get(stand[0], level))
    for (flow, node), level in deepest.items():
        if level > MOST_LEVELS:
            report.warn(
                ("node", flow, node, "menu"),
                f"This menu is {level} levels down. Below the language menu, {MOST_LEVELS} are enough for most people.",
                "Bring it nearer to the start. Things offered one after the other count as one level.",
            )


def _levels(found: Walk) -> dict[Stand, int]:
    """How many menus stand above each place, on the shortest way to it. Only a menu that opens several further
    questions is a level; one that offers a thing, or the next, is a link in a row."""
    if found.start is None:
        return {}
    levels = {found.start: 1}
    waiting = deque([found.start])
    while waiting:
        stand = waiting.popleft()
        opens = isinstance(found.node(stand), Menu) and _opens_several(found, stand)
        for edge in found.edges[stand]:
            level = levels[stand] + (1 if opens and edge.by == "key" else 0)
            if level < levels.get(edge.to, 1_000_000):
                levels[edge.to] = level
                (waiting.append if level > levels[stand] else waiting.appendleft)(edge.to)
    return levels


def _opens_several(found: Walk, stand: Stand) -> bool:
    opened = set()
    for edge in found.edges[stand]:
        if edge.by == "key":
            opened |= _questions_after(found, edge.to)
    return len(opened) > 1


def _questions_after(found: Walk, stand: Stand) -> set[Stand]:
    """The questions that come first after a place, looking through nodes that say nothing."""
    questions: set[Stand] = set()
    seen: set[Stand] = set()
    waiting = [stand]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        node = found.node(at)
        if isinstance(node, Menu | Rate | AskLanguage):
            questions.add(at)
        elif isinstance(node, Branch | Enter | Return):
            waiting.extend(edge.to for edge in found.edges[at])
    return questions
