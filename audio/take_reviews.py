"""What people decide about takes, each in the transaction of whoever asks; and how it is undone. Who may is not judged
here (ivr/recording/reviewing.py).

Where a take was before it was withdrawn or sent back is read off its row: nothing of it is changed by that but its
state, and by whom and why it was sent back.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from audio.shelf import lock, put_up, put_up_again, take_down, was_up
from audio.take_rows import Take
from audio.take_states import Happening, NotNow, TakeState
from audio.takes import Takes

UNREVIEWED: dict[str, Any] = {"reviewed_by": "", "reviewed_on": None, "reason": "", "reason_at": None}


class TakeReviews:
    """Reviews of the takes of one installation. Everything raises TakeUnknown, NotNow and TakeChanged."""

    def __init__(self, takes: Takes) -> None:
        self._takes = takes

    def approve(self, connection: Connection, take_id: str, by: str, today: date) -> Take:
        """Puts a take's clip where it can be published."""
        take = self._locked(connection, take_id)
        told = {"reviewed_by": by, "reviewed_on": today, "reason": ""}
        approved = self._takes.change(connection, take, Happening.APPROVED, **told)
        put_up(connection, approved, today)
        return approved

    def ask_again(
        self, connection: Connection, take_id: str, by: str, reason: str, at: float | None, today: date
    ) -> Take:
        """A reviewer wants another take, for a reason, at a second of the clip. A clip that was approved from it can't
        be published any more; what is on air stays until something else is published."""
        take = self._locked(connection, take_id)
        told = {"reason": reason, "reason_at": at, "reviewed_by": by, "reviewed_on": today}
        sent_back = self._takes.change(connection, take, Happening.SENT_BACK, **told)
        take_down(connection, take)
        return sent_back

    def roll_back_to(self, connection: Connection, take_id: str, by: str, today: date) -> Take:
        """Puts the clip of an approved take before all later ones."""
        take = self._locked(connection, take_id)
        raised = self._takes.change(connection, take, Happening.RAISED, reviewed_by=by, reviewed_on=today)
        put_up(connection, raised, today)
        return raised

    def withdraw(self, connection: Connection, take_id: str, now: float) -> Take:
        """Takes a take back, and its clip from what can be published. Its sound stays for some days
        (audio/erasing.py)."""
        take = self._locked(connection, take_id)
        taken_back = self._takes.change(connection, take, Happening.TAKEN_BACK, touched_at=now)
        take_down(connection, take)
        return taken_back

    def undo_withdrawing(self, connection: Connection, take_id: str, now: float) -> Take:
        """Puts a take back where it was when it was withdrawn, unless it is erased; whatever a worker had begun begins
        again."""
        take = self._locked(connection, take_id)
        if take.state is not TakeState.WITHDRAWN or not take.original_sha:
            raise NotNow(take.state, Happening.UNDONE)
        state = _before_withdrawing(take, up_on=was_up(connection, take))
        if state is TakeState.APPROVED:
            put_up_again(connection, take)
        cleared = UNREVIEWED if state is TakeState.TO_REVIEW else {}
        return self._takes.put_into(connection, take, state, touched_at=now, **cleared)

    def undo_asking_again(self, connection: Connection, take_id: str, approved_by: str, now: float) -> Take:
        """Another take isn't wanted after all. What `approved_by` had approved before is approved as it was; "" where
        nobody had, or nobody knows any more who: then it waits for a review."""
        take = self._locked(connection, take_id)
        if take.state is not TakeState.AGAIN:
            raise NotNow(take.state, Happening.UNDONE)
        was_on = was_up(connection, take) if approved_by else None
        if was_on is None:
            return self._takes.put_into(connection, take, TakeState.TO_REVIEW, touched_at=now, **UNREVIEWED)
        put_up_again(connection, take)
        told = {**UNREVIEWED, "reviewed_by": approved_by, "reviewed_on": was_on}
        return self._takes.put_into(connection, take, TakeState.APPROVED, touched_at=now, **told)

    def _locked(self, connection: Connection, take_id: str) -> Take:
        """A take whose prompt nobody else decides about until the transaction ends."""
        found = self._takes.read(connection, take_id)
        lock(connection, found.prompt, found.language)
        return self._takes.read(connection, take_id)


def _before_withdrawing(take: Take, *, up_on: date | None) -> TakeState:
    if take.refusal:
        return TakeState.REFUSED
    if not take.prompt:
        return TakeState.MATCHING
    if not take.clip_sha:
        return TakeState.RECEIVED
    if take.reason:
        return TakeState.AGAIN
    return TakeState.APPROVED if up_on is not None and take.reviewed_by else TakeState.TO_REVIEW
