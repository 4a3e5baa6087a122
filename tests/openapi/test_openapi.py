"""Everything that we ask of the provider is what its own OpenAPI document allows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.http.response import Response

from ivr.telephony.contract import RequestRefused
from ivr.telephony.twilio_network import TwilioNetwork
from ivr.telephony.twilio_network_http import BoundedHttpClient
from ivr.vault.number import PhoneNumber

pytestmark = [pytest.mark.openapi, pytest.mark.xdist_group("openapi")]

ACCOUNT = "AC" + "0" * 32
CALL = "CA" + "0" * 32
RECORDING = "RE" + "0" * 32
LINE = "+12025550100"
AMINA = "+12025550142"
VOICE = "https://line.example.org/phone/twilio/voice"
FALLBACK = "https://line.example.org/phone/fallback"
STATUS = "https://line.example.org/phone/twilio/status"


@dataclass
class Exchange:
    """One request and the status of its answer."""

    method: str
    path: str
    fields: set[str]
    status: int


class NotingHttpClient(BoundedHttpClient):
    """Sends as always, and notes what was sent."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api_url)
        self.exchanges: list[Exchange] = []

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        """One request, noted."""
        answer = super().request(method, uri, *args, **kwargs)
        given = {**(kwargs.get("data") or {}), **(kwargs.get("params") or {})}
        self.exchanges.append(Exchange(method, urlsplit(uri).path, set(given), answer.status_code))
        # The example of a list leads on to a page that the mock itself refuses.
        alone = re.sub(r'"next_page_uri":"[^"]*"', '"next_page_uri":null', answer.text)
        return Response(answer.status_code, alone, answer.headers)


@pytest.fixture
def http(mock_url: str) -> NotingHttpClient:
    """Our way of sending, pointed at the mock."""
    return NotingHttpClient(mock_url)


@pytest.fixture
def network(http: NotingHttpClient) -> TwilioNetwork:
    """The network under test."""
    return TwilioNetwork(ACCOUNT, "any", http=http)


@pytest.fixture
def example_number(document: dict[str, Any]) -> str:
    """The only number that the mock's account has: the one of the document's example."""
    path = document["paths"]["/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json"]["get"]
    examples = path["responses"]["200"]["content"]["application/json"]["examples"]
    for example in examples.values():
        for number in example["value"].get("incoming_phone_numbers", []):
            return str(number["phone_number"])
    raise AssertionError("the document shows no number")


REQUESTS: dict[str, Callable[[TwilioNetwork], object]] = {
    "place_call": lambda network: network.place_call(
        PhoneNumber(AMINA), LINE, VOICE, STATUS, 25, f"{VOICE}/fallback"
    ),
    "placed": lambda network: network.placed(PhoneNumber(AMINA), LINE, 1_772_366_400.0),
    "redirect": lambda network: network.redirect(CALL, VOICE),
    "hangup": lambda network: network.hangup(CALL),
    "delete_call": lambda network: network.delete_call(CALL),
    "delete_recording": lambda network: network.delete_recording(RECORDING),
    "account": lambda network: network.account(),
    "balance": lambda network: network.balance(),
    "state_of": lambda network: network.state_of(CALL),
    "legs_of": lambda network: network.legs_of(CALL),
    "recordings_of": lambda network: network.recordings_of(CALL),
    "recordings_left": lambda network: list(network.recordings_left(1_772_366_400.0)),
}


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_what_we_ask_is_what_the_document_allows(
    name: str, network: TwilioNetwork, http: NotingHttpClient, document: dict[str, Any]
) -> None:
    """The mock made from the provider's document accepts the request, and every field of it is in the document."""
    REQUESTS[name](network)
    [exchange] = http.exchanges
    assert exchange.status < 300
    assert exchange.fields <= allowed_fields(document, exchange)


def test_a_number_is_set_up_as_the_document_allows(
    network: TwilioNetwork, http: NotingHttpClient, document: dict[str, Any], example_number: str
) -> None:
    """Looking a number up and pointing it here are both understood by the provider's own document."""
    network.provision(example_number, VOICE, FALLBACK, STATUS)
    assert [exchange.method for exchange in http.exchanges] == ["GET", "POST"]
    for exchange in http.exchanges:
        assert exchange.status < 300
        assert exchange.fields <= allowed_fields(document, exchange)


def test_what_is_left_of_a_line_is_asked_as_the_document_allows(
    network: TwilioNetwork, http: NotingHttpClient, document: dict[str, Any]
) -> None:
    """Looking for calls from and to a line is three questions, each with filters that the document knows."""
    list(network.calls_left(LINE, 1_772_366_400.0))
    assert [exchange.method for exchange in http.exchanges] == ["GET"] * 3
    for exchange in http.exchanges:
        assert exchange.status < 300
        assert exchange.fields <= allowed_fields(document, exchange)
    assert {"To", "From", "StartTime<", "Status"} <= set().union(*(each.fields for each in http.exchanges))


def test_the_mock_does_refuse(network: TwilioNetwork) -> None:
    """A call id that can't exist is refused by the mock, so its yes to our requests means something."""
    with pytest.raises(RequestRefused) as raised:
        network.hangup("not-a-call")
    assert raised.value.code == 422


def allowed_fields(document: dict[str, Any], exchange: Exchange) -> set[str]:
    """The names of form fields and query parameters that the document knows for a request."""
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, exchange.path) and exchange.method.lower() in operations:
            operation = operations[exchange.method.lower()]
            form = operation.get("requestBody", {}).get("content", {})
            schema = form.get("application/x-www-form-urlencoded", {}).get("schema", {})
            query = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
            return set(schema.get("properties", {})) | query
    raise AssertionError(f"the document has no {exchange.method} {exchange.path}")
