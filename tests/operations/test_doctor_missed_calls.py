"""The doctor says whether missed calls are rung back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.operations.checks.missed_calls import MissedCallFacts, check_missed_calls
from ivr.operations.facts_missed_calls import missed_call_facts
from ivr.publishing.lines import save_line
from tests.hotline import AMINA, LINE, Hotline

FLASH = MissedCallFacts(["First line"])
COUNTRIES = frozenset({"US", "KE"})


def test_nothing_is_said_where_every_call_is_answered() -> None:
    """A hotline without a line in flash mode hears nothing of missed calls."""
    assert check_missed_calls(MissedCallFacts([])) == []


@pytest.mark.parametrize(
    ("facts", "level", "said"),
    [
        (replace(FLASH, rung=12, waiting=1, oldest=3.0), "good", "12 rung back today, 1 waiting"),
        (
            replace(FLASH, not_called=["First line"]),
            "problem",
            "First line rejects callers of its own country",
        ),
        (replace(FLASH, wordless=["First line"]), "warning", "First line answers calls instead"),
        (
            replace(FLASH, waiting=9, oldest=600.0),
            "problem",
            "9 wait to be rung back, the first for 10 minutes",
        ),
        (replace(FLASH, expired=4), "warning", "4 came too late"),
    ],
)
def test_whatever_keeps_callers_from_being_rung_back_is_said(
    facts: MissedCallFacts, level: str, said: str
) -> None:
    """Each thing that goes wrong with missed calls has a line of its own, with what to do next."""
    [finding] = check_missed_calls(facts)
    assert finding.level == level
    assert said in finding.found
    assert finding.next_step or level == "good"


def test_what_the_doctor_finds_of_a_line_in_flash_mode(small_hotline: Hotline) -> None:
    """Amina has just let it ring; nobody works. The doctor sees her wait, and nothing else wrong."""
    wiring, clock = small_hotline.wiring, small_hotline.clock
    with wiring.database.begin() as connection:
        save_line(connection, replace(LINE, flash=True))
    small_hotline.ring(AMINA)
    clock.forward(600)
    facts = missed_call_facts(wiring.database, wiring.releases, COUNTRIES, clock())
    assert facts == MissedCallFacts([LINE.name], [], [], waiting=1, oldest=600.0)
    elsewhere = missed_call_facts(wiring.database, wiring.releases, frozenset({"TZ"}), clock())
    assert elsewhere is not None
    assert elsewhere.not_called == [LINE.name]
