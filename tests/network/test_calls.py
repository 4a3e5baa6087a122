"""Calls on the network of the tests go as a provider would let them go."""

from __future__ import annotations

import pytest

from tests.network import BUSY, DEAD, NEVER, Person, PicksUp
from tests.network.small_hotline import (
    AMINA,
    JOSEPH,
    LEILA,
    PUBLIC,
    SARA,
    change_call,
    dials,
    on_the_network,
    place_call,
)
from tests.telephony.provider.state import LINE


def test_a_helper_takes_a_call_and_is_put_through_to_the_caller_who_agrees() -> None:
    """Joseph presses 1, Amina presses 1, they talk for five minutes, and Joseph says how it was."""
    with on_the_network() as (network, hotline):
        network.add(Person(JOSEPH, "1,7"), Person(AMINA, "1", talks=300))
        call = place_call(network, JOSEPH)
        network.wait_quiet()
    ledger = network.ledger
    [bridge] = ledger.bridges()
    assert bridge.numbers == {JOSEPH, AMINA}
    assert 300 <= (bridge.ended or 0) - bridge.began < 600
    joseph, amina = ledger.leg(call), ledger.rings_of(AMINA)[0]
    assert (joseph.pressed, joseph.outcome, amina.pressed, amina.outcome) == (
        "17",
        "completed",
        "1",
        "completed",
    )
    assert (amina.shown, amina.parent, amina.kind) == (LINE, call, "dialled")
    [dialled] = hotline.about("/dialled")
    assert (dialled["DialCallStatus"], dialled["DialBridged"]) == ("completed", "true")
    assert dialled["DialCallSid"] == amina.sid
    assert 300 <= int(dialled["DialCallDuration"]) < 600
    assert hotline.about("/whisper")[0]["ParentCallSid"] == call
    assert hotline.forged == []


def test_every_leg_is_told_from_beginning_to_end() -> None:
    """What becomes of each of the two phones is told in words and in order, and the provider's record says the same."""
    with on_the_network() as (network, hotline):
        network.add(Person(JOSEPH, "1"), Person(AMINA, "1", talks=60))
        call = place_call(network, JOSEPH)
        network.wait_quiet()
    told = sorted(hotline.about("/leg-status"), key=lambda form: int(form["SequenceNumber"]))
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert {(form["To"], form["From"], form["ParentCallSid"]) for form in told} == {(AMINA, LINE, call)}
    assert int(told[-1]["CallDuration"]) >= 60
    assert [form["CallSid"] for form in hotline.about("/status")] == [call] * 4
    assert {record["status"] for record in network.provider.calls.values()} == {"completed"}


def test_a_caller_who_presses_nothing_is_not_put_through() -> None:
    """A machine or a stranger picks up Amina's phone: nobody is connected, and the helper's call goes on."""
    with on_the_network() as (network, hotline):
        network.add(Person(JOSEPH, "1"), Person(AMINA))
        place_call(network, JOSEPH)
        network.wait_quiet()
    assert network.ledger.bridges() == []
    assert hotline.about("/dialled")[0]["DialCallStatus"] == "no-answer"
    assert network.ledger.legs_of(JOSEPH)[0].heard[-1].clips[-1].endswith("/media/how_was_it.wav")


@pytest.mark.parametrize(
    ("amina", "outcome"),
    [
        (Person(AMINA, reaction=BUSY), "busy"),
        (Person(AMINA, reaction=NEVER), "no-answer"),
        (Person(AMINA, reaction=DEAD), "failed"),
        (Person(AMINA, reaction=PicksUp(2, hangs_up_after=1)), "no-answer"),
    ],
    ids=["busy", "never", "dead", "hangs up"],
)
def test_whatever_becomes_of_a_phone_is_told_to_the_call_that_dialled_it(amina: Person, outcome: str) -> None:
    """Busy, out of reach, rung for nothing, or picked up and put down: the helper's call learns it."""
    with on_the_network() as (network, hotline):
        network.add(Person(JOSEPH, "1"), amina)
        place_call(network, JOSEPH)
        network.wait_quiet()
    assert hotline.about("/dialled")[0]["DialCallStatus"] == outcome
    assert network.ledger.bridges() == []


def test_of_three_phones_that_ring_at_once_the_first_to_agree_is_put_through() -> None:
    """Leila picks up first and hesitates, Sara agrees, Joseph's phone rings: Sara has the call, the others stop."""
    with on_the_network(voice=dials(JOSEPH, LEILA, SARA, whisper="/whisper", timeout="120")) as (
        network,
        hotline,
    ):
        network.add(
            Person(JOSEPH, reaction=PicksUp(90)),
            Person(LEILA, reaction=PicksUp(3)),
            Person(SARA, "1@0.5", reaction=PicksUp(4), talks=120),
        )
        network.ring_in(AMINA, LINE)
        network.wait_quiet()
    outcomes = {number: network.ledger.rings_of(number)[0].outcome for number in (JOSEPH, LEILA, SARA)}
    assert outcomes == {JOSEPH: "canceled", LEILA: "completed", SARA: "completed"}
    [bridge] = network.ledger.bridges()
    assert bridge.numbers == {AMINA, SARA}
    assert hotline.about("/dialled")[0]["DialCallSid"] == network.ledger.rings_of(SARA)[0].sid


