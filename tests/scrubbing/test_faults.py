"""What can stand in the way of a deletion, one by one: what is done about it, and how often the provider is asked."""

from __future__ import annotations

import socket

import pytest

from ivr.scrubbing import batch as batch_module
from ivr.scrubbing.pauses import SOON_SHOWN
from ivr.scrubbing.status import in_words, status
from ivr.telephony.twilio_network import TwilioNetwork
from tests.hotline import ACCOUNT, TOKEN
from tests.scrubbing.rig import DAY, IMPATIENT_SECONDS, Rig
from tests.telephony.fake_rest import Fault, Refusal

EVERY_STEP = [
    ("GET", r"/Calls\.json"),
    ("GET", r"/Calls/"),
    ("GET", r"/Recordings\.json"),
    ("DELETE", r"/Recordings/"),
    ("DELETE", r"/Calls/"),
]


def troubles(rig: Rig) -> list[tuple[int, str]]:
    """Attempts and trouble of each row."""
    return [(row.attempts, row.trouble) for row in rig.waiting]


def pass_until_done(rig: Rig, most: int = 40) -> None:
    """Time passes, with a worker that looks every quarter of an hour."""
    for _ in range(most):
        if not rig.waiting:
            return
        rig.scrub_later(900)
    raise AssertionError(troubles(rig))


@pytest.mark.parametrize(("method", "path"), EVERY_STEP)
@pytest.mark.parametrize("kind", ["refused", "silent", "lost", "cut"])
def test_whatever_fails_at_any_step_is_done_in_the_end(rig: Rig, kind: str, method: str, path: str) -> None:
    """A 500, a silence, a lost answer or a broken line at any step: the row stays, and later everything is gone."""
    call = rig.ended_call(recordings=1)
    refusal = Refusal(500, 20500) if kind == "refused" else None
    fault = Fault(kind, method, path, seconds=2 * IMPATIENT_SECONDS, refusal=refusal)  # type: ignore[arg-type]
    rig.provider.faults.append(fault)
    with rig.impatient():
        assert rig.scrub_later() == (0, 1)
    assert troubles(rig) == [(1, "out_of_reach")]
    assert fault.times == 0
    pass_until_done(rig)
    assert rig.provider.anything_of(call) == []


def test_what_was_done_although_the_answer_was_lost_is_not_asked_for_again(rig: Rig) -> None:
    """A call is deleted and the answer lost: the next pass sees that it is gone, and deletes nothing a second time."""
    rig.hang_up(rig.ring())
    rig.provider.faults.append(Fault("lost", "DELETE", "/Calls/"))
    rig.scrub_later()
    assert len(rig.asked("DELETE")) == 1
    pass_until_done(rig)
    assert len(rig.asked("DELETE")) == 1


@pytest.mark.parametrize(
    ("refusal", "trouble"),
    [
        (Refusal(401, 20003), "credentials"),
        (Refusal(403, 20008), "refused 20008"),
        (Refusal(400, None), "refused 400"),
    ],
)
def test_a_permanent_error_is_asked_about_exactly_once(rig: Rig, refusal: Refusal, trouble: str) -> None:
    """What never passes by itself costs one request, is shown with its reason, and isn't dropped."""
    call = rig.ended_call(recordings=1)
    rig.provider.refuse(refusal.status, refusal.code, times=100)
    assert rig.scrub_later() == (0, 1)
    for _ in range(30):
        rig.scrub_later(60)
    assert len(rig.asked()) == 1
    assert troubles(rig) == [(1, trouble)]
    with rig.hotline.wiring.database.connect() as connection:
        assert status(connection, rig.hotline.clock.now).troubles == {trouble: 1}
    rig.provider.refusals.clear()
    rig.scrub_later(2 * DAY)
    assert rig.provider.anything_of(call) == []
    assert rig.waiting == []


def test_with_wrong_credentials_the_others_are_not_tried(rig: Rig) -> None:
    """Twenty calls wait and the token has been changed: one request tells, and the other nineteen are left in peace."""
    for _ in range(20):
        rig.hang_up(rig.ring())
    rig.provider.refuse(401, 20003, times=100)
    assert rig.scrub_later() == (0, 1)
    assert len(rig.asked()) == 1
    assert len(rig.waiting) == 20


