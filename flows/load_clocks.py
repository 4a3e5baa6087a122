"""By which clocks it is safe to call: the answers of a question, each with a time zone."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from flows.fields import Fields, shortened, suggestion, what_it_is, why_no_id
from flows.problems import did_you_mean
from flows.yaml_tree import Block, Text, Tree

EXAMPLE = "“clocks: {in_the_west: Africa/Kinshasa, in_the_east: Africa/Lubumbashi}”"
WRITE = f"Write the answers of a question, each with the time zone that it means: {EXAMPLE}."


def read_clocks(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Pairs of an answer and a time zone; none where none are written, or none can be understood."""
    tree = fields.take("clocks")
    if tree is None:
        return ()
    if not isinstance(tree, Block) or not tree.fields:
        fields.error(fields.line("clocks"), f"“clocks” can't be {what_it_is(tree)}.", WRITE)
        return ()
    for answer, first, second in tree.twice:
        fields.error(
            second,
            f"The answer “{shortened(answer)}” has two clocks here: in line {first} and again in line {second}.",
            "Take one of the two away.",
        )
    clocks = []
    for answer, zone in tree.fields.items():
        line = tree.lines[answer]
        fields.findings.places[(*fields.where, "clocks", answer)] = (fields.file, line)
        if _is_answer(fields, answer, line) and _is_zone(fields, zone, line):
            clocks.append((answer, zone.value if isinstance(zone, Text) else ""))
    return tuple(clocks)


def _is_answer(fields: Fields, answer: str, line: int) -> bool:
    complaint = why_no_id(answer)
    if complaint:
        fields.error(line, f"“{shortened(answer)}” can't be an answer: {complaint}.", suggestion(answer))
    return not complaint


def _is_zone(fields: Fields, tree: Tree, line: int) -> bool:
    if isinstance(tree, Text) and tree.value in _zones():
        return True
    guess = did_you_mean(tree.value, _zones()) if isinstance(tree, Text) else ""
    fields.error(
        line,
        f"There is no time zone {what_it_is(tree)}." if isinstance(tree, Text) else WRITE,
        guess or "Use the name that the world's list of time zones has, such as Africa/Lubumbashi.",
    )
    return False


@cache
def _zones() -> frozenset[str]:
    """Those that are named after a place: what else is on the list depends on the machine, or means the opposite of
    what it looks like."""
    return frozenset(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    )
