"""Nobody forgets that a line still speaks with the demo voice, after trying it or when the demo is switched off."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from audio.tables import clips
from ivr.operations.checks.house import check_lines
from ivr.operations.facts import line_facts
from ivr.publishing.demo_voice import lines_in_demo_voice
from tests.hotline import LINE_NUMBER, Hotline


@pytest.fixture
def left_over(small_hotline: Hotline) -> Hotline:
    """What is on air was put there in the demo, and nobody has recorded anything since."""
    with small_hotline.wiring.database.begin() as connection:
        connection.execute(update(clips).values(state="demo"))
    return small_hotline


def warnings(hotline: Hotline, demo: bool) -> list[str]:
    wiring = hotline.wiring
    found = line_facts(wiring.database, wiring.releases, wiring.media, demo_allowed=demo)
    assert found is not None
    return [
        one.found
        for one in check_lines(found, "media")
        if one.level == "warning" and "demo voice" in one.found
    ]


def test_the_doctor_names_it(left_over: Hotline) -> None:
    """In the demo nothing is wrong with it; elsewhere the doctor says on which line callers hear a machine."""
    assert warnings(left_over, demo=True) == []
    [told] = warnings(left_over, demo=False)
    assert "callers hear the demo voice" in told
    with left_over.wiring.database.begin() as connection:
        assert [line.number for line in lines_in_demo_voice(connection, left_over.wiring.releases)] == [
            LINE_NUMBER
        ]
        connection.execute(update(clips).values(state="approved"))
    assert warnings(left_over, demo=False) == []
