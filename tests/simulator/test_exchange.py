"""Telephones ring each other over rows that several processes share, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from ivr.telephony.contract import Network
from ivr.telephony.simulator.exchange import FORGOTTEN_AFTER, Exchange, Leg, NoSuchNumber, new_leg_id
from ivr.telephony.simulator.network import SimulatorNetwork
from ivr.telephony.simulator.recordings import Recordings
from ivr.vault.number import PhoneNumber
from tests.hotline import LINE_NUMBER, PUBLIC_URL, Clock
from tests.simulator.test_signing import SIGNER

JOSEPH = "+12025550150"
LEILA = "+12025550151"
CALLER = "CA" + "a" * 32


@pytest.fixture
def clock() -> Clock:
    """A clock that is moved by hand."""
    return Clock()


@pytest.fixture
def exchange(database: Engine, clock: Clock) -> Exchange:
    """An exchange of its own."""
    return Exchange(database, clock)


def rung(exchange: Exchange, number: str, seconds: float = 20, dialled_by: str = CALLER) -> str:
    leg = Leg(new_leg_id(), "dialled" if dialled_by else "placed", LINE_NUMBER, number, dialled_by=dialled_by)
    exchange.add(leg, seconds)
    return leg.id


def state(exchange: Exchange, leg: str) -> tuple[str, str, bool]:
    found = exchange.leg(leg)
    assert found is not None
    return found.state, found.outcome, found.hang_up


def test_a_telephone_rings_until_the_time_is_up(exchange: Exchange, clock: Clock) -> None:
    """Joseph's telephone rings as long as the hotline allows, and can't be answered after that."""
    leg = rung(exchange, JOSEPH, seconds=20)
    assert [ring.id for ring in exchange.ringing(JOSEPH)] == [leg]
    assert exchange.ringing(LEILA) == []
    clock.forward(21)
    assert not exchange.answer(leg)
    assert exchange.give_up(leg) is not None
    assert state(exchange, leg) == ("over", "no-answer", False)


def test_only_one_of_many_answers_counts(exchange: Exchange) -> None:
    """Eight telephones with Joseph's number pick up at once: exactly one gets the call."""
    leg = rung(exchange, JOSEPH)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: exchange.answer(leg), range(8)))
    assert answers.count(True) == 1


def test_only_one_of_two_helpers_is_connected(exchange: Exchange) -> None:
    """Joseph and Leila are rung together and both answer: the first is connected, the other is put down."""
    joseph, leila = rung(exchange, JOSEPH), rung(exchange, LEILA)
    assert exchange.answer(joseph)
    assert exchange.answer(leila)
    assert exchange.join(leila)
    assert not exchange.join(joseph)
    assert state(exchange, joseph) == ("answered", "", True)


def test_a_caller_who_leaves_stops_the_ringing(exchange: Exchange) -> None:
    """Amina hangs up: Joseph isn't rung any more, and Leila, who talks with her, is put down."""
    joseph, leila = rung(exchange, JOSEPH), rung(exchange, LEILA)
    exchange.answer(leila)
    exchange.leave(CALLER, "completed")
    assert state(exchange, joseph)[:2] == ("over", "canceled")
    assert state(exchange, leila) == ("answered", "", True)
    assert exchange.ringing(JOSEPH) == []


def test_a_leg_that_is_over_keeps_no_number(exchange: Exchange, database: Engine) -> None:
    """When the telephone is put down, no number is left in the exchange."""
    leg = rung(exchange, JOSEPH)
    exchange.refuse(leg)
    with database.connect() as connection:
        numbers = connection.execute(text("SELECT from_number, to_number FROM simulated_calls")).all()
    assert [tuple(row) for row in numbers] == [("", "")]
    assert state(exchange, leg)[:2] == ("over", "busy")


def test_nothing_is_remembered_for_long(exchange: Exchange, clock: Clock) -> None:
    """After an hour the exchange has forgotten a call."""
    leg = rung(exchange, JOSEPH)
    clock.forward(FORGOTTEN_AFTER + 1)
    rung(exchange, LEILA)
    assert exchange.leg(leg) is None


