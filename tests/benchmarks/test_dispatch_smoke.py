"""The measuring of how soon helpers are rung: it runs, and its page says what was found, misses included."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import dispatch, dispatch_report
from benchmarks.dispatch import Measured

pytestmark = pytest.mark.xdist_group("fire")


@pytest.mark.timeout(180)
def test_a_tiny_run_writes_the_page_and_its_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a few helpers and real workers everybody is rung, and page and picture are written."""
    assert dispatch.main(["--tiny", "--into", str(tmp_path)]) == 0
    page = (tmp_path / "dispatch.md").read_text()
    assert "| SQLite | 10 |" in page
    assert "everybody who came free was rung | 0 weren't | pass" in page
    assert ElementTree.parse(tmp_path / "dispatch.svg").getroot().tag.endswith("svg")
    assert "pass" in capsys.readouterr().out


def test_what_misses_its_aim_is_said() -> None:
    """Times above a second, a queue that slows everything down, and a helper who was never rung count as misses."""
    measured = Measured(200, "2026-03-01", "make bench-dispatch", waits=[(1, 2.0)], offers=[1])
    measured.seconds = {("SQLite", 10): [0.1] * 50, ("SQLite", 100_000): [1.2] * 50}
    measured.missed = {("SQLite", 10): 0, ("SQLite", 100_000): 1}
    assert dispatch_report.summary(measured).count("MISS") == 3
    assert "12.00 times | MISS" in dispatch_report.report(measured)
