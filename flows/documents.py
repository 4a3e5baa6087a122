"""A pack as one JSON document and back, without loss. Published releases are stored this way, so it is quick, and
what it reads is trusted: it has been a Pack before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from flows import model
from flows.model import Choice, Flow, GlobalKey, Node, Option, Pack, Review, Script

FORMAT = "warmline pack"
FORMAT_VERSION = 1

KINDS: dict[str, type[Node]] = {
    "ask": model.AskLanguage,
    "menu": model.Menu,
    "play": model.Play,
    "rate": model.Rate,
    "callback": model.Callback,
    "withdraw": model.Withdraw,
    "services": model.Services,
    "connect": model.Connect,
    "voice_message": model.VoiceMessage,
    "branch": model.Branch,
    "enter": model.Enter,
    "return": model.Return,
    "end": model.End,
}

KIND_NAMES: dict[type[Node], str] = {kind: name for name, kind in KINDS.items()}


class UnknownPackDocument(ValueError):
    """This document is no pack, or was written by a newer Warmline. Permanent."""


def pack_to_document(pack: Pack) -> dict[str, Any]:
    """Plain dicts, lists, texts and numbers only; equal packs give equal documents."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "id": pack.id,
        "entry": pack.entry,
        "flows": [_flow_to_document(flow) for flow in pack.flows.values()],
        "scripts": [_plain(script) for script in pack.scripts.values()],
    }


def pack_from_document(document: Mapping[str, Any]) -> Pack:
    """The pack a document was made of. Raises UnknownPackDocument."""
    if document.get("format") != FORMAT or document.get("version") != FORMAT_VERSION:
        raise UnknownPackDocument(f"{document.get('format')!r} {document.get('version')!r}")
    try:
        flows = [_flow_from_document(flow) for flow in document["flows"]]
        scripts = [_script_from_document(script) for script in document["scripts"]]
        return Pack(
            id=document["id"],
            entry=document["entry"],
            flows={flow.id: flow for flow in flows},
            scripts={(script.prompt, script.language): script for script in scripts},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnknownPackDocument(f"the document is damaged: {error!r}") from error


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _flow_to_document(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.id,
        "title": flow.title,
        "languages": list(flow.languages),
        "start": flow.start,
        "silence": flow.silence,
        "keys": [_plain(key) for key in flow.keys.values()],
        "nodes": [{"kind": KIND_NAMES[type(node)], **_plain(node)} for node in flow.nodes.values()],
    }


def _flow_from_document(document: Mapping[str, Any]) -> Flow:
    nodes = [_node_from_document(node) for node in document["nodes"]]
    keys = [GlobalKey(**key) for key in document["keys"]]
    return Flow(
        id=document["id"],
        title=document["title"],
        languages=tuple(document["languages"]),
        start=document["start"],
        silence=document["silence"],
        keys={key.key: key for key in keys},
        nodes={node.id: node for node in nodes},
    )


def _script_from_document(document: Mapping[str, Any]) -> Script:
    return Script(**{**document, "review": Review(**document["review"])})


_INNER: dict[str, Callable[[Any], Any]] = {
    "prompts": tuple,
    "wishes": tuple,
    "clocks": lambda items: tuple((answer, zone) for answer, zone in items),
    "options": lambda items: tuple(Option(**item) for item in items),
    "choices": lambda items: tuple(Choice(**item) for item in items),
    "cases": lambda items: tuple((case, node) for case, node in items),
}


def _node_from_document(document: Mapping[str, Any]) -> Node:
    given = dict(document)
    kind = KINDS[given.pop("kind")]
    return kind(**{name: _INNER[name](value) if name in _INNER else value for name, value in given.items()})
