"""Curly quotation marks around names and values, which a word processor puts there by itself."""

from __future__ import annotations

from dataclasses import replace

from flows.quotes import CURLY
from flows.yaml_tree import Block, Listing, Text, Tree


def straightened(tree: Tree, prose: bool) -> tuple[Tree, list[int]]:
    """The tree as it was meant, without curly quotation marks around names and values; and the lines that had some.
    With `prose`, a value that begins and ends with them is left as it is: it is a text that shall have them."""
    lines: list[int] = []
    meant = _straight(tree, prose, lines)
    return meant, sorted(set(lines))


def _straight(tree: Tree, prose: bool, lines: list[int]) -> Tree:
    if isinstance(tree, Listing):
        return replace(tree, items=tuple(_straight(item, prose, lines) for item in tree.items))
    if isinstance(tree, Block):
        return _straight_block(tree, prose, lines)
    value = tree.value.strip()
    if not tree.bare or not value or value[0] not in CURLY or (prose and value[-1] in CURLY):
        return tree
    lines.append(tree.line)
    return Text(value.strip(CURLY), tree.line)


def _straight_block(block: Block, prose: bool, lines: list[int]) -> Block:
    fields: dict[str, Tree] = {}
    where: dict[str, int] = {}
    for name, value in block.fields.items():
        bent = name[:1] in CURLY if name else False
        tail = not bent and name[-1:] in CURLY if name else False
        if bent or tail:
            lines.append(block.lines[name])
        if tail:
            continue  # the end of a text that a comma has cut in two
        meant = name.strip(CURLY) if bent else name
        if meant not in fields:
            fields[meant] = _straight(value, prose or name == "title", lines)
            where[meant] = block.lines[name]
    return replace(block, fields=fields, lines=where)
