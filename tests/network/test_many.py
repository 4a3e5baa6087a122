"""Many calls at once, and people with whims, on the network of the tests."""

from __future__ import annotations

from random import Random

import pytest
import requests

from ivr.vault.allowed import check_can_be_called
from ivr.vault.number import PhoneNumber
from tests.network import (
    BUSY,
    NEVER,
    SILENT,
    Heard,
    MoodyPerson,
    Move,
    Person,
    PicksUp,
    by_prompt,
    fictional_numbers,
    press,
)
from tests.network.small_hotline import AMINA, JOSEPH, on_the_network, place_call
from tests.telephony.provider.state import ACCOUNT, LINE, TOKEN

HUNDRED = [f"+120255501{number:02}" for number in range(100) if f"+120255501{number:02}" != LINE]


def test_a_hundred_calls_go_on_at_once() -> None:
    """A hundred people ring at the same moment, and each is heard to the end."""
    with on_the_network(speed=200) as (network, hotline):
        network.add(*[Person(number, "1@3") for number in HUNDRED])
        for number in HUNDRED:
            network.ring_in(number, LINE)
        assert len(network.live()) == len(HUNDRED)
        network.wait_quiet(30)
    assert {leg.outcome for leg in network.ledger.legs} == {"completed"}
    assert len(hotline.about("/menu")) == len(hotline.about("/status")) == len(HUNDRED)
    assert hotline.forged == []


def test_people_of_every_mood_leave_nothing_behind() -> None:
    """Busy, silent, asleep or willing: all legs end, no phone is in two talks, and the same seed gives the same."""
    with on_the_network(speed=1000) as (network, _):
        random = Random(7)
        network.add(*[MoodyPerson(number, "1", random, talks=(1, 60)) for number in HUNDRED[:40]])
        for number in HUNDRED[:40]:
            place_call(network, number)
        network.wait_quiet(20)
    outcomes = {leg.outcome for leg in network.ledger.legs}
    assert outcomes >= {"completed", "no-answer"}
    assert network.ledger.overlapping_bridges() == []
    assert network.live() == []


def test_calls_leave_the_providers_queue_one_a_second() -> None:
    """Three calls that are asked for at once are rung one after the other."""
    with on_the_network() as (network, _):
        network.calls_per_second = 0.1
        for number in HUNDRED[:3]:
            network.add(Person(number, reaction=NEVER))
            place_call(network, number, Timeout="1")
        network.wait_quiet()
    rang = [leg.rang_at or 0.0 for leg in network.ledger.legs]
    assert rang[1] - rang[0] > 5 and rang[2] - rang[1] > 5


def test_a_call_in_the_providers_queue_has_not_begun() -> None:
    """Whoever looks for a call by the day on which it began doesn't find one that waits for its turn."""
    with on_the_network() as (network, _):
        network.calls_per_second = 0.001
        network.add(Person(JOSEPH, reaction=BUSY))
        place_call(network, JOSEPH)
        waiting = place_call(network, JOSEPH)
        lists = f"{network.api_url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"

        def found(**asked: str) -> list[str]:
            answer = requests.get(lists, {"To": JOSEPH, **asked}, auth=(ACCOUNT, TOKEN), timeout=10)
            return [call["sid"] for call in answer.json()["calls"]]

        assert waiting not in found(**{"StartTime>": "2000-01-01"})
        assert waiting in found()
        assert found(Status="queued") == [waiting]


def test_numbers_for_many_people_are_such_as_may_be_rung() -> None:
    """A thousand people get numbers of fiction, each another, and each of a country that is called."""
    numbers = fictional_numbers(1000)
    assert len(set(numbers)) == 1000
    for number in numbers[::50]:
        check_can_be_called(PhoneNumber(number), ["US"])


def test_somebody_remembers_how_often_the_phone_rang() -> None:
    """Amina answers at the third ring only."""
    with on_the_network() as (network, _):
        network.add(Person(AMINA, reaction=[NEVER, NEVER, PicksUp(1)]))
        for _again in range(3):
            place_call(network, AMINA, Timeout="5")
            network.wait_quiet()
    assert [leg.outcome for leg in network.ledger.rings_of(AMINA)] == ["no-answer", "no-answer", "completed"]


def test_people_know_what_they_hear() -> None:
    """A person who was told which clip is which presses the key of the prompt, and is silent at others."""
    sha = "a" * 64
    helper = f'<Gather numDigits="1" action="/outcome"><Play>/{sha}.wav</Play></Gather>'
    with on_the_network(helper=helper) as (network, _):
        network.clips.known[sha] = ("take_it", "sw")
        network.add(Person(JOSEPH, by_prompt({"take_it": "4"}, after=0.5)))
        call = place_call(network, JOSEPH)
        network.wait_quiet()
    leg = network.ledger.leg(call)
    assert leg.pressed == "4"
    assert leg.heard[0].said == (("take_it", "sw"),)


def test_a_test_can_press_and_hang_up_by_hand() -> None:
    """Amina listens; the test presses her key, and later puts her phone down."""
    with on_the_network(speed=20, menu='<Pause length="3000"/>') as (network, hotline):
        leg = network.ring_in(AMINA, LINE)
        network.wait_until(lambda: leg.heard)
        network.press(AMINA, "2")
        network.wait_until(lambda: hotline.about("/menu"))
        network.hang_up(AMINA)
        network.wait_quiet()
    assert (leg.pressed, leg.outcome) == ("2", "completed")


def test_a_clip_that_is_not_there_is_noticed_where_clips_are_fetched() -> None:
    """The network asks for the recording itself, as a provider does, and writes down that the caller heard a gap."""
    with on_the_network(clips_fetched=True) as (network, _):
        leg = network.ring_in(AMINA, LINE, hangs_up_after=20)
        network.wait_quiet()
    assert "missing-clip" in leg.troubles


def test_an_error_of_a_person_ends_the_test() -> None:
    """A mistake in what somebody does isn't swallowed by the network."""

    def stumbles(heard: Heard) -> Move:
        return {"menu": press("1")}.get(heard.clips[9], SILENT)

    with pytest.raises(IndexError), on_the_network() as (network, _):
        network.add(Person(AMINA, stumbles))
        network.ring_in(AMINA, LINE, hangs_up_after=20)
        network.wait_quiet()
