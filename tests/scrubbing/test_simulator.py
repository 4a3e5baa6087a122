"""The telephones in the browser are scrubbed like a provider: what they leave behind goes by the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.jobs.scrubs import reconcile_with_providers, scrub_what_is_due
from ivr.scrubbing import waiting
from ivr.telephony.contract import CallUnderWay, RecordingMissing
from ivr.telephony.simulator.exchange import Exchange, Leg, new_leg_id
from ivr.telephony.simulator.parts import tell_unanswered
from ivr.telephony.simulator.patience import LONGEST_CALL
from ivr.telephony.simulator.recordings import Recordings
from ivr.telephony.simulator.terminal import hum
from ivr.wiring import networks_of
from tests.hotline import (
    AMINA,
    LINE,
    LINE_NUMBER,
    SIMULATOR_ACCOUNT,
    SIMULATOR_TOKEN,
    Hotline,
    make_hotline,
    with_simulator,
)

STEP = 600


@pytest.fixture
def simulated(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hotline]:
    """A hotline on the simulator, on the clock of the test."""
    made = make_hotline(
        tmp_path / "data", database_url, line=replace(LINE, provider="simulator"), **with_simulator()
    )
    made.account, made.token = SIMULATOR_ACCOUNT, SIMULATOR_TOKEN
    monkeypatch.setattr("ivr.telephony.simulator.parts.time.time", made.clock)
    yield made
    made.wiring.database.dispose()


def exchange_of(hotline: Hotline) -> Exchange:
    """Where the telephones meet."""
    return Exchange(hotline.wiring.database, hotline.clock)


def recordings_of(hotline: Hotline) -> Recordings:
    """Where recordings are kept."""
    return Recordings(
        hotline.wiring.settings.data / "tmp" / "recordings", hotline.wiring.database, hotline.clock
    )


def on_the_phone(hotline: Hotline) -> tuple[str, str]:
    """Amina rings from a page, and Joseph's page is dialled; the ids of both legs."""
    exchange, call = exchange_of(hotline), hotline.ring(provider="simulator").press("1")
    exchange.add(Leg(call.id, "incoming", AMINA, LINE_NUMBER, state="answered"), 0)
    leg = Leg(new_leg_id(), "dialled", LINE_NUMBER, "+12025550151", dialled_by=call.id, state="ringing")
    exchange.add(leg, 60)
    return call.id, leg.id


def test_nothing_is_left_of_a_simulated_call(simulated: Hotline) -> None:
    """Both telephones have been put down and one had recorded: legs and recording are gone ten minutes later."""
    exchange, shelf = exchange_of(simulated), recordings_of(simulated)
    call, leg = on_the_phone(simulated)
    shelf.keep("RE" + "a" * 32, hum(1), call)
    fields = {"CallSid": call, "AccountSid": simulated.account, "From": AMINA, "CallStatus": "completed"}
    simulated.post("/phone/simulator/status", fields)
    simulated.clock.forward(STEP)
    assert scrub_what_is_due(simulated.wiring) == (0, 1)
    assert shelf.of(call) != []
    exchange.leave(leg, "completed")
    exchange.leave(call, "completed")
    simulated.clock.forward(STEP)
    assert scrub_what_is_due(simulated.wiring) == (1, 0)
    assert exchange.leg(call) is None
    assert exchange.leg(leg) is None
    assert shelf.of(call) == []
    with pytest.raises(RecordingMissing):
        shelf.fetch("RE" + "a" * 32)


def test_the_daily_look_finds_what_telephones_left(simulated: Hotline) -> None:
    """A page was closed in the middle of a call, and nobody told us: a day later its legs are found and deleted."""
    exchange = exchange_of(simulated)
    leg = Leg(new_leg_id(), "incoming", AMINA, LINE_NUMBER, state="answered")
    exchange.add(leg, 0)
    recordings_of(simulated).keep("RE" + "b" * 32, hum(1), "CA" + "7" * 32)
    simulated.clock.forward(2 * 86_400)
    found = {left.provider: left for left in reconcile_with_providers(simulated.wiring)}
    assert (found["simulator"].calls, found["simulator"].recordings) == (1, 1)
    exchange.leave(leg.id, "completed")
    simulated.clock.forward(STEP)
    assert scrub_what_is_due(simulated.wiring).done == 2
    assert exchange.leg(leg.id) is None
    assert recordings_of(simulated).of("CA" + "7" * 32) == []
    with simulated.wiring.database.connect() as connection:
        assert waiting.everything(connection) == []


def test_a_leg_is_deleted_only_when_the_phone_is_down(simulated: Hotline) -> None:
    """Whoever is still on the phone isn't cut off by a deletion."""
    network = networks_of(simulated.wiring)("simulator")
    assert network is not None
    call, leg = on_the_phone(simulated)
    assert (network.state_of(call), network.legs_of(call)) == ("under_way", [leg])
    with pytest.raises(CallUnderWay):
        network.delete_call(call)
    exchange_of(simulated).leave(call, "completed")
    assert network.state_of(call) == "over"
    network.delete_call(call)
    network.delete_call(call)
    assert network.state_of(call) == "gone"


def test_a_network_is_made_when_it_is_needed(simulated: Hotline) -> None:
    """Only providers that are set up are asked, and each is put together once."""
    networks = networks_of(simulated.wiring)
    assert networks("nobody") is None
    assert networks("simulator") is networks("simulator")


def test_a_page_that_was_closed_leaves_no_number(simulated: Hotline) -> None:
    """Amina's page is closed without a word: four hours later its numbers are gone, and then its record is deleted."""
    exchange = exchange_of(simulated)
    call, leg = on_the_phone(simulated)
    simulated.clock.forward(LONGEST_CALL - 60)
    tell_unanswered(simulated.wiring)
    still = exchange.leg(call)
    assert still is not None
    assert (still.state, still.from_number) == ("answered", AMINA)
    simulated.clock.forward(120)
    tell_unanswered(simulated.wiring)
    for one in (call, leg):
        ended = exchange.leg(one)
        assert ended is not None
        assert (ended.state, ended.from_number, ended.to_number) == ("over", "", "")
    with simulated.wiring.database.begin() as connection:
        waiting.add(connection, "simulator", [call], simulated.clock())
    scrub_what_is_due(simulated.wiring)
    assert exchange.leg(call) is None
    assert exchange.leg(leg) is None
