"""What staff see of the lines."""

from __future__ import annotations

from dataclasses import replace

from click.testing import CliRunner

from ivr.cli import cli
from ivr.publishing.lines import save_line
from tests.hotline import LINE, TODAY, Hotline
from tests.serving import environment_of


def test_each_line_says_what_callers_hear_and_of_which_day(small_hotline: Hotline) -> None:
    """Sara sees which pack is on air on each number and when it was published, and which number has none yet."""
    with small_hotline.wiring.database.begin() as connection:
        save_line(connection, replace(LINE, number="+12025550101", name="Second line"))
    done = CliRunner().invoke(cli, ["line", "list"], env=environment_of(small_hotline.wiring.settings))
    assert done.exit_code == 0, done.output
    first, second = done.output.splitlines()
    assert first.startswith(f"{LINE.number}  First line")
    assert f"on air with first_line, published on {TODAY.isoformat()} (" in first
    assert second.endswith(": not on air")
