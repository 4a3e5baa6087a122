"""What docs/staffing.md shows is what the commands in it print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.staffing_commands import staffing

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = re.findall(
    r"```sh\nwarmline staffing ([^\n]+)\n```\n\n```text\n(.+?)\n```",
    (DOCS / "staffing.md").read_text("utf-8"),
    re.DOTALL,
)


def without_line_ends(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


@pytest.mark.parametrize(("options", "shown"), SHOWN, ids=["example", "check"])
def test_the_document_shows_what_the_command_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str, shown: str
) -> None:
    """A reader who types a command of the page gets what the page shows, figure for figure, and its plot."""
    monkeypatch.chdir(tmp_path)
    words = shlex.split(options.replace("docs/", f"{DOCS}/"))
    done = CliRunner().invoke(staffing, words)
    assert done.exit_code == 0, done.output
    assert without_line_ends(done.stdout) == without_line_ends(shown)
    if "--svg" in words:
        drawn = (tmp_path / "staffing.svg").read_text("utf-8")
        assert drawn == (DOCS / "staffing.svg").read_text("utf-8")
