"""Whole calls, and what their provider still knows of them some minutes later: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from ivr.calls.screens import LONGEST_CONNECTION_SECONDS
from ivr.calls.sweep import sweep_calls
from ivr.scrubbing import waiting
from ivr.scrubbing.pauses import NOT_SETTLED, STILL_THERE, UNDER_WAY
from ivr.scrubbing.waiting import AFTER_THE_END_SECONDS, LEASE_SECONDS
from ivr.store.tables import live_calls
from tests.hotline import AMINA
from tests.scrubbing.rig import Rig, rig_on


def test_nothing_is_left_of_a_call_with_both_legs(rig: Rig) -> None:
    """Amina was connected to Joseph and recorded: ten minutes later the provider has neither leg and no recording."""
    call = rig.ended_call(recordings=2)
    assert len(rig.provider.anything_of(call)) == 6
    assert rig.scrub().done == 0
    assert rig.scrub_later() == (1, 0)
    assert rig.provider.anything_of(call) == []
    assert rig.provider.calls == {}
    assert rig.provider.recordings == {}
    assert rig.waiting == []


def test_the_row_is_written_with_the_end_and_says_no_exact_time(rig: Rig) -> None:
    """What has to be deleted is on the list the moment that a call ends, at a whole minute, under no name of ours."""
    call = rig.ring()
    assert rig.waiting == []
    rig.hotline.clock.forward(17.3)
    rig.hang_up(call)
    (row,) = rig.waiting
    assert (row.provider, row.call, row.attempts, row.trouble) == ("twilio", call.id, 0, "")
    assert row.due_at % 60 == 0
    assert AFTER_THE_END_SECONDS <= row.due_at - rig.hotline.clock.now < AFTER_THE_END_SECONDS + 60


def test_a_word_that_comes_again_changes_nothing(rig: Rig) -> None:
    """The end of a call is told three times: there is one row, and after the deletion none comes back."""
    call = rig.ring()
    rig.hang_up(call)
    due_at = rig.waiting[0].due_at
    rig.hotline.clock.forward(120)
    call.hang_up()
    assert [row.due_at for row in rig.waiting] == [due_at]
    rig.scrub_later()
    call.hang_up()
    assert rig.waiting == []


def test_a_call_that_was_never_under_way_here_is_deleted_too(rig: Rig) -> None:
    """A call of which only the end was told, such as one that nobody answered, is on the list like every other."""
    call = "CA" + "9" * 32
    rig.provider.has_call("no-answer", sid=call)
    fields = {"CallSid": call, "AccountSid": rig.hotline.account, "From": AMINA, "CallStatus": "no-answer"}
    for _ in range(2):
        assert rig.hotline.post("/phone/twilio/status", fields).status_code == 204
    assert [row.call for row in rig.waiting] == [call]
    rig.scrub_later()
    assert rig.provider.calls == {}


def test_a_call_whose_end_was_never_told_is_deleted_too(rig: Rig) -> None:
    """The word of the end is lost: the sweep ends the call here, and what the provider has of it goes as well."""
    call = rig.ring()
    rig.end_at_the_provider(call.id)
    rig.hotline.clock.forward(2 * LONGEST_CONNECTION_SECONDS)
    wiring = rig.hotline.wiring
    assert sweep_calls(wiring.database, wiring.rows, wiring.turns, rig.hotline.clock.now).ended == 1
    assert rig.scrub_later() == (1, 0)
    assert rig.provider.calls == {}


def test_nothing_is_deleted_while_somebody_talks(rig: Rig) -> None:
    """Joseph's leg goes on after the caller's is over: nothing of the call is touched until he has hung up."""
    call = rig.ring()
    leg = rig.connect(call, recordings=1)
    rig.provider.become(rig.provider.calls[call.id], "completed", rig.provider.clock())
    call.hang_up()
    for _ in range(3):
        assert rig.scrub_later() == (0, 1)
    assert len(rig.provider.anything_of(call.id)) == 4
    assert rig.asked("DELETE") == []
    assert [(row.attempts, row.trouble) for row in rig.waiting] == [(0, UNDER_WAY)]
    rig.provider.become(rig.provider.calls[leg], "completed", rig.provider.clock())
    assert rig.scrub_later() == (1, 0)
    assert rig.provider.anything_of(call.id) == []


def test_a_call_that_the_provider_has_not_settled_is_waited_for(rig: Rig) -> None:
    """The provider can't delete some calls for hours: recordings go at once, the record as soon as it can."""
    rig.provider.settles_seconds = 3 * 3600
    call = rig.ended_call(recordings=1)
    assert rig.scrub_later() == (0, 1)
    assert rig.provider.recordings == {}
    assert rig.waiting[0].trouble == NOT_SETTLED
    for _ in range(12):
        rig.scrub_later(1800)
    assert rig.provider.anything_of(call) == []
    assert rig.waiting == []


