"""The two interpreters of replies, in Python and in the browser, do exactly the same, and do what a provider does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.drive import Drive

CASES = json.loads(Path(__file__).with_name("conformance.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_terminal_executes_replies_as_a_provider_does(case: dict[str, Any]) -> None:
    """Every written-down call goes, second by second, as the provider would let it go."""
    assert Drive(case).run() == case["trace"]


def test_every_case_has_a_name_of_its_own() -> None:
    """No written-down call hides another one of the same name."""
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) > 60