@pytest.mark.parametrize(
    "number", ["", "anonymous", "+", "+1202555015012345678", "sip:joseph@example.org", "1;2"]
)
def test_what_is_no_number_is_not_rung(small_exchange: Exchange, number: str) -> None:
    """Only something that looks like a number can be dialled."""
    with pytest.raises(NoSuchNumber):
        rung(small_exchange, number)


@pytest.fixture
def small_exchange(sqlite_url: str, clock: Clock) -> Exchange:
    """An exchange on SQLite."""
    from ivr.store.engine import open_database
    from ivr.telephony.simulator.tables import metadata

    database = open_database(sqlite_url)
    metadata.create_all(database)
    return Exchange(database, clock)


class Heard:
    """A wire that only remembers what was posted."""

    def __init__(self) -> None:
        self.posted: list[dict[str, str]] = []

    def post(self, method: str, url: str, params: tuple[tuple[str, str], ...]) -> None:
        self.posted.append(dict(params) | {"url": url})


MakeNetwork = Callable[[], SimulatorNetwork]


@pytest.fixture
def network(
    exchange: Exchange, database: Engine, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Network:
    """The simulator's reaching-out side, used as every provider's."""
    return SimulatorNetwork(exchange, Recordings(tmp_path_factory.mktemp("kept"), database, clock), SIGNER)


def test_a_worker_rings_moves_and_ends_calls(network: Network, exchange: Exchange) -> None:
    """What a worker asks of the network stands in the rows that telephone pages read."""
    call = network.place_call(PhoneNumber(JOSEPH), LINE_NUMBER, f"{PUBLIC_URL}/v", f"{PUBLIC_URL}/s", 30)
    [ring] = exchange.ringing(JOSEPH)
    assert (ring.id, ring.kind, ring.voice_url, ring.status_url) == (
        call,
        "placed",
        f"{PUBLIC_URL}/v",
        f"{PUBLIC_URL}/s",
    )
    assert exchange.answer(call)
    network.redirect(call, f"{PUBLIC_URL}/elsewhere")
    found = exchange.leg(call)
    assert found is not None
    assert found.send_to == f"{PUBLIC_URL}/elsewhere"
    assert exchange.was_sent(call, f"{PUBLIC_URL}/elsewhere")
    network.hangup(call)
    assert state(exchange, call) == ("answered", "", True)
    exchange.leave(call, "completed")
    network.hangup(call)
    network.delete_call(call)
    network.delete_call(call)
    assert exchange.leg(call) is None


def test_the_hotline_hears_of_calls_that_rang_for_nothing(
    exchange: Exchange, database: Engine, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No telephone page was open for Joseph or Leila: the hotline is told of each call once, and why it ended."""
    network = SimulatorNetwork(exchange, Recordings(tmp_path_factory.mktemp("kept"), database, clock), SIGNER)
    joseph = network.place_call(PhoneNumber(JOSEPH), LINE_NUMBER, "", f"{PUBLIC_URL}/s", 20)
    leila = network.place_call(PhoneNumber(LEILA), LINE_NUMBER, "", f"{PUBLIC_URL}/s", 20)
    wire = Heard()
    assert network.tell_unanswered(wire) == 0  # type: ignore[arg-type]
    network.hangup(leila)
    clock.forward(21)
    assert network.tell_unanswered(wire) == 2  # type: ignore[arg-type]
    assert network.tell_unanswered(wire) == 0  # type: ignore[arg-type]
    told = {posted["CallSid"]: posted["CallStatus"] for posted in wire.posted}
    assert told == {joseph: "no-answer", leila: "canceled"}
    assert {posted["Direction"] for posted in wire.posted} == {"outbound-api"}


def test_every_number_is_set_up_for_this_hotline(network: Network) -> None:
    """The doctor finds a simulated number pointing at this installation."""
    setup = network.number_setup(LINE_NUMBER)
    assert setup.voice_url == f"{PUBLIC_URL}/phone/simulator/voice"
    assert setup.status_url == f"{PUBLIC_URL}/phone/simulator/status"
    assert setup.fallback_url == f"{PUBLIC_URL}/phone/fallback?provider=simulator"
    assert network.provision(LINE_NUMBER, "v", "f", "s").overridden_by == ""
