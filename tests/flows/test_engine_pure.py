"""The engine touches nothing but what it is given."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FLOWS = Path(__file__).parents[2] / "flows"
ROOM = ["engine", "answers", "arrivals", "keys", "silence", "paths", "walk", "screens", "session"]
ALLOWED = {"__future__", "collections", "dataclasses", "json", "typing", "flows"}
WORLDLY = {"open", "print", "input", "exec", "eval", "__import__"}


@pytest.mark.parametrize("name", ROOM)
def test_the_engine_knows_no_clock_no_disk_and_no_network(name: str) -> None:
    """A turn depends on what the caller did and on nothing else, so that it can be tested and repeated exactly."""
    tree = ast.parse((FLOWS / f"{name}.py").read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] in ALLOWED
        elif isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= ALLOWED
        elif isinstance(node, ast.Name):
            assert node.id not in WORLDLY
