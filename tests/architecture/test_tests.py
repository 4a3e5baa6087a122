"""The tests themselves: each says in a sentence what it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]


def all_tests() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every test function, with where it stands."""
    for path in sorted(TESTS.rglob("test_*.py")):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(TESTS)}::{node.name}", node


def test_every_test_says_in_a_sentence_what_it_holds() -> None:
    """A programme officer who reads only the sentences knows what is tested."""
    without = [
        place
        for place, test in all_tests()
        if not (said := ast.get_docstring(test)) or not said.strip().endswith((".", "?", "”", '"'))
    ]
    assert without == []
