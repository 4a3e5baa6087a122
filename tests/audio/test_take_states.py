"""The life of a take, as a pure function."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.take_states import (
    HAS_A_CLIP,
    MOST_TRIES,
    UNDER_WAY,
    Happening,
    NotNow,
    TakeState,
    after,
)

Step = tuple[Happening, int]
STEPS = st.lists(st.tuples(st.sampled_from(Happening), st.integers(0, MOST_TRIES + 1)), max_size=40)
STARTS = st.sampled_from([TakeState.AT_PROVIDER, TakeState.MATCHING, TakeState.RECEIVED])


def lived(start: TakeState, steps: list[Step]) -> list[tuple[TakeState, Happening]]:
    """Each state of a life, with what had just happened; what can't happen changes nothing."""
    found, state = [(start, Happening.FETCHED)], start
    for happening, tries in steps:
        try:
            state = after(state, happening, tries)
        except NotNow:
            continue
        found.append((state, happening))
    return found


@given(STARTS, STEPS)
def test_only_a_reviewer_makes_an_approved_recording(start: TakeState, steps: list[Step]) -> None:
    """Whatever happens in whatever order, nothing is approved that nobody has heard and approved."""
    life = lived(start, steps)
    for (before, _), (state, happening) in pairwise(life):
        if state is TakeState.APPROVED:
            assert (before, happening) in (
                (TakeState.TO_REVIEW, Happening.APPROVED),
                (TakeState.APPROVED, Happening.RAISED),
            )


@given(STARTS, STEPS)
def test_what_was_withdrawn_or_refused_never_comes_back(start: TakeState, steps: list[Step]) -> None:
    """Sara takes a recording back: no worker, reviewer or late message puts it on the shelf again."""
    life = [state for state, _ in lived(start, steps)]
    if TakeState.WITHDRAWN in life:
        assert set(life[life.index(TakeState.WITHDRAWN) :]) == {TakeState.WITHDRAWN}
    if TakeState.REFUSED in life:
        assert set(life[life.index(TakeState.REFUSED) :]) <= {TakeState.REFUSED, TakeState.WITHDRAWN}


@given(STARTS, STEPS)
def test_a_clip_can_be_heard_only_after_one_was_made(start: TakeState, steps: list[Step]) -> None:
    """A take that can be listened to has been through a worker's hands."""
    life = lived(start, steps)
    made = [happening for _, happening in life].count(Happening.MADE)
    assert made <= 1
    if any(state in HAS_A_CLIP for state, _ in life):
        assert made == 1


def test_no_take_waits_for_ever() -> None:
    """From each state that waits for a machine there is a way on, and three lost workers are enough."""
    for state in UNDER_WAY:
        assert after(state, Happening.TAKEN_BACK) is TakeState.WITHDRAWN
        assert after(state, Happening.UNUSABLE) is TakeState.REFUSED
    assert after(TakeState.AT_WORK, Happening.LOST, MOST_TRIES - 1) is TakeState.RECEIVED
    assert after(TakeState.AT_WORK, Happening.LOST, MOST_TRIES) is TakeState.REFUSED


def test_what_cannot_happen_says_so() -> None:
    """A reviewer who looks at an old page is told where the take is by now."""
    with pytest.raises(NotNow) as refused:
        after(TakeState.APPROVED, Happening.APPROVED)
    assert refused.value.state is TakeState.APPROVED
    assert str(refused.value) == "approved while approved"
