"""A pack as one JSON document, the form in which published packs are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from flows.load import UnknownPackDocument, load_pack, pack_from_document, pack_to_document
from flows.model import Pack
from tests.flows.generated import broken_packs

SHIPPED = Path(__file__).parents[2] / "flows" / "packs" / "first_line"


@settings(max_examples=150, deadline=None)
@given(broken_packs())
def test_document_holds_the_whole_pack(pack: Pack) -> None:
    """A pack that is stored and read again is the same pack, to the last letter and in the same order."""
    again = pack_from_document(json.loads(json.dumps(pack_to_document(pack))))
    assert again == pack
    assert list(again.flows) == list(pack.flows)
    assert [list(flow.nodes) for flow in again.flows.values()] == [list(f.nodes) for f in pack.flows.values()]


def test_shipped_pack_survives_storing() -> None:
    """The pack that ships is stored and read again without loss."""
    pack = load_pack(SHIPPED).pack
    assert pack is not None
    assert pack_from_document(json.loads(json.dumps(pack_to_document(pack)))) == pack


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"format": "warmline pack", "version": 2},
        {"format": "warmline pack", "version": 1},
        {"format": "warmline pack", "version": 1, "id": "a", "entry": "a", "flows": [{}], "scripts": []},
        {"format": "warmline pack", "version": 1, "id": "a", "entry": "a", "flows": 3, "scripts": []},
    ],
)
def test_damaged_document_is_refused(document: dict[str, object]) -> None:
    """A document that is no pack, or is from a newer Warmline, is refused by name rather than half read."""
    with pytest.raises(UnknownPackDocument):
        pack_from_document(document)