def test_with_some_providers_the_first_to_pick_up_stops_the_others() -> None:
    """Leila's voicemail picks up before Sara does: where the provider then stops the others, nobody is put through."""
    with on_the_network(voice=dials(LEILA, SARA, whisper="/whisper", timeout="30")) as (network, hotline):
        network.first_to_pick_up = True
        network.add(Person(LEILA, reaction=PicksUp(1)), Person(SARA, "1", reaction=PicksUp(9)))
        network.ring_in(AMINA, LINE)
        network.wait_quiet()
    assert network.ledger.rings_of(SARA)[0].outcome == "canceled"
    assert hotline.about("/dialled")[0]["DialCallStatus"] == "no-answer"


def test_a_talk_ends_when_its_time_is_up() -> None:
    """Nobody hangs up, and after the time limit both hear that the talk is over."""
    with on_the_network(take=dials(AMINA, timeLimit="300")) as (network, hotline):
        network.add(Person(JOSEPH, "2"), Person(AMINA))
        place_call(network, JOSEPH)
        network.wait_quiet()
    [bridge] = network.ledger.bridges()
    assert 300 <= (bridge.ended or 0) - bridge.began < 600
    assert hotline.about("/dialled")[0]["DialCallStatus"] == "completed"


def test_a_helper_who_hangs_up_ends_the_talk() -> None:
    """Joseph's phone is put down in the middle: Amina's call ends, and the reply's address is told all the same."""
    with on_the_network() as (network, hotline):
        network.add(Person(JOSEPH, "1", talks=30), Person(AMINA, "1"))
        place_call(network, JOSEPH)
        network.wait_quiet()
    assert network.ledger.rings_of(AMINA)[0].outcome == "completed"
    assert hotline.about("/dialled")[0]["CallStatus"] == "completed"


def test_a_flash_hangs_up_before_anything_is_heard() -> None:
    """Amina lets the phone ring once: the hotline is told that nobody was talked to, or that it was short."""
    with on_the_network(voice="<Reject/>") as (network, hotline):
        leg = network.ring_in(AMINA, LINE, hangs_up_after=2)
        network.wait_quiet()
    assert (leg.outcome, leg.answered_at, leg.played) == ("no-answer", None, [])
    assert [form["CallStatus"] for form in hotline.about("/status")] == ["no-answer"]


def test_the_hotline_ends_and_redirects_calls_under_way() -> None:
    """By REST a ringing phone stops ringing, and a call under way goes on with another reply."""
    with on_the_network(speed=20) as (network, _):
        network.add(Person(JOSEPH, reaction=NEVER), Person(LEILA))
        rings, listens = place_call(network, JOSEPH), place_call(network, LEILA)
        network.wait_until(lambda: network.ledger.leg(rings).rang_at and network.ledger.leg(listens).heard)
        assert change_call(network, rings, Status="completed") == 200
        assert change_call(network, listens, Url="https://hotline.example.org/outcome") == 200
        network.wait_quiet()
        assert change_call(network, rings, Status="completed") == 400
    assert network.ledger.leg(rings).outcome == "canceled"
    assert network.ledger.leg(listens).played[-1].endswith("/media/thank_you.wav")


def test_the_hotline_ends_a_talk_for_both() -> None:
    """By REST the helper's call is ended in the middle of a talk, and the caller's phone is put down with it."""
    with on_the_network(speed=50) as (network, _):
        network.add(Person(JOSEPH, "1"), Person(AMINA, "1"))
        call = place_call(network, JOSEPH)
        network.wait_until(lambda: network.ledger.bridges())
        change_call(network, call, Status="completed")
        network.wait_quiet()
    assert [leg.outcome for leg in network.ledger.legs] == ["completed", "completed"]
    assert network.ledger.bridges()[0].ended is not None


def test_a_caller_taken_out_of_a_talk_goes_on_alone() -> None:
    """By REST Amina's leg is sent elsewhere: the talk is over, she hears goodbye, and Joseph says how it was."""
    with on_the_network(speed=50) as (network, hotline):
        network.add(Person(JOSEPH, "1,7"), Person(AMINA, "1"))
        place_call(network, JOSEPH)
        network.wait_until(lambda: network.ledger.bridges())
        [amina] = network.ledger.rings_of(AMINA)
        change_call(network, amina.sid, Url=f"{PUBLIC}/outcome")
        network.wait_quiet()
    assert amina.played[-1].endswith("/media/thank_you.wav")
    assert hotline.about("/dialled")[0]["DialCallStatus"] == "completed"


def test_a_call_ends_when_the_provider_was_told_to_end_it() -> None:
    """A call that was asked for with a time limit doesn't outlast it, whatever the replies say."""
    with on_the_network(helper='<Pause length="3000"/>') as (network, _):
        network.add(Person(JOSEPH))
        call = place_call(network, JOSEPH, TimeLimit="60")
        network.wait_quiet()
    leg = network.ledger.leg(call)
    assert leg.outcome == "completed"
    assert (leg.ended_at or 0) - (leg.answered_at or 0) < 600


def test_a_phone_in_use_is_busy() -> None:
    """Amina is talked to by Joseph, so Leila, who rings her too, doesn't reach her."""
    with on_the_network() as (network, _):
        network.add(Person(JOSEPH, "1"), Person(LEILA, "1"), Person(AMINA, "1", talks=300))
        place_call(network, JOSEPH)
        network.wait_until(lambda: network.ledger.bridges(AMINA))
        place_call(network, LEILA)
        network.wait_quiet(20)
    assert [leg.outcome for leg in network.ledger.rings_of(AMINA)] == ["completed", "busy"]
    assert len(network.ledger.rung_while_busy(AMINA)) == 1
    assert network.ledger.overlapping_bridges() == []
