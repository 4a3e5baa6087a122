"""What the provider's refusals mean for us.

The provider's own words hold phone numbers and ids, so none of them may go on: our errors are made of its codes alone,
and are raised outside of the handler, so that not even the chain of exceptions leads back to what it said.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response

from ivr.telephony.contract import (
    AnswerLost,
    CallUnderWay,
    CredentialsRefused,
    NotAllowedThere,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)

Answer = TypeVar("Answer")

NUMBER_REFUSED = frozenset({21211, 21214, 21217, 13224})
NOT_ALLOWED_THERE = frozenset({21215, 21216, 21219, 13227, 32205})
CREDENTIALS_REFUSED = frozenset({20003, 20005})
NOT_OVER_YET = 20009
TOO_MANY_FAILURES = 70005
BUSY = frozenset({20429, TOO_MANY_FAILURES})
ALREADY_OVER = 21220
NOT_FOUND = 20404


def ask(request: Callable[[], Answer]) -> Answer:
    """Carries out one request; raises the error of the contract that fits when it fails."""
    try:
        return request()
    except (TwilioRestException, TwilioServiceException) as refusal:
        problem: Exception = meaning(refusal.status, refusal.code)
    except requests.ConnectTimeout:
        problem = ProviderOutOfReach("the provider can't be reached in time")
    except requests.ReadTimeout:
        problem = AnswerLost("the provider was asked and didn't answer in time")
    except requests.ConnectionError as failure:
        problem = _connection_failed(failure)
    except TwilioException as refusal:
        problem = _of_list(refusal)
    except (requests.RequestException, ValueError):
        problem = AnswerLost("the provider's answer can't be understood")
    raise problem


def ask_once(request: Callable[[], object]) -> None:
    """The same for what may already be done: ending what is over and deleting what is gone succeeds."""
    try:
        ask(request)
    except RequestRefused as refusal:
        if refusal.code != ALREADY_OVER and not is_gone(refusal):
            raise


def is_gone(refusal: RequestRefused) -> bool:
    """Whether what was asked for doesn't exist at the provider, or not any more."""
    return refusal.code in (NOT_FOUND, 404)


def meaning(status: int, code: int | None) -> Exception:
    """The error of the contract for an HTTP status and the provider's code."""
    said = f"the provider answered {status}" + (f", code {code}" if code and code != status else "")
    if code in NUMBER_REFUSED:
        return NumberRefused(said)
    if code in NOT_ALLOWED_THERE:
        return NotAllowedThere(said)
    if code in CREDENTIALS_REFUSED or status == 401:
        return CredentialsRefused(said)
    if code == NOT_OVER_YET:
        return CallUnderWay(said)
    if code in BUSY or status == 429:
        return ProviderBusy(said)
    if status >= 500:
        return ProviderOutOfReach(said)
    return RequestRefused(said, code or status)


def _of_list(refusal: TwilioException) -> Exception:
    # Where a list is refused, the SDK gives neither status nor code, but the bare response.
    response = refusal.args[1] if len(refusal.args) > 1 else None
    if not isinstance(response, Response):
        return AnswerLost("the provider's answer can't be understood")
    try:
        code = json.loads(response.text).get("code")
    except (ValueError, AttributeError):
        code = None
    return meaning(response.status_code, code if isinstance(code, int) else None)


def _connection_failed(failure: requests.ConnectionError) -> Exception:
    # A connection that was never made carried nothing; one that broke later may have carried the request.
    if "NewConnectionError" in repr(failure) or "NameResolutionError" in repr(failure):
        return ProviderOutOfReach("the provider can't be reached")
    if isinstance(failure, requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return ProviderOutOfReach("no safe connection to the provider could be made")
    return AnswerLost("the connection to the provider broke")
