"""What leaves the house towards the telephone network, and what comes back when it fails."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ivr.telephony.contract import (
    AnswerLost,
    CredentialsRefused,
    Network,
    NotAllowedThere,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RecordingMissing,
    RecordingTooLarge,
    RequestRefused,
)
from ivr.telephony.twilio_network import MOST_RECORDING_BYTES, TwilioNetwork
from ivr.telephony.twilio_network_http import BoundedHttpClient
from ivr.telephony.twilio_number import PERSISTENCE, persistent
from ivr.vault.number import PhoneNumber
from tests.hotline import Clock
from tests.telephony.fake_rest import ACCOUNT, LINE, TOKEN, Provider, rest_app, serve

AMINA = "+12025550142"
VOICE = "https://line.example.org/phone/twilio/voice"
FALLBACK = "https://line.example.org/phone/fallback"
STATUS = "https://line.example.org/phone/twilio/status"


@pytest.fixture
def provider() -> Provider:
    """A provider with one line and nothing set up on it."""
    provider = Provider()
    provider.has_number(LINE)
    return provider


@pytest.fixture
def network(provider: Provider) -> Iterator[TwilioNetwork]:
    """Our side of it, over real HTTP."""
    with serve(rest_app(provider)) as api_url:
        yield TwilioNetwork(ACCOUNT, TOKEN, api_url)


def ring(network: Network) -> str:
    """Rings Amina back from the line."""
    return network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25)


def test_a_call_is_placed_from_the_line_with_every_address_it_needs(
    network: TwilioNetwork, provider: Provider
) -> None:
    """Ringing Amina shows her the line's number, and the provider knows what to ask and whom to tell."""
    call = ring(network)
    assert provider.calls[call]["to"] == AMINA
    [(method, path, form)] = provider.asked
    assert (method, path) == ("POST", "/Calls.json")
    assert form == {
        "To": [AMINA],
        "From": [LINE],
        "Url": [f"{VOICE}#{PERSISTENCE}"],
        "Method": ["POST"],
        "StatusCallback": [f"{STATUS}#{PERSISTENCE}"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["25"],
    }


def test_a_call_knows_where_to_turn_when_nobody_answers_for_it(
    network: TwilioNetwork, provider: Provider
) -> None:
    """Where the hotline doesn't answer about a leg, the provider asks the fallback address, and says nothing itself."""
    network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25, f"{VOICE}/fallback")
    [(_, _, form)] = provider.asked
    assert form["FallbackUrl"] == [f"{VOICE}/fallback#{PERSISTENCE}"]
    assert form["FallbackMethod"] == ["POST"]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 21211, NumberRefused),
        (400, 21214, NumberRefused),
        (400, 21217, NumberRefused),
        (400, 13224, NumberRefused),
        (400, 21215, NotAllowedThere),
        (400, 21219, NotAllowedThere),
        (403, 13227, NotAllowedThere),
        (400, 32205, NotAllowedThere),
        (401, 20003, CredentialsRefused),
        (403, 20003, CredentialsRefused),
        (401, None, CredentialsRefused),
        (429, 20429, ProviderBusy),
        (429, None, ProviderBusy),
        (500, 20500, ProviderOutOfReach),
        (502, None, ProviderOutOfReach),
        (503, 20503, ProviderOutOfReach),
        (400, 21205, RequestRefused),
        (404, 20404, RequestRefused),
    ],
)
def test_each_refusal_has_one_meaning_and_is_never_tried_again(
    network: TwilioNetwork, provider: Provider, status: int, code: int | None, error: type[Exception]
) -> None:
    """Whatever the provider refuses with, it is asked exactly once, and we know what kind of no it was."""
    provider.refuse(status, code, times=5)
    with pytest.raises(error) as raised:
        ring(network)
    assert type(raised.value) is error
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, 20003, CredentialsRefused),
        (403, 20003, CredentialsRefused),
        (429, 20429, ProviderBusy),
        (503, None, ProviderOutOfReach),
        (400, 20001, RequestRefused),
    ],
)
@pytest.mark.parametrize("ask", ["number_setup", "account", "balance"])
def test_a_refused_question_means_the_same_as_a_refused_order(
    network: TwilioNetwork,
    provider: Provider,
    ask: str,
    status: int,
    code: int | None,
    error: type[Exception],
) -> None:
    """Lists, single things and orders are refused in different shapes, and are understood alike; asked once each."""
    provider.refuse(status, code, f"{AMINA} is none of yours", times=5)
    with pytest.raises(error) as raised:
        network.number_setup(LINE) if ask == "number_setup" else getattr(network, ask)()
    assert type(raised.value) is error
    assert raised.value.__context__ is None
    assert len(provider.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_no_error_carries_a_phone_number(network: TwilioNetwork, provider: Provider, status: int) -> None:
    """The provider's complaints name Amina's number; nothing that we raise, print or log of them does."""
    provider.refuse(status, None, f"The number {AMINA} is not valid; see {STATUS}?To={AMINA}")
    with pytest.raises(Exception) as raised:
        ring(network)
    error = raised.value
    chain = [error, error.__cause__, error.__context__]
    told = "".join(traceback.format_exception(error)) + "".join(map(str, chain)) + "".join(map(repr, chain))
    assert AMINA not in told
    assert AMINA.lstrip("+") not in told
    assert error.__cause__ is None
    assert error.__context__ is None


def test_nothing_of_a_request_is_logged(
    network: TwilioNetwork, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """Even with everything logged that can be, Amina's number and the token are in no log line."""
    with caplog.at_level("DEBUG"):
        ring(network)
        provider.refuse(400, 21211, f"{AMINA} is not valid")
        with pytest.raises(NumberRefused):
            ring(network)
    assert AMINA.lstrip("+") not in caplog.text
    assert TOKEN not in caplog.text


def test_more_than_one_call_a_second_is_told_to_wait(provider: Provider) -> None:
    """Two callers to be rung within a second: the second is put off, not lost and not forced."""
    provider.calls_per_second = 1
    clock = Clock()
    provider.clock = clock
    with serve(rest_app(provider)) as api_url:
        network = TwilioNetwork(ACCOUNT, TOKEN, api_url)
        ring(network)
        clock.forward(0.4)
        with pytest.raises(ProviderBusy):
            ring(network)
        clock.forward(1.1)
        ring(network)
    assert len(provider.calls) == 2


def test_a_provider_that_is_not_there_is_out_of_reach() -> None:
    """With nothing listening, the call surely wasn't placed, so it may be tried again."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        network = TwilioNetwork(ACCOUNT, TOKEN, f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(ProviderOutOfReach) as raised:
            ring(network)
    assert type(raised.value) is ProviderOutOfReach
    assert AMINA not in repr(raised.value.__context__)


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that takes one connection, reads the request, and then does as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                answer(connection)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


def test_an_answer_that_never_comes_is_told_apart_from_a_request_that_never_went() -> None:
    """A provider that takes the request and falls silent may have rung Amina: that is no plain failure."""
    silent = threading.Event()
    with listener(lambda _connection: (silent.wait(3), None)[1]) as api_url:
        network = TwilioNetwork(ACCOUNT, TOKEN, http=BoundedHttpClient(api_url, read_seconds=0.3))
        with pytest.raises(AnswerLost):
            ring(network)
        silent.set()


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 201 OK\r\nContent-Length: 9\r\n\r\n{}",
    ],
)
def test_a_broken_answer_is_an_answer_lost(reply: bytes) -> None:
    """A connection that breaks, or a page where data should be, leaves open whether Amina was rung."""
    with listener(lambda connection: connection.sendall(reply)) as api_url:
        network = TwilioNetwork(ACCOUNT, TOKEN, http=BoundedHttpClient(api_url, read_seconds=1))
        with pytest.raises(AnswerLost):
            ring(network)


def test_ending_a_call_that_is_over_succeeds(network: TwilioNetwork, provider: Provider) -> None:
    """Whether a call is under way, over or forgotten, asking for its end is never an error."""
    under_way, over = provider.has_call(), provider.has_call("completed")
    for call in (under_way, over, "CA" + "f" * 32):
        network.hangup(call)
    assert provider.calls[under_way]["status"] == "completed"
    assert len(provider.asked) == 3


def test_a_call_under_way_can_be_sent_elsewhere(network: TwilioNetwork, provider: Provider) -> None:
    """A call is made to ask a new address; one that is over stays over without complaint."""
    under_way, over = provider.has_call(), provider.has_call("completed")
    network.redirect(under_way, VOICE)
    network.redirect(over, VOICE)
    assert provider.calls[under_way]["url"] == persistent(VOICE)
    assert "url" not in provider.calls[over]


def test_deleting_is_done_once_and_may_be_repeated(network: TwilioNetwork, provider: Provider) -> None:
    """The provider's records of a call are deleted, and deleting them again is no error."""
    call, recording = provider.has_call("completed"), provider.has_recording(b"RIFF")
    for _ in range(2):
        network.delete_call(call)
        network.delete_recording(recording)
    assert not provider.calls
    assert not provider.recordings


def test_a_call_under_way_cannot_be_deleted_yet(network: TwilioNetwork, provider: Provider) -> None:
    """Deleting too early is put off, so that the record doesn't stay for ever."""
    call = provider.has_call("in-progress")
    with pytest.raises(ProviderBusy):
        network.delete_call(call)
    assert call in provider.calls


def test_a_refused_deletion_is_not_taken_for_done(network: TwilioNetwork, provider: Provider) -> None:
    """Only "it is gone already" counts as deleted; any other no is raised."""
    recording = provider.has_recording(b"RIFF")
    provider.refuse(403, 20008)
    with pytest.raises(RequestRefused):
        network.delete_recording(recording)
    assert recording in provider.recordings


def test_a_recording_is_fetched_as_it_was_stored(network: TwilioNetwork, provider: Provider) -> None:
    """What Amina said arrives byte for byte."""
    sound = b"RIFF" + bytes(range(256)) * 400
    assert network.fetch_recording(provider.has_recording(sound)) == sound


def test_a_recording_that_is_not_there_yet_is_told_apart(network: TwilioNetwork) -> None:
    """A recording asked for too early is missing for now, which is not an error of the provider."""
    with pytest.raises(RecordingMissing):
        network.fetch_recording("RE" + "e" * 32)


def test_an_endless_recording_is_not_read_to_its_end(network: TwilioNetwork, provider: Provider) -> None:
    """Mallory can't fill the machine's memory with a recording of many hours."""
    recording = provider.has_recording(bytes(MOST_RECORDING_BYTES + 1))
    with pytest.raises(RecordingTooLarge):
        network.fetch_recording(recording)


def test_a_recordings_name_stays_inside_its_folder(network: TwilioNetwork, provider: Provider) -> None:
    """A name with slashes asks for no other resource of the account."""
    with pytest.raises(RecordingMissing):
        network.fetch_recording("../Balance.json?x=")
    assert provider.asked[-1][1] != "/Balance.json"


def test_a_number_is_pointed_here_and_stays_so(network: TwilioNetwork, provider: Provider) -> None:
    """Setting up a number twice gives the same as once: three addresses, asked by POST, with patience."""
    provider.has_number("+120255501009")  # contains the line's number, and must be left alone
    for _ in range(2):
        setup = network.provision(LINE, VOICE, FALLBACK, STATUS)
        assert setup == network.number_setup(LINE)
    kept = provider.set_up_of(LINE)
    assert kept["voice_url"] == f"{VOICE}#{PERSISTENCE}"
    assert kept["voice_fallback_url"] == FALLBACK
    assert kept["status_callback"] == f"{STATUS}#{PERSISTENCE}"
    assert {kept[name] for name in ("voice_method", "voice_fallback_method", "status_callback_method")} == {
        "POST"
    }
    assert provider.set_up_of("+120255501009")["voice_url"] == ""


def test_a_number_of_somebody_else_is_refused(network: TwilioNetwork) -> None:
    """A number that the account doesn't have can't be set up, and the refusal doesn't repeat it."""
    with pytest.raises(NumberRefused) as raised:
        network.provision("+12025550199", VOICE, FALLBACK, STATUS)
    assert "2025550199" not in str(raised.value)


@pytest.mark.parametrize(
    ("set_up", "named"),
    [
        ({"trunk_sid": "TK" + "a" * 32}, "trunk TK"),
        ({"voice_application_sid": "AP" + "a" * 32}, "application AP"),
        ({"voice_receive_mode": "fax"}, "fax"),
    ],
)
def test_what_overrides_the_addresses_is_named(
    network: TwilioNetwork, provider: Provider, set_up: dict[str, str], named: str
) -> None:
    """A trunk, an application or fax mode makes the provider ignore our addresses, and Daniel is told which it is."""
    provider.set_up_of(LINE).update(set_up)
    assert named in network.number_setup(LINE).overridden_by


def test_account_and_balance_are_read(network: TwilioNetwork, provider: Provider) -> None:
    """Daniel can see what kind of account it is and what is left to spend."""
    provider.kind = "Trial"
    assert (network.account().kind, network.account().status) == ("Trial", "active")
    assert network.balance() == "12.30 USD"


def test_another_address_keeps_the_path_it_is_given() -> None:
    """A provider that serves the same interface below a folder of its own is asked there."""
    http = BoundedHttpClient("https://voice.example.org/api/laml/")
    asked = http.address("https://api.twilio.com/2010-04-01/Accounts/X/Calls.json?Page=1")
    assert asked == "https://voice.example.org/api/laml/2010-04-01/Accounts/X/Calls.json?Page=1"


def test_web_processes_never_load_the_side_that_dials() -> None:
    """The processes that answer webhooks don't carry the code that can ring people."""
    look = (
        "import importlib, pkgutil, sys, ivr.phone, ivr.calls\n"
        "names = [m.name for p in (ivr.phone, ivr.calls) for m in pkgutil.iter_modules(p.__path__, p.__name__ + '.')]\n"
        "names += [n for n in ('ivr.app', 'ivr.wsgi') if importlib.util.find_spec(n)]\n"
        "[importlib.import_module(n) for n in names if not n.endswith('wsgi')]\n"
        "bad = [n for n in sys.modules if n == 'twilio.rest' or n.startswith('ivr.telephony.twilio_network')]\n"
        "sys.exit(', '.join(bad) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
