"""Gathers what the doctor judges outside the house: the public address as the world sees it, and Twilio.

Nothing here changes anything, and nothing raises.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests

from ivr.operations.checks.address import AddressFacts
from ivr.operations.checks.provider import AccountFacts, NumberFacts
from ivr.operations.connecting import TwilioSide, WebhookAddresses
from ivr.telephony.contract import (
    CredentialsRefused,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)
from ivr.telephony.signature import SIGNATURE_HEADER, sign
from ivr.telephony.twilio_network_http import is_loopback, seconds_ahead_of

PATIENCE = (5.0, 10.0)
UNKNOWN_CALL = "CA" + "0" * 32


@dataclass(frozen=True, slots=True)
class Visit:
    """The public address, and by how many seconds this machine's clock is ahead of the one there."""

    address: AddressFacts
    ahead_seconds: float | None


def visit_address(public_url: str, account_sid: str, auth_token: str) -> Visit:
    """Asks the public address as a provider would: is it ready, and does it know Twilio's signature from none."""
    if not public_url:
        return Visit(AddressFacts(""), None)
    loopback = is_loopback(public_url)
    session = requests.Session()
    if loopback:
        session.trust_env = False
    began = time.monotonic()
    try:
        answer = session.get(f"{public_url}/healthz", timeout=PATIENCE, allow_redirects=False)
        took = time.monotonic() - began
        ahead = seconds_ahead_of(answer.headers.get("Date", ""))
        signed, unsigned = _try_signatures(session, public_url, account_sid, auth_token)
    except requests.RequestException as error:
        return Visit(AddressFacts(public_url, loopback, failure=_in_words(error)), None)
    address = AddressFacts(
        public_url, loopback, "", answer.status_code, _missing(answer), took, signed, unsigned
    )
    # This machine always agrees with itself, which says nothing.
    return Visit(address, None if loopback else ahead)


def _try_signatures(
    session: requests.Session, public_url: str, account_sid: str, auth_token: str
) -> tuple[int | None, int | None]:
    """Posts the state of a call that never was, signed and unsigned. It changes nothing: the call isn't over."""
    if not account_sid or not auth_token:
        return None, None
    url = f"{public_url}/phone/twilio/status"
    form = [("AccountSid", account_sid), ("CallSid", UNKNOWN_CALL), ("CallStatus", "initiated")]
    headers = {SIGNATURE_HEADER: sign(auth_token.encode(), url, form)}
    signed = session.post(url, data=form, headers=headers, timeout=PATIENCE, allow_redirects=False)
    unsigned = session.post(url, data=form, timeout=PATIENCE, allow_redirects=False)
    return signed.status_code, unsigned.status_code


def account_facts(network: TwilioSide | None) -> AccountFacts:
    """What kind of account it is, and what is left to spend. None when no account is set."""
    if network is None:
        return AccountFacts(is_set=False)
    try:
        account = network.account()
    except CredentialsRefused:
        return AccountFacts(is_set=True, failure="refused")
    except ProviderOutOfReach as error:
        return AccountFacts(is_set=True, failure="unreachable", detail=str(error))
    except (RequestRefused, ProviderBusy) as error:
        return AccountFacts(is_set=True, failure="other", detail=str(error))
    try:
        balance = network.balance()
    except (CredentialsRefused, ProviderOutOfReach, ProviderBusy, RequestRefused):
        # Accounts that are billed afterwards have none to tell.
        balance = ""
    return AccountFacts(True, kind=account.kind, status=account.status, balance=balance)


def number_facts(network: TwilioSide, numbers: Sequence[str], wanted: WebhookAddresses) -> list[NumberFacts]:
    """How each line's number is set up at Twilio."""
    return [_of_number(network, number, wanted) for number in numbers]


def _of_number(network: TwilioSide, number: str, wanted: WebhookAddresses) -> NumberFacts:
    try:
        found = network.look_up(number)
    except NumberRefused:
        return NumberFacts(number, owned=False)
    except (CredentialsRefused, ProviderOutOfReach, ProviderBusy, RequestRefused) as error:
        return NumberFacts(number, failure=str(error))
    return NumberFacts(number, overridden_by=found.overridden_by, leads=wanted.compared_with(found))


def _missing(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("missing", "")) if isinstance(body, dict) else ""


def _in_words(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate isn't valid"
    if isinstance(error, requests.Timeout):
        return "it doesn't answer in time"
    if "NameResolutionError" in repr(error):
        return "its name isn't known"
    return "nothing answers there"
