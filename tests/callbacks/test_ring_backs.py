"""Missed calls are rung back in the order of their coming: once each, in time or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import select

from ivr.callbacks.flash_counts import expired, rung
from ivr.callbacks.flashes import ASKED, OVER, WAITING, Rules
from ivr.callbacks.pace import reserve
from ivr.callbacks.ring_backs import DOUBTFUL_AFTER, DOUBTFUL_UNTIL, LONGEST_RINGING
from ivr.store.callback_tables import flash_counts
from ivr.telephony.contract import (
    AnswerLost,
    CredentialsRefused,
    NotAllowedThere,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)
from ivr.vault.number import PhoneNumber
from tests.callback_rows import put_callback
from tests.callbacks.ring_back_rig import OTHER_LINE, FlashRig, number
from tests.hotline import Clock
from tests.vault.rig import LINE, Rig

AMINA, JOSEPH, LEILA = number(47), number(48), number(49)
PREMIUM = PhoneNumber("+19005550123")
ELSEWHERE = PhoneNumber("+14165550123")
DAY = 86_400.0


@pytest.fixture
def line(rig: Rig) -> Iterator[FlashRig]:
    """A line in flash mode."""
    yield FlashRig(rig, Clock())


def test_a_missed_call_is_rung_back(line: FlashRig) -> None:
    """Amina lets the phone ring once; a second later the provider is asked to ring her, from the line she rang."""
    assert line.flash(AMINA)
    assert line.ring_back_for(1) == 1
    assert line.rung() == [AMINA]
    assert line.row_of(AMINA).leg == line.network.asked[0].sid


def test_workers_are_called_for_the_first_who_waits(line: FlashRig) -> None:
    """The first missed call wakes a worker at once; a thousand more don't make a thousand jobs."""
    for caller in (AMINA, JOSEPH, LEILA):
        line.flash(caller)
    assert len(line.hurried) == 1


def test_whoever_came_first_is_rung_first(line: FlashRig) -> None:
    """Five phones ring within a moment: they are rung back in that order, and no faster than the provider allows."""
    callers = [number(place) for place in (60, 12, 33, 71, 5)]
    for caller in callers:
        line.clock.forward(0.1)
        line.flash(caller)
    line.ring_back_for(10)
    assert line.rung() == callers
    assert all(later.at - earlier.at >= 0.999 for earlier, later in pairwise(line.network.asked))


def test_repeats_are_folded_into_one_ring_back(line: FlashRig) -> None:
    """Amina tries eight times before her phone rings: it rings once, and her place is that of her first try."""
    line.flash(AMINA)
    line.clock.forward(1)
    line.flash(JOSEPH)
    for _ in range(7):
        line.clock.forward(0.2)
        line.flash(AMINA)
    line.ring_back_for(10)
    assert line.rung() == [AMINA, JOSEPH]


def test_ringing_while_the_ring_back_is_under_way_makes_no_other(line: FlashRig) -> None:
    """Amina tries once more while we dial her; the phone rings once. When that call is over she may try anew."""
    line.flash(AMINA)
    line.ring_back_for(1)
    line.flash(AMINA)
    line.ring_back_for(5)
    assert line.rung() == [AMINA]
    line.desk().is_over(line.row_of(AMINA).id, line.network.asked[0].sid)
    line.flash(AMINA)
    line.ring_back_for(5)
    assert line.rung() == [AMINA, AMINA]


