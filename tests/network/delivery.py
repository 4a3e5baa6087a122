"""How a webhook is delivered: signed over the public address, sent over HTTP, tried again by the provider's rule.

The rule rides behind # in the address: `rc` more tries (1), on what (`rp`: `ct` nobody listens, `rt` no answer in time,
`4xx`, `5xx`, `all`; `ct`), `ct` and `rt` milliseconds of patience, all within 15 seconds.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from ivr.telephony.signature import sign
from ivr.telephony.simulator.interpreter import MOST_BYTES
from ivr.telephony.simulator.words import Params

PATIENCE = 15.0
HEAD = 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, cut off after 64 kB."""

    status: int
    content_type: str
    body: str


Failure = Literal["ct", "rt"]
"""Nobody listens; or nothing came back in time, or half of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a webhook is tried again. Seconds are the network's."""

    more_tries: int = 1
    on: frozenset[str] = frozenset({"ct"})
    connect_seconds: float = 5.0
    read_seconds: float = PATIENCE

    @classmethod
    def read(cls, fragment: str) -> Rule:
        """The rule in an address."""
        said = {name: values[-1] for name, values in parse_qs(fragment).items()}
        return cls(
            int(said.get("rc", "1")),
            frozenset(said.get("rp", "ct").split(",")),
            float(said.get("ct", "5000")) / 1000,
            float(said.get("rt", "15000")) / 1000,
        )

    def says_again(self, came: Answer | Failure) -> bool:
        """Whether what came makes the provider try again."""
        if isinstance(came, Answer):
            what = f"{came.status // 100}xx"
            return came.status >= 400 and bool(self.on & {what, "all"})
        return bool(self.on & {came, "all"})


@dataclass(frozen=True, slots=True)
class Parcel:
    """A webhook ready to go. `token` stays the same however often it is sent."""

    method: str
    url: str
    params: Params
    rule: Rule
    token: str


class Delivery:
    """Reaches what stands behind `public_url` at the address that `reach` gives. Leaves this machine for nobody."""

    def __init__(
        self,
        public_url: str,
        reach: Callable[[], str],
        secret: Callable[[], str],
        speed: float,
        least_patience: float,
    ) -> None:
        self._public_url = public_url.rstrip("/")
        self._reach = reach
        self._secret = secret
        self._speed = speed
        self._least = least_patience

    def deliver(self, parcel: Parcel, fate: Callable[[], Failure | None]) -> tuple[Answer | Failure, int]:
        """What came of it at last, and after how many tries. `fate` is asked at each what the weather does to it."""
        began, tries = time.monotonic(), 0
        while True:
            tries += 1
            came = self._try(parcel, fate())
            waited = (time.monotonic() - began) * self._speed
            late = waited > PATIENCE and time.monotonic() - began > self._least
            if tries > parcel.rule.more_tries or late or not parcel.rule.says_again(came):
                return came, tries

    def head_of(self, url: str) -> bytes | None:
        """The beginning of a file, unsigned; None when it can't be had."""
        where = self._where(url)
        if where is None:
            return None
        (host, port), target = where
        line = http.client.HTTPConnection(host, port, timeout=self._real(PATIENCE))
        try:
            line.request(
                "GET", target, headers={"Host": urlsplit(url).netloc, "Range": f"bytes=0-{HEAD - 1}"}
            )
            answer = line.getresponse()
            return answer.read(HEAD) if answer.status in (200, 206) else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()

    def _try(self, parcel: Parcel, fate: Failure | None) -> Answer | Failure:
        if fate == "ct":
            return "ct"
        came = self._send(parcel)
        return came if fate is None else fate

    def _send(self, parcel: Parcel) -> Answer | Failure:
        url, params = parcel.url, parcel.params
        if parcel.method == "GET" and params:
            url, params = url + ("&" if "?" in url else "?") + urlencode(params), ()
        where = self._where(url)
        if where is None:
            return "ct"
        (host, port), target = where
        line = http.client.HTTPConnection(host, port, timeout=self._real(parcel.rule.connect_seconds))
        try:
            line.connect()
        except OSError:
            return "ct"
        try:
            line.sock.settimeout(self._real(parcel.rule.read_seconds))
            line.request(parcel.method, target, urlencode(params), self._headers(url, params, parcel.token))
            answer = line.getresponse()
            body = answer.read(MOST_BYTES + 1).decode(errors="replace")
            return Answer(answer.status, answer.headers.get("Content-Type", ""), body)
        except (OSError, http.client.HTTPException):
            return "rt"
        finally:
            line.close()

    def _headers(self, url: str, params: Params, token: str) -> dict[str, str]:
        return {
            "Host": urlsplit(url).netloc,
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": sign(self._secret().encode(), url, params),
            "I-Twilio-Idempotency-Token": token,
        }

    def _where(self, url: str) -> tuple[tuple[str, int], str] | None:
        if url.startswith(self._public_url):
            base, target = urlsplit(self._reach()), url[len(self._public_url) :] or "/"
        else:
            base, target = urlsplit(url), urlsplit(url)._replace(scheme="", netloc="").geturl() or "/"
        if base.hostname not in ("127.0.0.1", "localhost"):
            return None
        return (base.hostname, base.port or 80), target

    def _real(self, seconds: float) -> float:
        # A hurried network is more patient than a real one: what it waits for doesn't hurry.
        return max(seconds / self._speed, self._least)
