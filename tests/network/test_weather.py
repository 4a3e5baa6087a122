"""Webhooks of the network are late, double, out of order or lost, and it then does what a provider does."""

from __future__ import annotations

import math

from tests.network import Person, PicksUp
from tests.network.small_hotline import (
    AMINA,
    JOSEPH,
    PUBLIC,
    dials,
    on_the_network,
    place_call,
    play,
)
from tests.telephony.fake_rest import Fault
from tests.telephony.provider.state import LINE


def test_status_callbacks_come_again_and_out_of_order() -> None:
    """That the phone rang is told after the talk, and its end twice; numbers in a row say what was first."""
    with on_the_network() as (network, hotline):
        network.add(Person(JOSEPH, "1"), Person(AMINA, "1", talks=30))
        network.weather.add("delayed", "leg-status.*CallStatus=ringing", seconds=(300, 300))
        network.weather.add("repeated", "leg-status.*CallStatus=completed", seconds=(5, 5))
        place_call(network, JOSEPH)
        network.wait_quiet()
    told = hotline.about("/leg-status")
    assert [form["CallStatus"] for form in told][-1] == "ringing"
    assert [form["CallStatus"] for form in told].count("completed") == 2
    assert [form["SequenceNumber"] for form in told] != sorted(form["SequenceNumber"] for form in told)
    assert hotline.forged == []


def test_a_repeated_key_comes_with_the_same_words() -> None:
    """A webhook that is sent twice says the same and changes nothing of the call."""
    with on_the_network() as (network, hotline):
        network.add(Person(AMINA, "1"))
        network.weather.add("repeated", "/menu", seconds=(1, 1))
        leg = network.ring_in(AMINA, LINE)
        network.wait_quiet()
    first, second = hotline.about("/menu")
    assert first == second
    assert (leg.outcome, leg.pressed) == ("completed", "1")


def test_a_hotline_away_for_one_try_is_asked_again() -> None:
    """Nobody listens at the first try: by its usual rule the provider tries once more, and the call goes on."""
    with on_the_network() as (network, _):
        network.add(Person(AMINA, "1"))
        network.weather.add("refused", "/voice")
        leg = network.ring_in(AMINA, LINE)
        network.wait_quiet()
    assert leg.played[-1].endswith("/media/noted.wav")
    assert network.ledger.webhooks[0].tries == 2


def test_a_hotline_away_for_longer_is_replaced_by_the_fallback() -> None:
    """Nobody takes the call's webhooks: the provider turns to the fallback, which says the emergency number."""
    with on_the_network(fallback=play("emergency") + "<Hangup/>") as (network, hotline):
        network.weather.add("refused", "/voice", times=2)
        leg = network.ring_in(AMINA, LINE)
        network.wait_quiet()
    assert (leg.outcome, leg.played[-1]) == ("completed", f"{PUBLIC}/media/emergency.wav")
    assert hotline.about("/fallback")[0]["ErrorCode"] == "11205"


def test_a_web_process_that_is_gone_fails_the_calls_that_need_it() -> None:
    """The port is closed: a call with nobody to ask fails, and once the process is back calls go on."""
    with on_the_network() as (network, _):
        reach, network.reach = network.reach, "http://127.0.0.1:9"
        network.add(Person(JOSEPH, "1"), Person(AMINA, "1", talks=5))
        lost = place_call(network, JOSEPH)
        network.wait_quiet()
        network.reach = reach
        found = place_call(network, JOSEPH)
        network.wait_quiet()
    assert (network.ledger.leg(lost).outcome, network.ledger.leg(found).outcome) == ("failed", "completed")
    assert network.ledger.bridges_between(JOSEPH, AMINA)
    assert {hook.status for hook in network.ledger.told(lost)} == {None}


def test_the_rule_in_an_address_says_what_is_tried_again() -> None:
    """Two more tries on errors, where the address asks for them; an error is otherwise not tried again."""
    with on_the_network(again="<Redirect>/broken#rc=2&amp;rp=5xx,ct</Redirect>") as (network, hotline):
        hotline.fails["/broken"] = math.inf
        network.add(Person(LINE, reaction=PicksUp(1)))
        patient = place_call(network, LINE, "/again")
        network.wait_quiet()
        hasty = place_call(network, LINE, "/broken")
        network.wait_quiet()
    tries = [hook.tries for hook in network.ledger.webhooks if hook.url.endswith("/broken")]
    assert tries == [3, 1]
    assert {network.ledger.leg(sid).outcome for sid in (patient, hasty)} == {"failed"}


def test_an_answer_that_is_lost_on_the_way_back_was_carried_out_all_the_same() -> None:
    """The hotline has answered and the provider never learns it: it turns to the fallback."""
    with on_the_network(fallback=play("emergency") + "<Hangup/>") as (network, hotline):
        network.add(Person(AMINA, "1"))
        network.weather.add("unanswered", "/menu")
        leg = network.ring_in(AMINA, LINE)
        network.wait_quiet()
    assert len(hotline.about("/menu")) == 1
    assert leg.played[-1].endswith("/media/emergency.wav")


def test_a_lost_word_never_arrives() -> None:
    """The hotline is never told that Amina's leg is over."""
    with on_the_network() as (network, hotline):
        network.add(Person(JOSEPH, "1"), Person(AMINA, "1", talks=5))
        network.weather.add("lost", "leg-status.*CallStatus=completed")
        place_call(network, JOSEPH)
        network.wait_quiet()
    assert "completed" not in [form["CallStatus"] for form in hotline.about("/leg-status")]
    assert [hook.lost for hook in network.ledger.webhooks].count(True) == 1


def test_a_call_whose_answer_was_lost_is_rung_all_the_same() -> None:
    """The provider took the order and its answer never came back: the phone rings, and the call can be found."""
    with on_the_network() as (network, _):
        network.add(Person(JOSEPH, "2"))
        network.provider.faults.append(Fault("lost", "POST", "/Calls.json"))
        try:
            place_call(network, JOSEPH)
        except OSError:
            network.wait_until(lambda: network.ledger.rings_of(JOSEPH))
        network.wait_quiet()
    [leg] = network.ledger.rings_of(JOSEPH)
    assert leg.sid in network.provider.calls
    assert leg.pressed == "2"


def test_in_a_storm_every_call_still_comes_to_its_end() -> None:
    """Half of everything late, half of it double: Joseph and Amina talk once, and every leg is told to be over."""
    with on_the_network(speed=1000) as (network, hotline):
        network.add(Person(JOSEPH, "1"), Person(AMINA, "1", talks=60))
        network.weather.storm(late=0.5, twice=0.5, seconds=60)
        place_call(network, JOSEPH)
        network.wait_quiet(20)
    assert len(network.ledger.bridges()) == 1
    assert any(hook.repeated for hook in network.ledger.webhooks)
    ended = {form["CallSid"] for form in hotline.about("/leg-status") if form["CallStatus"] == "completed"}
    assert ended == {network.ledger.rings_of(AMINA)[0].sid}


def test_a_dial_without_anybody_goes_on_at_once() -> None:
    """A reply that names nobody to ring is told that it failed."""
    with on_the_network(voice=dials()) as (network, hotline):
        network.ring_in(AMINA, LINE)
        network.wait_quiet()
    assert hotline.about("/dialled")[0]["DialCallStatus"] == "failed"
