"""The demo voice speaks in the demo only: not on a line that played it when the demo was switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from audio.tables import clips
from ivr.cli import cli
from ivr.operations.checks.house import check_lines
from ivr.operations.facts import line_facts
from ivr.publishing.demo_voice import lines_in_demo_voice
from ivr.publishing.lines import all_lines
from tests.hotline import LINE_NUMBER, Hotline
from tests.serving import environment_of


@pytest.fixture
def left_over(small_hotline: Hotline) -> Hotline:
    """What is on air was put there in the demo, and nobody has recorded anything since."""
    with small_hotline.wiring.database.begin() as connection:
        connection.execute(update(clips).values(state="demo"))
    return small_hotline


def problems(hotline: Hotline, demo: bool) -> list[str]:
    wiring = hotline.wiring
    found = line_facts(wiring.database, wiring.releases, wiring.media, demo_allowed=demo)
    assert found is not None
    return [one.found for one in check_lines(found, "media") if one.level == "problem"]


def test_the_doctor_names_it(left_over: Hotline) -> None:
    """In the demo nothing is wrong with it; afterwards the doctor says on which line callers hear a machine."""
    assert problems(left_over, demo=True) == []
    [told] = problems(left_over, demo=False)
    assert "callers hear the demo voice" in told
    with left_over.wiring.database.begin() as connection:
        assert [line.number for line in lines_in_demo_voice(connection, left_over.wiring.releases)] == [
            LINE_NUMBER
        ]
        connection.execute(update(clips).values(state="approved"))
    assert problems(left_over, demo=False) == []


def test_nothing_is_started_for_real_callers(
    left_over: Hotline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Daniel switches the demo off before anybody has recorded: no caller is answered by a machine, and he is told
    what to do. Once people are heard, the line is started."""
    started: list[str] = []
    monkeypatch.setattr("ivr.process_commands.os.execv", lambda program, _command: started.append(program))
    for name, value in environment_of(left_over.wiring.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WARMLINE_DEMO", "no")
    monkeypatch.setenv("WARMLINE_KEYS", str(tmp_path / "keys"))
    refused = CliRunner().invoke(cli, ["web"])
    assert refused.exit_code == 1
    assert LINE_NUMBER in refused.output
    assert "Put recordings of people on air" in refused.output
    assert started == []
    with left_over.wiring.database.begin() as connection:
        assert all_lines(connection)[0].release_id is not None
        connection.execute(update(clips).values(state="approved"))
    assert CliRunner().invoke(cli, ["web"]).exit_code == 0
    assert len(started) == 1