def test_a_recording_that_appears_late_is_found(rig: Rig) -> None:
    """A recording is ready only while its call is being deleted: the look afterwards finds it, and it goes too."""
    call = rig.ended_call()
    state_of = rig.network.state_of

    def ready_at_last(one: str) -> object:
        found = state_of(one)
        if found == "gone" and not rig.provider.deleted_recordings:
            rig.provider.has_recording(call=call)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rig.network, "state_of", ready_at_last)
        assert rig.scrub_later() == (0, 1)
    assert rig.waiting[0].trouble == STILL_THERE
    assert rig.scrub_later(3600) == (1, 0)
    assert rig.provider.recordings == {}
    assert rig.waiting == []


def test_what_is_gone_already_is_done(rig: Rig) -> None:
    """Somebody has deleted the call in the provider's own pages: that is no trouble, and the row goes."""
    call = rig.ended_call(recordings=1)
    rig.provider.calls.clear()
    assert rig.scrub_later() == (1, 0)
    assert rig.provider.anything_of(call) == []


def test_a_simple_call_costs_six_requests(rig: Rig) -> None:
    """What deleting costs is known: six requests for a call without a second leg or a recording."""
    rig.hang_up(rig.ring())
    rig.scrub_later()
    assert len(rig.asked()) == 6


def test_a_line_of_another_account_is_not_asked_about(rig: Rig) -> None:
    """Other calls of the same account, of other numbers, are as they were after everything of ours is gone."""
    foreign = rig.provider.has_call("completed", to=AMINA, from_="+12025550199")
    recording = rig.provider.has_recording(call=foreign)
    rig.ended_call(recordings=1)
    rig.scrub_later()
    rig.hotline.clock.forward(3 * 86_400)
    rig.reconcile()
    rig.scrub()
    assert set(rig.provider.calls) == {foreign}
    assert set(rig.provider.recordings) == {recording}


@pytest.mark.parametrize("jump", [-400 * 86_400.0, -3600.0, 3600.0, 400 * 86_400.0])
def test_a_clock_that_jumps_keeps_nothing_for_ever(rig: Rig, jump: float) -> None:
    """The machine's clock is put right by hours or by a year, either way: the call is deleted within the hour."""
    right = rig.hotline.clock.now
    rig.provider.clock = lambda: right
    rig.hotline.clock.now = right + jump
    call = rig.ring()
    rig.end_at_the_provider(call.id)
    call.hang_up()
    rig.hotline.clock.now = right
    for _ in range(60):
        rig.scrub_later(120)
        if not rig.waiting:
            break
    assert rig.provider.anything_of(call.id) == []
    assert rig.waiting == []


def test_a_lease_of_a_clock_that_jumped_runs_out(rig: Rig) -> None:
    """A worker has claimed a call under a clock a year ahead and died: after the correction somebody else has it."""
    call = rig.ended_call()
    right = rig.hotline.clock.now + AFTER_THE_END_SECONDS
    with rig.hotline.wiring.database.begin() as connection:
        (row,) = waiting.due(connection, right + 60, 10)
        assert waiting.claim(connection, row, right + 366 * 86_400) is not None
    rig.scrub_later()
    assert rig.provider.anything_of(call) == []


