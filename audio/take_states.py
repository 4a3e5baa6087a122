"""The life of a take, as a pure function of its state and what happens to it.

`matching → received → at_work → to_review → approved | again`; a take made by phone begins as `at_provider`. What can't
be used is `refused`; what somebody takes back is `withdrawn`, and for some days can be put back where it was. Every
state but these, `approved` and `again` waits for somebody, and is found again: by a sweep, or by a person on a page.
"""

from __future__ import annotations

from enum import StrEnum


class TakeState(StrEnum):
    """Where a take is."""

    AT_PROVIDER = "at_provider"
    MATCHING = "matching"
    RECEIVED = "received"
    AT_WORK = "at_work"
    TO_REVIEW = "to_review"
    APPROVED = "approved"
    AGAIN = "again"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Happening(StrEnum):
    """What can happen to a take."""

    FETCHED = "fetched"
    """Its sound is here, whole."""
    MATCHED = "matched"
    """Somebody has said which script it is of."""
    BEGUN = "begun"
    """A worker has taken it up."""
    LOST = "lost"
    """Nothing was heard of that worker for too long, or our own work broke on it."""
    GIVEN_BACK = "given_back"
    """What its worker needed isn't there just now, or the worker was told to stop: the take has done nothing."""
    MADE = "made"
    """There is a clip that can be listened to."""
    UNUSABLE = "unusable"
    """It can't be read, there is nothing to hear on it, or it could never be fetched."""
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    """A reviewer wants another one, and has said why."""
    RAISED = "raised"
    """It was approved before, and is to be played again instead of a later one."""
    TAKEN_BACK = "taken_back"
    UNDONE = "undone"
    """That it was taken back, or sent back, was a mistake (audio/take_reviews.py)."""


class NotNow(Exception):
    """This can't happen to a take in this state. Somebody was faster, or is looking at an old page: show it again."""

    def __init__(self, state: TakeState, happening: Happening) -> None:
        self.state = state
        self.happening = happening
        super().__init__(f"{happening} while {state}")


MOST_TRIES = 3
"""What has stopped so many workers stops the next one too."""

S, H = TakeState, Happening
_MOVES: dict[Happening, dict[TakeState, TakeState]] = {
    H.FETCHED: {S.AT_PROVIDER: S.RECEIVED},
    H.MATCHED: {S.MATCHING: S.RECEIVED},
    H.BEGUN: {S.RECEIVED: S.AT_WORK},
    H.GIVEN_BACK: {S.AT_WORK: S.RECEIVED},
    H.MADE: {S.AT_WORK: S.TO_REVIEW},
    H.UNUSABLE: {
        S.AT_PROVIDER: S.REFUSED,
        S.MATCHING: S.REFUSED,
        S.RECEIVED: S.REFUSED,
        S.AT_WORK: S.REFUSED,
    },
    H.APPROVED: {S.TO_REVIEW: S.APPROVED},
    H.SENT_BACK: {S.TO_REVIEW: S.AGAIN, S.APPROVED: S.AGAIN},
    H.RAISED: {S.APPROVED: S.APPROVED},
    H.TAKEN_BACK: {state: S.WITHDRAWN for state in S if state is not S.WITHDRAWN},
}


def after(state: TakeState, happening: Happening, tries: int = 0) -> TakeState:
    """The state in which a take is afterwards. `tries`: how often a worker has taken it up. Raises NotNow."""
    if happening is H.LOST and state is S.AT_WORK:
        return S.RECEIVED if tries < MOST_TRIES else S.REFUSED
    found = _MOVES.get(happening, {}).get(state)
    if found is None:
        raise NotNow(state, happening)
    return found


HAS_A_CLIP = frozenset({S.TO_REVIEW, S.APPROVED, S.AGAIN})
"""In these a clip can be listened to in the recording room, and is made anew when the pipeline improves."""

UNDER_WAY = frozenset({S.AT_PROVIDER, S.MATCHING, S.RECEIVED, S.AT_WORK})
"""In these it isn't known yet whether the take can be used."""
