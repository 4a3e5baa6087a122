"""How requests to the provider's REST interface are sent: bounded in time, never repeated, never logged."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.response import Response

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
_CHUNK = 65536


class AnswerTooLarge(Exception):
    """The provider sent more than was asked for. Permanent."""


class BoundedHttpClient:
    """Sends what the SDK wants sent, to the provider or to `api_url` in its place. Has the shape of the SDK's client.

    The SDK's own client logs addresses, and addresses hold numbers; it also keeps the last request. This one does
    neither, and nothing here tries twice: whether a call may be placed again is for the caller of the network to say.
    """

    def __init__(
        self,
        api_url: str = "",
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._instead = api_url.rstrip("/")
        self._timeout = (connect_seconds, read_seconds)
        self._session = requests.Session()
        if is_loopback(self._instead):
            # A proxy of the machine must not be asked for addresses that only this machine has.
            self._session.trust_env = False
        self.ahead_seconds: float | None = None
        """By how much this machine's clock was ahead of the provider's at the last answer, to a second or so."""

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, and its answer whatever it is. Raises what `requests` raises when there is none."""
        answer = self._session.request(
            method,
            self.address(uri),
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            auth=auth,
            timeout=timeout or self._timeout,
            allow_redirects=allow_redirects,
        )
        self.ahead_seconds = seconds_ahead_of(answer.headers.get("Date", ""))
        return Response(answer.status_code, answer.text, answer.headers)

    def download(self, uri: str, auth: tuple[str, str], most_bytes: int) -> tuple[int, bytes]:
        """The status and body of a file. Raises AnswerTooLarge beyond `most_bytes`, whatever was announced."""
        with self._session.get(self.address(uri), auth=auth, timeout=self._timeout, stream=True) as answer:
            body = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if len(body) > most_bytes:
                    raise AnswerTooLarge
            return answer.status_code, bytes(body)

    def address(self, uri: str) -> str:
        """Where a request to the provider really goes."""
        if not self._instead:
            return uri
        instead, asked = urlsplit(self._instead), urlsplit(uri)
        return urlunsplit((instead.scheme, instead.netloc, instead.path + asked.path, asked.query, ""))


def seconds_ahead_of(date: str) -> float | None:
    """By how much this machine's clock is ahead of a date that has just been received; None for none."""
    try:
        return time.time() - parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return None


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
