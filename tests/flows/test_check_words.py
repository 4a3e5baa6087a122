"""What `warmline flow check` says, word by word: a change of a message is seen in the difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.flow_commands import flow

PACKS = Path(__file__).parent / "packs"


@pytest.mark.parametrize("name", ["writing", "references", "sense"])
def test_every_mistake_is_said_as_agreed(name: str) -> None:
    """Each mistake of the sample packs is reported in the agreed words, in its file and line."""
    result = CliRunner().invoke(flow, ["check", str(PACKS / name)])
    assert result.output == (PACKS / name / "expected.txt").read_text(encoding="utf-8")
    assert result.exit_code == 1


def test_no_hint_is_left_out() -> None:
    """Whoever reads a mistake also reads what to do about it."""
    for name in ("writing", "references", "sense"):
        lines = (PACKS / name / "expected.txt").read_text(encoding="utf-8").split("\n")
        for position, line in enumerate(lines):
            if line.startswith(("  MISTAKE", "  warning")):
                assert lines[position + 1].startswith("           ")
                assert lines[position + 1].strip()
