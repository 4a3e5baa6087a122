"""The daily look: what was missed is found at the provider, counted and deleted; what is others' is left."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.scrubbing.reconcile import REMEMBERED_DAYS, Left, share_of
from tests.hotline import AMINA, LINE_NUMBER
from tests.scrubbing.rig import DAY, JOSEPH, Rig
from tests.telephony.fake_rest import Fault


def test_what_was_never_told_to_us_is_found(rig: Rig) -> None:
    """Calls that the hotline knows nothing of, in both directions and with their legs, are found and deleted."""
    old = rig.hotline.clock.now - 2 * DAY
    call = rig.provider.has_call("completed", began=old)
    rig.provider.has_call("completed", to=JOSEPH, from_=LINE_NUMBER, parent=call, began=old)
    rig.provider.has_call("busy", to=AMINA, from_=LINE_NUMBER, began=old)
    rig.provider.has_call("canceled", to=AMINA, from_=LINE_NUMBER, began=old)
    young = rig.provider.has_call("completed")
    assert rig.reconcile() == [Left("twilio", 4, 0, "")]
    assert rig.scrub().done == 4
    assert set(rig.provider.calls) == {young}
    assert rig.looks == [(_today(rig), 4, 0, "")]
    rig.hotline.clock.forward(DAY)
    rig.provider.calls.clear()
    rig.reconcile()
    assert [look[1:] for look in rig.looks] == [(4, 0, ""), (0, 0, "")]


def _today(rig: Rig) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(rig.hotline.clock.now, UTC).date().isoformat()


def test_a_recording_that_appeared_after_its_call_was_deleted(rig: Rig) -> None:
    """A recording is finished hours after everything was deleted: the daily look finds it by its lost call."""
    call = rig.ended_call()
    rig.scrub_later()
    assert rig.waiting == []
    rig.provider.has_recording(call=call, appears_in=5 * 3600)
    rig.hotline.clock.forward(2 * DAY)
    assert rig.reconcile() == [Left("twilio", 0, 1, "")]
    assert rig.scrub().done == 1
    assert rig.provider.recordings == {}
    assert rig.reconcile() == [Left("twilio", 0, 0, "")]


def test_recordings_of_another_use_of_the_account_are_left(rig: Rig) -> None:
    """Another application records calls of the same account: while it keeps them, nobody touches its recordings."""
    foreign = rig.provider.has_call("completed", to=AMINA, from_=JOSEPH)
    recording = rig.provider.has_recording(call=foreign)
    rig.hotline.clock.forward(3 * DAY)
    assert rig.reconcile() == [Left("twilio", 0, 0, "")]
    assert rig.waiting == []
    assert recording in rig.provider.recordings


def test_ours_is_found_among_the_many_of_another_use(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another application keeps more recordings than are asked for in a day: ours has its turn all the same."""
    monkeypatch.setattr("ivr.scrubbing.reconcile.MOST_UNKNOWN_CALLS", 2)
    for _ in range(6):
        rig.provider.has_recording(call=rig.provider.has_call("completed", to=AMINA, from_=JOSEPH))
    ours = rig.provider.has_recording(call="CA" + "f" * 32)
    rig.hotline.clock.forward(3 * DAY)
    for _ in range(4):
        rig.reconcile()
        rig.scrub()
        rig.hotline.clock.forward(DAY)
    assert ours not in rig.provider.recordings
    assert len(rig.provider.recordings) == 6


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 30_000))
def test_every_call_has_its_turn(many: int, most: int, day: int) -> None:
    """Within the days that it takes at best, each call has been asked for, and on no day more than may be."""
    calls = [str(number) for number in range(many)]
    shares = [share_of(calls, day + later, most) for later in range(math.ceil(many / most))]
    assert {call for share in shares for call in share} == set(calls)
    assert all(len(share) == len(set(share)) <= most for share in shares)


def test_a_call_in_trouble_is_counted_and_keeps_its_reason(rig: Rig) -> None:
    """What is on the list already is counted as left, and its attempts and reason stay."""
    call = rig.ended_call(recordings=1)
    rig.provider.faults.append(Fault("refused", "DELETE", "/Recordings/", times=1000))
    for _ in range(6):
        rig.scrub_later(DAY)
    before = rig.waiting
    assert before[0].attempts == 6
    (left,) = rig.reconcile()
    assert (left.calls, left.recordings) == (2, 2)
    assert before[0] in rig.waiting
    rig.provider.faults.clear()
    for _ in range(3):
        rig.scrub_later(DAY)
    assert rig.provider.anything_of(call) == []
    assert rig.waiting == []


def test_a_call_that_is_still_going_on_is_waited_for(rig: Rig) -> None:
    """A call that the provider says has gone on for two days is listed, and deleted only when it ends."""
    stuck = rig.provider.has_call("in-progress", began=rig.hotline.clock.now - 2 * DAY)
    assert rig.reconcile() == [Left("twilio", 1, 0, "")]
    assert rig.scrub() == (0, 1)
    assert rig.waiting[0].trouble == "under_way"
    rig.end_at_the_provider(stuck)
    assert rig.scrub_later() == (1, 0)


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (401, 20003, "credentials"),
        (500, None, "out_of_reach"),
        (429, 20429, "busy"),
        (403, 20008, "refused 20008"),
    ],
)
def test_a_look_that_fails_is_written_down(rig: Rig, status: int, code: int | None, trouble: str) -> None:
    """Where the provider can't be asked, the day's row says why, after one request; half an answer counts as none."""
    rig.provider.has_call("completed", began=rig.hotline.clock.now - 2 * DAY)
    rig.provider.refuse(status, code)
    assert rig.reconcile() == [Left("twilio", 0, 0, trouble)]
    assert len(rig.asked()) == 1
    assert rig.looks == [(_today(rig), 0, 0, trouble)]
    assert rig.waiting == []
    assert rig.reconcile() == [Left("twilio", 1, 0, "")]
    assert rig.looks == [(_today(rig), 1, 0, "")]


def test_old_looks_are_forgotten(rig: Rig) -> None:
    """What was found on a day is remembered for three months."""
    for _ in range(5):
        rig.reconcile()
        rig.hotline.clock.forward(REMEMBERED_DAYS / 3 * DAY)
    assert len(rig.looks) == 4


def test_a_night_without_workers_is_made_good(rig: Rig) -> None:
    """No worker for three days: what stood on the list is deleted, and the look finds nothing that it didn't know."""
    calls = [rig.ended_call(recordings=1) for _ in range(8)]
    rig.hotline.clock.forward(3 * DAY)
    known = {row.call for row in rig.waiting}
    rig.reconcile()
    assert known == set(calls)
    while rig.waiting:
        rig.scrub_later(300)
    assert rig.provider.calls == {}
    assert rig.provider.recordings == {}
