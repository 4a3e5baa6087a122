"""When a deletion is tried again: soon at first, once a day in the end, and never all at the same moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.scrubbing.pace import Pace
from ivr.scrubbing.pauses import (
    DAY,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LegUnderWay,
    NoAccount,
    StillThere,
    as_it_stands,
    back_off,
    needs_somebody,
    pause_after,
)
from ivr.telephony.contract import (
    AnswerLost,
    CallUnderWay,
    CredentialsRefused,
    NotAllowedThere,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)

EVERYTHING = [
    AnswerLost(), CallUnderWay(), CredentialsRefused(), NotAllowedThere(), NumberRefused(), ProviderBusy(),
    ProviderOutOfReach(), RequestRefused("no", 20008), LegUnderWay(), NoAccount(), StillThere(), ValueError(),
]  # fmt: skip


def test_the_pauses_grow_from_minutes_to_a_day() -> None:
    """Two minutes after the first failure, four after the second, and never more than a day."""
    minutes = [round(back_off(attempt, 0.0) / 60) for attempt in range(1, 13)]
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440]


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_pause_is_never_shorter_than_two_minutes_or_longer_than_it_may_be(
    attempt: int, chance: float
) -> None:
    """Whatever the number of attempts and whatever chance says, the pause is within its bounds."""
    assert FIRST_PAUSE_SECONDS <= back_off(attempt, chance) <= LONGEST_PAUSE_SECONDS


@given(st.sampled_from(EVERYTHING), st.integers(0, 10_000), st.floats(0, 1))
def test_every_trouble_has_a_pause_and_a_name(problem: Exception, attempts: int, chance: float) -> None:
    """Whatever goes wrong, the row is looked at again within a day or so, and says what it was in few letters."""
    pause = pause_after(problem, attempts, chance)
    assert 60 <= pause.seconds <= LONGEST_PAUSE_SECONDS
    assert 0 < len(pause.trouble) <= 64


@pytest.mark.parametrize("problem", [LegUnderWay(), ProviderBusy()])
def test_waiting_is_no_failure(problem: Exception) -> None:
    """That somebody still talks, or that the provider asks for patience, is not held against the call."""
    assert not pause_after(problem, 3, 0.5).counts


def test_a_refusal_waits_a_day_and_credentials_an_hour() -> None:
    """What a person has to mend is tried again by itself, but seldom."""
    assert pause_after(RequestRefused("no", 20008), 0, 0.5).seconds == DAY
    assert pause_after(CredentialsRefused(), 0, 0.5).seconds == 3600


@pytest.mark.parametrize(
    ("trouble", "attempts", "shown"),
    [
        ("", 0, False), ("under_way", 0, False), ("busy", 0, False), ("out_of_reach", 3, False),
        ("out_of_reach", 4, True), ("not_settled", 4, True), ("still_there", 4, True), ("credentials", 1, True),
        ("refused 20008", 1, True), ("no_account", 1, True), ("unexpected", 1, True),
    ],
)  # fmt: skip
def test_somebody_is_told_of_what_does_not_pass(trouble: str, attempts: int, shown: bool) -> None:
    """What passes by itself bothers nobody for half an hour; what never does is shown at once."""
    assert needs_somebody(trouble, attempts) == shown


@pytest.mark.parametrize(
    ("trouble", "waited", "stands"),
    [
        ("under_way", DAY, "under_way"),
        ("under_way", DAY + 1, "stuck"),
        ("busy", 2 * DAY, "busy"),
        ("", 2 * DAY, ""),
    ],
)
def test_no_call_lasts_a_day(trouble: str, waited: float, stands: str) -> None:
    """A call that is said to be under way a day after it ended needs somebody; until then nobody is bothered."""
    assert as_it_stands(trouble, waited) == stands
    assert needs_somebody(stands, 0) == (stands == "stuck")


def test_no_more_than_a_few_requests_a_second() -> None:
    """Twenty requests take five seconds, however quick the answers are; slow answers are not made slower."""
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(4.0, clock=lambda: now[0], sleep=sleep)
    for _ in range(20):
        pace()
    assert now[0] == pytest.approx(104.75)
    for _ in range(20):
        now[0] += 1.0
        before = now[0]
        pace()
        assert now[0] == before
