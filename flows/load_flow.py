"""One flow, from the tree of its file to an object."""

from __future__ import annotations

from dataclasses import dataclass

from flows.fields import Fields, Findings, is_key, shortened, suggestion, what_it_is, why_no_id
from flows.load_languages import read_languages
from flows.load_nodes import read_node
from flows.model import AGAIN, BACK, KEYS, SPEC_VERSION, Flow, GlobalKey, Node
from flows.yaml_tree import Block, Text, Tree

KNOWN = ("flow", "spec", "title", "languages", "start", "silence", "keys", "nodes")
MOST_NODES = 300

EXAMPLE = "A flow begins with “flow: its_name”, “spec: 1”, “languages: [en]” and “start: first_node”."


@dataclass(frozen=True, slots=True)
class ReadFlow:
    """A flow as far as it could be read. `unreadable` are nodes with mistakes in them: those whose kind is known are in
    the flow even so, with defaults where a field is wrong. `right` is false where anything about the flow is wrong."""

    flow: Flow
    unreadable: frozenset[str]
    right: bool


def read_flow(findings: Findings, file: str, tree: Tree | None) -> ReadFlow | None:
    """The flow of a file, or None when too little of it makes sense to say anything more."""
    if not isinstance(tree, Block):
        message = (
            "This file is empty."
            if tree is None
            else f"This file is no flow: it begins with {what_it_is(tree)}."
        )
        findings.add("error", file, 1 if tree is None else tree.line, "", message, EXAMPLE)
        return None
    fields = Fields(findings, file, tree, ("flow", f"file {file}"), "", "This flow")
    name = fields.id("flow", "Give the flow a name: “flow: first_line”.")
    _spec(fields)
    title = fields.text("title", 120)
    languages = read_languages(fields)
    fields.where = ("flow", name)
    findings.places[fields.where] = (file, fields.line("flow"))
    start = fields.id("start", "Name the node that a call begins with: “start: language”.")
    silence = fields.optional_id("silence", "Name the node that follows when nothing is pressed.")
    fields.take("nodes")
    keys = _keys(fields)
    nodes, unreadable = _nodes(fields)
    fields.finish(KNOWN)
    if not name or not languages:
        return None
    flow = Flow(name, languages, start, nodes, keys, silence, title)
    return ReadFlow(flow, unreadable, fields.right and not unreadable)


def _spec(fields: Fields) -> None:
    tree = fields.required("spec", f"Write “spec: {SPEC_VERSION}”: the version of the language of flows.")
    if tree is None or (isinstance(tree, Text) and tree.value == str(SPEC_VERSION)):
        return
    if isinstance(tree, Text) and tree.value.isdecimal() and int(tree.value[:9]) > SPEC_VERSION:
        fields.error(
            fields.line("spec"),
            f"This flow is written for version {shortened(tree.value)} of the language of flows; "
            f"this Warmline knows version {SPEC_VERSION}.",
            "Update Warmline, or ask whoever sent the flow for the older version.",
        )
        return
    fields.error(
        fields.line("spec"), f"“spec” can't be {what_it_is(tree)}.", f"Write “spec: {SPEC_VERSION}”."
    )


def _keys(fields: Fields) -> dict[str, GlobalKey]:
    tree = fields.take("keys")
    example = 'Write it like this: keys: {"0": crisis, "9": again, "*": back}'
    if tree is None:
        return {}
    if not isinstance(tree, Block):
        fields.error(fields.line("keys"), f"“keys” can't be {what_it_is(tree)}.", example)
        return {}
    for key, first, second in tree.twice:
        fields.error(
            second,
            f"Key {shortened(key)} is given twice, first in line {first}.",
            "Take one of the two away.",
        )
    found: dict[str, GlobalKey] = {}
    for key, value in tree.fields.items():
        if not is_key(key):
            fields.error(
                tree.lines[key],
                f"“{shortened(key)}” isn't a key of a telephone.",
                f"A key is one of {' '.join(KEYS)}.",
            )
            continue
        found[key] = _global_key(fields, key, value, tree.lines[key])
    return found


def _global_key(fields: Fields, key: str, tree: Tree, line: int) -> GlobalKey:
    fields.findings.places[(*fields.where, "keys", key)] = (fields.file, line)
    hint = f'Name a node, “{AGAIN}” or “{BACK}”: "{key}": {AGAIN}'
    if not isinstance(tree, Block):
        return GlobalKey(key, fields.as_id(tree, line, hint))
    inner = fields.inner(tree, ("keys", key), f"Key {key}")
    found = GlobalKey(
        key, inner.id("go", hint), inner.optional_id("say", "Name the prompt that announces this key.")
    )
    inner.finish(("go", "say"))
    fields.right = fields.right and inner.right
    return found


def _nodes(fields: Fields) -> tuple[dict[str, Node], frozenset[str]]:
    block = fields.block_of("nodes", "Write the nodes below “nodes:”, each with two spaces before its name.")
    if block is None:
        return {}, frozenset()
    if len(block.fields) > MOST_NODES:
        fields.error(
            block.line,
            f"This flow has {len(block.fields)} nodes; more than {MOST_NODES} can't be looked after.",
            "Split it into several flows, each in a file of its own, and go through them with “enter”.",
        )
        return {}, frozenset()
    for name, first, second in block.twice:
        fields.findings.add(
            "error",
            fields.file,
            second,
            shortened(name),
            f"There are two nodes with the name “{shortened(name)}”: in line {first} and in line {second}.",
            "Give one of them another name.",
        )
        fields.right = False
    nodes: dict[str, Node] = {}
    unreadable: set[str] = set()
    for name, tree in block.fields.items():
        node, right = _node(fields, name, tree, block.lines[name])
        if node is not None:
            nodes[name] = node
        if not right:
            unreadable.add(name)
    return nodes, frozenset(unreadable)


def _node(fields: Fields, name: str, tree: Tree, line: int) -> tuple[Node | None, bool]:
    """The node as far as it could be read, and whether nothing is wrong with it."""
    shown = shortened(name)
    where = ("node", fields.where[1], name)
    fields.findings.places[where] = (fields.file, line)
    complaint = why_no_id(name)
    if complaint:
        fields.findings.add(
            "error",
            fields.file,
            line,
            shown,
            f"A node can't be called “{shown}”: {complaint}.",
            suggestion(name),
        )
    elif name in (AGAIN, BACK):
        complaint = "reserved"
        fields.findings.add(
            "error",
            fields.file,
            line,
            shown,
            f"A node can't be called “{name}”: the word already has a meaning for keys.",
            "Give it another name.",
        )
    if not isinstance(tree, Block):
        fields.findings.add(
            "error",
            fields.file,
            line,
            shown,
            f"What this node does is missing: there is {what_it_is(tree)}.",
            "Write it like this: “goodbye: {end: goodbye}”.",
        )
        return None, False
    inner = Fields(fields.findings, fields.file, tree, where, shown, "This node")
    node = read_node(inner, name)
    return (None, False) if complaint else (node, node is not None and inner.right)