def test_a_provider_that_asks_for_patience_gets_it(rig: Rig) -> None:
    """ "Too many requests" ends the pass, isn't held against the call, and a minute later work goes on."""
    for _ in range(5):
        rig.hang_up(rig.ring())
    rig.provider.refuse(429, 20429)
    assert rig.scrub_later() == (0, 1)
    assert len(rig.asked()) == 1
    assert (0, "busy") in troubles(rig)
    assert rig.scrub_later(61) == (5, 0)
    assert rig.provider.calls == {}


def test_a_provider_that_is_down_is_left_alone_soon(rig: Rig) -> None:
    """Nothing answers: after three calls the pass ends, instead of waiting for each of a hundred."""
    for _ in range(10):
        rig.hang_up(rig.ring())
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = TwilioNetwork(ACCOUNT, TOKEN, f"http://127.0.0.1:{unused.getsockname()[1]}")
        online, rig.network = rig.network, nowhere
        try:
            assert rig.scrub_later().put_off == batch_module.SILENCES_IN_A_ROW
        finally:
            rig.network = online
    pass_until_done(rig)
    assert rig.provider.calls == {}


def test_one_call_that_always_fails_holds_up_nobody(rig: Rig) -> None:
    """The provider stumbles over one call every time: it is put off for longer and longer, the others go."""
    stuck = rig.ended_call()
    others = [rig.ended_call() for _ in range(4)]
    rig.provider.faults.append(Fault("refused", "", stuck, times=1000))
    assert rig.scrub_later().done == 4
    assert rig.provider.anything_of(*others) == []
    for _ in range(24):
        rig.scrub_later(3600)
    (row,) = rig.waiting
    assert row.call == stuck
    assert SOON_SHOWN < row.attempts < 12
    with rig.hotline.wiring.database.connect() as connection:
        assert status(connection, rig.hotline.clock.now).troubles == {"out_of_reach": 1}


def test_what_was_deleted_and_is_still_there_is_noticed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider says "deleted" and deletes nothing: the row isn't dropped, and the reason is told in words."""
    call = rig.ended_call()
    monkeypatch.setattr(rig.network, "delete_call", lambda _call: None)
    rig.scrub_later()
    assert [row.trouble for row in rig.waiting] == ["still_there"]
    assert in_words("still_there") == "it was deleted and is still there"
    monkeypatch.undo()
    pass_until_done(rig)
    assert rig.provider.anything_of(call) == []


def test_something_unforeseen_is_no_end_of_the_pass(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of our own while one call is deleted: its row stays and says so, and the next call is deleted."""
    first, second = rig.ended_call(), rig.ended_call()
    legs_of = rig.network.legs_of

    def stumble(call: str) -> list[str]:
        if call == first:
            raise ZeroDivisionError
        return legs_of(call)

    monkeypatch.setattr(rig.network, "legs_of", stumble)
    assert rig.scrub_later() == (1, 1)
    assert troubles(rig) == [(1, "unexpected")]
    assert rig.provider.anything_of(second) == []
    assert rig.provider.anything_of(first) != []


def test_a_pass_ends_before_its_job_does(rig: Rig) -> None:
    """A long list is worked off in passes of some seconds, so that other jobs have their turn between them."""
    for _ in range(6):
        rig.hang_up(rig.ring())
    rig.hotline.clock.forward(600)
    ticks = iter(float(tick) for tick in range(0, 1000, 10))
    batch = rig.batch()
    batch.clock = lambda: next(ticks)
    assert batch.run().done == 2
    assert len(rig.waiting) == 4


def test_nothing_of_a_trouble_names_a_number_or_a_call(rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    """What is logged of a deletion that fails names neither a phone number nor the provider's call."""
    call = rig.ended_call(recordings=1)
    for _ in range(6):
        rig.provider.refuse(500, 20500, "+12025550142 called +12025550100")
        rig.scrub_later(DAY)
    captured = capfd.readouterr()
    said = "".join(line for line in (captured.out + captured.err).splitlines() if "HTTP/1.1" not in line)
    assert "records_not_deleted" in said
    assert "2025550" not in said
    assert call not in said
