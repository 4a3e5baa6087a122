"""Who is on call, by the roster and by their own choice."""

from __future__ import annotations

from datetime import date

from ivr.people.on_call import APART, LONGEST, NO_CHOICE, Choice, Stretch, choose, just_over, on_call
from ivr.people.roster import OnShift

HOUR = 3600.0


def shift(begins: float, ends: float) -> OnShift:
    return OnShift("joseph", "s1", begins * HOUR, ends * HOUR, date(2026, 3, 6))


EVENING = [shift(18, 22)]


def test_the_roster_says_who_is_on_call() -> None:
    """Joseph is on call from six to ten because his shift is."""
    assert on_call(EVENING, NO_CHOICE, 18 * HOUR - 1) is None
    assert on_call(EVENING, NO_CHOICE, 18 * HOUR) == Stretch(18 * HOUR, 22 * HOUR)
    assert on_call(EVENING, NO_CHOICE, 22 * HOUR) is None


def test_off_wins_until_the_next_shift_begins() -> None:
    """Joseph goes home ill at seven; tomorrow's shift finds him on call again."""
    ill = Choice("off", 19 * HOUR, 18 * HOUR)
    assert on_call(EVENING, ill, 20 * HOUR) is None
    assert on_call([*EVENING, shift(42, 46)], ill, 43 * HOUR) == Stretch(42 * HOUR, 46 * HOUR)


def test_off_before_a_shift_does_not_take_the_shift_away() -> None:
    """Whoever ends a time on call of their own at five has still promised to be there at six."""
    assert on_call(EVENING, Choice("off", 17 * HOUR, 16 * HOUR), 19 * HOUR) == Stretch(18 * HOUR, 22 * HOUR)


def test_on_holds_without_a_shift_and_ends_by_itself() -> None:
    """Leila goes on call and forgets it: twelve hours later she is off."""
    on = choose([], NO_CHOICE, "on", 8 * HOUR)
    assert on_call([], on, 8 * HOUR + LONGEST - 1) == Stretch(8 * HOUR, 8 * HOUR + LONGEST)
    assert on_call([], on, 8 * HOUR + LONGEST) is None


def test_going_off_and_on_again_is_no_rest() -> None:
    """Leila has been on call for nearly four hours; two taps don't make four more of them."""
    on = choose([], NO_CHOICE, "on", 8 * HOUR)
    off = choose([], on, "off", 11.9 * HOUR)
    again = choose([], off, "on", 12 * HOUR)
    assert on_call([], off, 11.95 * HOUR) is None
    assert on_call([], again, 12 * HOUR) == Stretch(8 * HOUR, 8 * HOUR + LONGEST)
    as_rostered = choose([], on, "", 11.9 * HOUR)
    assert choose([], as_rostered, "on", 12 * HOUR).stretch_began == 8 * HOUR


def test_a_time_on_call_is_remembered_for_as_long_as_a_rest_takes() -> None:
    """Leila goes off after nearly four hours, or her shift ends: for an hour it is known how long she had served."""
    off = choose([], choose([], NO_CHOICE, "on", 8 * HOUR), "off", 11.9 * HOUR)
    assert just_over([], off, 12 * HOUR) == Stretch(8 * HOUR, 11.9 * HOUR)
    assert just_over([], off, 12.9 * HOUR) is None
    assert just_over(EVENING, NO_CHOICE, 21 * HOUR) is None
    assert just_over(EVENING, NO_CHOICE, 22 * HOUR) == Stretch(18 * HOUR, 22 * HOUR)
    assert just_over(EVENING, choose(EVENING, NO_CHOICE, "off", 21 * HOUR), 21.5 * HOUR) == Stretch(
        18 * HOUR, 21 * HOUR
    )
    assert just_over([], NO_CHOICE, 8 * HOUR) is None


def test_whoever_has_rested_begins_anew() -> None:
    """An hour later, Leila's time counts from the beginning."""
    off = choose([], choose([], NO_CHOICE, "on", 8 * HOUR), "off", 11 * HOUR)
    assert choose([], off, "on", 11 * HOUR + APART).stretch_began == 11 * HOUR + APART


def test_a_forgotten_choice_does_not_hold_the_next_one_back() -> None:
    """Whoever chose on again and again, until it ended by itself, can choose it anew the next time."""
    on = choose([], NO_CHOICE, "on", 0.0)
    again = choose([], on, "on", LONGEST - 60)
    assert on_call([], again, LONGEST) is None
    assert on_call([], choose([], again, "on", LONGEST + 60), LONGEST + 60) is not None


def test_shifts_that_touch_are_one_time_on_call() -> None:
    """Two shifts with half an hour between them count as one; with an hour they don't."""
    touching = [shift(8, 10), shift(10.5, 13)]
    assert on_call(touching, NO_CHOICE, 12 * HOUR) == Stretch(8 * HOUR, 13 * HOUR)
    assert on_call(touching, NO_CHOICE, 10.2 * HOUR) is None
    assert on_call([shift(8, 10), shift(11, 13)], NO_CHOICE, 12 * HOUR) == Stretch(11 * HOUR, 13 * HOUR)


def test_being_on_by_choice_before_a_shift_counts_too() -> None:
    """Joseph goes on call at five, before his shift at six: his time began at five."""
    early = choose(EVENING, NO_CHOICE, "on", 17 * HOUR)
    assert on_call(EVENING, early, 19 * HOUR) == Stretch(17 * HOUR, 17 * HOUR + LONGEST)


def test_a_rest_within_a_long_shift_counts_and_a_short_absence_does_not() -> None:
    """Joseph leaves his night for two hours, and comes back rested; had it been half an hour, his time went on."""
    night = [shift(22, 34)]
    off = choose(night, NO_CHOICE, "off", 26 * HOUR)
    rested = choose(night, off, "", 28 * HOUR)
    back_at_once = choose(night, off, "", 26.5 * HOUR)
    assert on_call(night, rested, 29 * HOUR) == Stretch(28 * HOUR, 34 * HOUR)
    assert on_call(night, back_at_once, 29 * HOUR) == Stretch(22 * HOUR, 34 * HOUR)
