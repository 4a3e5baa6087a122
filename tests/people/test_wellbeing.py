"""Helpers are people: after a call they breathe, after three hard ones they rest, after four hours they go home."""

from __future__ import annotations

from dataclasses import replace

from ivr.people.wellbeing import Care, Day, Standing, Talked, Verdict, hard_calls_running, standing

CARE = Care()
HOUR = 3600.0


def talked(*ended: float, hard: bool = False) -> list[Talked]:
    return [Talked(end - 600, end, hard) for end in ended]


def test_whoever_is_on_shift_and_has_rested_is_free() -> None:
    """Joseph has just begun."""
    assert standing(Day(0.0), 60.0, CARE) == Verdict(Standing.FREE)


def test_after_each_call_there_is_time_to_breathe() -> None:
    """For a quarter of an hour after a call nobody is asked to take another."""
    day = Day(0.0, talked=talked(1000.0))
    assert standing(day, 1000.0 + 899, CARE) == Verdict(Standing.WRAP_UP, 1900.0)
    assert standing(day, 1900.0, CARE).standing is Standing.FREE


def test_after_three_hard_calls_there_is_a_longer_break() -> None:
    """Leila has had three hard calls running: she rests for three quarters of an hour."""
    calls = talked(1000.0, 3000.0, 5000.0, hard=True)
    assert standing(Day(0.0, talked=calls), 6500.0, CARE) == Verdict(Standing.NEEDS_A_BREAK, 7700.0)
    assert standing(Day(0.0, talked=calls), 7700.0, CARE).standing is Standing.FREE


def test_an_easier_call_or_a_real_break_begins_the_count_again() -> None:
    """What wears people out is one hard call after the other."""
    easier = [*talked(1000.0, 3000.0, hard=True), *talked(5000.0), *talked(7000.0, hard=True)]
    rested = talked(1000.0, 3000.0, 3000.0 + 600 + 45 * 60, hard=True)
    assert hard_calls_running(easier, CARE) == 1
    assert hard_calls_running(rested, CARE) == 1


def test_after_four_hours_nobody_is_asked_any_more() -> None:
    """Whoever has been on call for four hours has done enough for the day."""
    assert standing(Day(0.0), 4 * HOUR, CARE) == Verdict(Standing.DONE_FOR_TODAY)


def test_after_a_risk_to_life_comes_a_debrief() -> None:
    """Nobody is sent into the next call before somebody has talked with them about this one."""
    assert standing(Day(0.0, owes_debrief=True), 60.0, CARE) == Verdict(Standing.DEBRIEF_FIRST)


def test_nobody_is_rung_who_is_talking_off_or_paused() -> None:
    """The phone of a helper who is talking doesn't ring."""
    assert standing(Day(0.0, busy=True), 60.0, CARE) == Verdict(Standing.BUSY)
    assert standing(Day(None), 60.0, CARE) == Verdict(Standing.OFF)
    assert standing(Day(0.0, paused=True), 60.0, CARE) == Verdict(Standing.PAUSED)


def test_going_off_call_or_on_a_break_gets_around_nothing() -> None:
    """Leila owes a debrief, has had three hard calls, or has served her four hours: it makes no difference that she has
    just gone off call, or has paused."""
    calls = talked(1000.0, 3000.0, 5000.0, hard=True)
    for off_or_paused in (Day(None), Day(0.0, paused=True), Day(0.0, break_until=9000.0)):
        owing = replace(off_or_paused, owes_debrief=True)
        worn_out = replace(off_or_paused, talked=calls)
        assert standing(owing, 6500.0, CARE) == Verdict(Standing.DEBRIEF_FIRST)
        assert standing(worn_out, 6500.0, CARE) == Verdict(Standing.NEEDS_A_BREAK, 7700.0)
    assert standing(Day(None, served_seconds=4 * HOUR), 5 * HOUR, CARE) == Verdict(Standing.DONE_FOR_TODAY)
    assert standing(Day(None, served_seconds=3 * HOUR), 5 * HOUR, CARE) == Verdict(Standing.OFF)
    assert standing(Day(None, talked=talked(1000.0)), 1060.0, CARE) == Verdict(Standing.OFF)