def test_two_webhooks_at_once_from_one_phone_make_one_ring_back(line: FlashRig) -> None:
    """Eight web processes note a missed call of the same phone at the same moment: one ring-back."""
    threads = [threading.Thread(target=line.flash, args=(AMINA,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(line.rows()) == 1
    line.ring_back_for(4)
    assert line.rung() == [AMINA]


@pytest.mark.parametrize("caller", [None, PREMIUM, ELSEWHERE])
def test_some_callers_are_only_rejected(line: FlashRig, caller: PhoneNumber | None) -> None:
    """A withheld number, a premium one, and one of a country that isn't called: nothing is noted of them."""
    assert not line.flash(caller)
    assert line.rows() == []
    assert line.vault.rows() == []


def test_a_line_and_its_neighbour_ring_back_from_their_own_numbers(line: FlashRig) -> None:
    """A phone that rang two lines is rung back by each."""
    line.flash(AMINA)
    line.flash(AMINA, line=OTHER_LINE)
    line.ring_back_for(5)
    assert line.rung() == [AMINA, AMINA]


def test_a_busy_phone_is_not_rung_again(line: FlashRig) -> None:
    """Amina's phone is busy when we ring back: that was the one try. No storm comes of it."""
    line.flash(AMINA)
    line.ring_back_for(1)
    line.desk().is_over(line.row_of(AMINA).id, line.network.asked[0].sid)
    line.ring_back_for(600)
    assert line.rung() == [AMINA]


def test_what_would_come_too_late_does_not_come(line: FlashRig) -> None:
    """For twenty minutes nobody works. Then Amina isn't rung any more: she may not be alone. It is counted."""
    line.flash(AMINA)
    line.clock.forward(20 * 60)
    line.flash(JOSEPH)
    line.ring_back_for(5)
    assert line.rung() == [JOSEPH]
    assert line.counts()[expired(LINE)] == 1
    assert line.counts()[rung(LINE)] == 1


def test_a_number_is_rung_back_so_often_a_day(line: FlashRig) -> None:
    """Mallory rings all day from one phone: it is rung back five times, and the next day counts anew."""
    for _ in range(9):
        line.flash(AMINA)
        line.ring_back_for(2)
        row = line.row_of(AMINA)
        line.desk().is_over(row.id, row.leg)
    assert len(line.rung()) == line.rules.a_number == 5
    line.clock.forward(DAY)
    line.flash(AMINA)
    line.ring_back_for(2)
    assert len(line.rung()) == 6


def test_a_number_at_its_cap_keeps_nobody_waiting(line: FlashRig) -> None:
    """Joseph, who comes after a phone that has had its five calls, is rung in its place."""
    line.rules = Rules(a_number=1)
    line.flash(AMINA)
    line.ring_back_for(2)
    line.desk().is_over(line.row_of(AMINA).id, "CA1")
    line.flash(AMINA)
    line.flash(JOSEPH)
    line.ring_back_for(1)
    assert line.rung() == [AMINA, JOSEPH]


@pytest.mark.parametrize("rules", [Rules(an_hour=3), Rules(a_day=3)])
def test_a_line_rings_back_so_many(line: FlashRig, rules: Rules) -> None:
    """When a line has rung back as many as it may, whoever comes is only rejected; the other line goes on."""
    line.rules = rules
    for place in range(6):
        line.clock.forward(0.01)
        line.flash(number(place))
    line.ring_back_for(10)
    assert line.rung() == [number(place) for place in range(3)]
    assert not line.flash(AMINA)
    line.flash(JOSEPH, line=OTHER_LINE)
    line.ring_back_for(3)
    assert line.rung()[3:] == [JOSEPH]


def test_nobody_is_told_to_wait_who_cannot_be_reached_in_time(line: FlashRig) -> None:
    """The queue is as long as the provider could ring in time, and no longer."""
    line.rules = Rules(longest_wait=10.0)
    noted = [line.flash(number(place)) for place in range(15)]
    assert noted == [True] * 10 + [False] * 5


def test_helpers_are_rung_first(line: FlashRig) -> None:
    """While helpers are being rung, no ring-back takes the provider's time from them; then it goes on."""
    worker = line.worker()
    line.flash(AMINA)
    for _ in range(4):
        with line.vault.database.begin() as connection:
            assert reserve(connection, "twilio", line.clock(), 1.0) is not None
    assert worker.run(0.5) == 0
    line.clock.forward(5)
    assert worker.run(0.5) == 1


@pytest.mark.parametrize("error", [NumberRefused("no"), NotAllowedThere("no"), RequestRefused("no", 21000)])
def test_what_never_works_is_not_tried_twice(line: FlashRig, error: Exception) -> None:
    """The provider will never ring this number: that is the end of it."""
    line.network.raised = [error]
    line.flash(AMINA)
    line.ring_back_for(60)
    assert (line.rung(), len(line.network.refused)) == ([], 1)
    assert line.row_of(AMINA).state == OVER


@pytest.mark.parametrize(
    "error", [ProviderBusy("later"), ProviderOutOfReach("away"), CredentialsRefused("who?")]
)
def test_a_provider_that_is_busy_is_asked_again_later(line: FlashRig, error: Exception) -> None:
    """The provider asks for patience three times: it gets some, and then Amina is rung, before Joseph as she came."""
    line.network.raised = [error, error, error]
    line.flash(AMINA)
    line.clock.forward(0.5)
    line.flash(JOSEPH)
    line.ring_back_for(40)
    assert line.rung() == [AMINA, JOSEPH]
    assert all(later - earlier >= 4 for earlier, later in pairwise(line.network.refused))


def test_a_provider_that_stays_away_ends_the_wait(line: FlashRig) -> None:
    """The provider is out of reach for twenty minutes: Amina isn't rung afterwards, and the provider wasn't stormed."""
    line.network.raised = [ProviderOutOfReach("away")] * 10_000
    line.flash(AMINA)
    line.ring_back_for(1200)
    assert line.row_of(AMINA).state == OVER
    assert len(line.network.refused) <= 15 * 60 / 5 + 1
    assert line.counts()[expired(LINE)] == 1


def test_an_answer_that_is_lost_does_not_ring_twice(line: FlashRig) -> None:
    """The provider rings Amina and its answer is lost: it is asked what it has before anything else, and that's all."""
    line.network.lost = [AnswerLost("line broke")]
    line.flash(AMINA)
    line.ring_back_for(120)
    assert line.rung() == [AMINA]
    assert line.network.looked == 1
    assert line.row_of(AMINA).leg == line.network.asked[0].sid


def test_a_request_that_never_arrived_is_made_again(line: FlashRig) -> None:
    """The line to the provider broke before it heard of Amina: having looked, the worker asks again."""
    line.network.raised = [AnswerLost("line broke")]
    line.flash(AMINA)
    line.ring_back_for(120)
    assert line.rung() == [AMINA]
    assert line.network.looked == 1


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("placed", [True, False])
def test_a_worker_killed_while_asking_rings_nobody_twice(line: FlashRig, placed: bool) -> None:
    """A worker dies while the provider is asked, before or after it rings: half a minute on another finds out which."""
    (line.network.lost if placed else line.network.raised).append(Killed())  # type: ignore[arg-type]
    line.flash(AMINA)
    with pytest.raises(Killed):
        line.worker().run(0.5)
    assert line.row_of(AMINA).state == ASKED
    line.ring_back_for(DOUBTFUL_AFTER - 2)
    assert len(line.rung()) == placed
    line.ring_back_for(20)
    assert line.rung() == [AMINA]


def test_the_call_itself_says_that_it_exists(line: FlashRig) -> None:
    """A worker dies right after asking. The phone's webhook comes in: now it is known, and nobody has to look."""
    line.network.lost = [Killed()]
    line.flash(AMINA)
    with pytest.raises(Killed):
        line.worker().run(0.5)
    line.desk().leg_known(line.row_of(AMINA).id, line.network.asked[0].sid)
    line.ring_back_for(100)
    assert line.rung() == [AMINA]
    assert line.network.looked == 0


def test_a_webhook_that_overtakes_a_refusal_counts(line: FlashRig) -> None:
    """The provider seems to be away, and rings Amina all the same: her answer is proof, and she isn't rung again."""
    line.network.raised = [ProviderOutOfReach("away")]
    line.flash(AMINA)
    line.ring_back_for(1)
    assert line.row_of(AMINA).state == WAITING
    line.desk().leg_known(line.row_of(AMINA).id, "CA7")
    line.ring_back_for(100)
    assert line.rung() == []


def test_what_nobody_could_look_up_in_time_is_left(line: FlashRig) -> None:
    """For minutes nobody works after a worker was killed: whether Amina was rung can't be known, so she isn't."""
    line.network.raised = [Killed()]  # type: ignore[list-item]
    line.flash(AMINA)
    with pytest.raises(Killed):
        line.worker().run(0.5)
    line.clock.forward(DOUBTFUL_UNTIL + 10)
    line.ring_back_for(60)
    assert line.rung() == []
    assert line.row_of(AMINA).state == OVER


def test_a_ring_back_whose_end_is_never_told_is_over_in_time(line: FlashRig) -> None:
    """The provider never says how the call ended: three minutes later the next missed call counts anew."""
    line.flash(AMINA)
    line.ring_back_for(1)
    line.ring_back_for(LONGEST_RINGING + 5)
    assert line.row_of(AMINA).state == OVER


@pytest.mark.parametrize("jump", [-7200.0, -40.0, 40.0, 7200.0])
def test_a_clock_that_jumps_rings_nobody_twice(line: FlashRig, jump: float) -> None:
    """The machine's clock is put right while calls wait and are made: none is made twice, none waits for ever."""
    line.network.lost = [AnswerLost("line broke")]
    for caller in (AMINA, JOSEPH):
        line.clock.forward(0.01)
        line.flash(caller)
    line.worker().run(0.5)
    line.clock.forward(jump)
    line.ring_back_for(400)
    assert line.rung().count(AMINA) == 1
    assert line.rung().count(JOSEPH) <= 1
    assert all(row.state == OVER or row.leg for row in line.rows())


def test_where_the_vault_is_away_nobody_is_rung_by_mistake(line: FlashRig) -> None:
    """The key store is gone for some seconds: missed calls are only rejected, and those noted before wait for it."""
    line.flash(AMINA)
    master = line.vault.master_file
    key = master.read_bytes()
    master.unlink()
    assert not line.flash(JOSEPH)
    line.ring_back_for(20)
    assert line.rung() == []
    master.write_bytes(key)
    master.chmod(0o600)
    line.ring_back_for(20)
    assert line.rung() == [AMINA]


def test_a_number_is_shredded_when_its_ring_back_is_over(line: FlashRig) -> None:
    """Amina has been rung back: her number is gone a moment later, and nothing of the missed call is left."""
    line.flash(AMINA)
    entry = line.rows()[0].number_id
    line.ring_back_for(1)
    assert line.worker().clear() == 0
    assert line.vault.has_key(entry)
    line.desk().is_over(line.rows()[0].id, "CA1")
    assert line.worker().clear() == 1
    assert not line.vault.has_key(entry)
    assert (line.vault.rows(), line.rows()) == ([], [])


def test_a_number_that_a_callback_needs_stays(line: FlashRig) -> None:
    """Amina has asked for a callback when we rang back: her number stays for that; the missed call is cleared."""
    line.flash(AMINA)
    entry = line.rows()[0].number_id
    with line.vault.database.begin() as connection:
        put_callback(connection, "c" * 32, at=line.clock(), number_id=entry)
    line.ring_back_for(1)
    line.desk().is_over(line.rows()[0].id, "CA1")
    assert line.worker().clear() == 1
    assert line.vault.has_key(entry)
    assert line.rows() == []


def test_counts_name_nobody_and_are_forgotten(line: FlashRig) -> None:
    """What is counted for the caps holds no number, and is gone two days later."""
    line.flash(AMINA)
    line.ring_back_for(1)
    subjects = list(line.counts())
    assert len(subjects) == 3
    assert not any("55501" in subject for subject in subjects)
    line.clock.forward(2 * DAY)
    line.worker().clear()
    with line.vault.database.connect() as connection:
        assert connection.execute(select(flash_counts)).all() == []


def test_eight_workers_at_once_ring_each_caller_once_and_in_order(line: FlashRig) -> None:
    """Eight workers take from one queue of forty missed calls with all their might: each is rung once, in order."""
    callers = [number(place) for place in range(40)]
    for caller in callers:
        line.clock.forward(0.01)
        line.flash(caller)
    line.rules = Rules(per_second=1e6)
    barrier = threading.Barrier(8)

    def work() -> None:
        worker = line.worker(sleep=lambda _seconds: None)
        barrier.wait()
        while worker.next("twilio") != "nobody":
            line.clock.forward(1e-5)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.rung(), key=callers.index) == callers
    assert len(line.rung()) == 40