def test_the_list_is_worked_off_longest_overdue_first(rig: Rig) -> None:
    """After a night without workers the oldest calls go first, and one pass takes what it can."""
    calls = []
    for _ in range(5):
        calls.append(rig.ended_call())
        rig.hotline.clock.forward(90)
    rig.scrub_later()
    order = [path for path in rig.asked("DELETE") if any(call in path for call in calls)]
    assert order == [f"/Calls/{call}.json" for call in calls]


def test_a_damaged_row_holds_up_nobody(rig: Rig) -> None:
    """A row of a provider that isn't set up any more stays with its reason, and all others are worked off."""
    rig.ended_call()
    with rig.hotline.wiring.database.begin() as connection:
        waiting.add(connection, "nobody", ["CA1", "CA2"], 0.0)
    assert rig.scrub_later().done == 1
    assert {(row.provider, row.trouble) for row in rig.waiting} == {("nobody", "no_account"), ("nobody", "")}
    for _ in range(3):
        rig.scrub_later(60)
    assert {(row.provider, row.trouble) for row in rig.waiting} == {("nobody", "no_account")}


def test_after_the_deletion_no_byte_of_the_providers_id_is_left(tmp_path: Path) -> None:
    """Once the provider's copy is gone, what the provider calls a call is in no file of the database."""
    with rig_on(tmp_path, "") as rig:
        call = rig.ring()
        folder = rig.hotline.wiring.settings.data

        def is_in_a_file() -> bool:
            return any(call.id.encode() in path.read_bytes() for path in folder.glob("warmline.db*"))

        assert is_in_a_file()
        rig.hang_up(call)
        wiring = rig.hotline.wiring
        sweep_calls(wiring.database, wiring.rows, wiring.turns, rig.hotline.clock.now)
        assert is_in_a_file()
        assert rig.scrub_later() == (1, 0)
        assert not is_in_a_file()
        rig.hang_up(rig.ring())


def test_an_end_told_while_it_is_being_deleted_is_not_lost(rig: Rig) -> None:
    """A worker has claimed the row while the same call ends once more: the newer word stays on the list."""
    call = rig.ring()
    rig.hang_up(call)
    rig.hotline.clock.forward(AFTER_THE_END_SECONDS + 60)
    with rig.hotline.wiring.database.begin() as connection:
        (row,) = waiting.due(connection, rig.hotline.clock.now, 10)
        held = waiting.claim(connection, row, rig.hotline.clock.now)
        assert held is not None
    rig.hotline.clock.forward(3700)
    wiring = rig.hotline.wiring
    sweep_calls(wiring.database, wiring.rows, wiring.turns, rig.hotline.clock.now)
    call.hang_up()
    with rig.hotline.wiring.database.begin() as connection:
        assert not waiting.drop(connection, held)
        assert not waiting.put_off(connection, held, 0.0, 1, "out_of_reach")
    assert [row.call for row in rig.waiting] == [call.id]
    assert rig.waiting[0].due_at > rig.hotline.clock.now > held.due_at - LEASE_SECONDS


def test_ending_and_listing_are_one_transaction(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the row can't be written the call isn't ended: there is no moment in which the provider's id is lost."""
    call = rig.ring()
    with rig.hotline.wiring.database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE scrubs RENAME TO scrubs_away")
    try:
        call.hang_up()
        with rig.hotline.wiring.database.connect() as connection:
            found = connection.execute(live_calls.select().where(live_calls.c.provider_call == call.id))
            assert found.first() is not None
    finally:
        with rig.hotline.wiring.database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE scrubs_away RENAME TO scrubs")
    with rig.hotline.wiring.database.begin() as connection:
        connection.execute(update(live_calls).values(turn_at=live_calls.c.turn_at))
    rig.hang_up(call)
    assert [row.call for row in rig.waiting] == [call.id]
