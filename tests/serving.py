"""A web process as it really runs: `warmline web` on a free port of this machine, and a network that posts to it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TypeVar
from urllib.parse import urldefrag, urlencode

from ivr.settings import PREFIX, Settings
from ivr.telephony.signature import sign
from tests.hotline import ACCOUNT, AMINA, LINE_NUMBER, PUBLIC_URL, TOKEN

Found = TypeVar("Found")

START_SECONDS = 20
PROGRAM = Path(sys.executable).parent / "warmline"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Served:
    """A hotline that answers over HTTP."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """One request, with its target exactly as written."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, target: str, fields: dict[str, str], public_url: str = PUBLIC_URL) -> Answer:
        """A form, signed as the provider signs it: over the public address with the target as written.

        What stands after # is meant for the provider, and neither sent nor signed.
        """
        target = target.partition("#")[0]
        signature = sign(TOKEN.encode(), public_url + target, list(fields.items()))
        return self.ask(
            "POST",
            target,
            urlencode(fields).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature},
        )

    def ring(self, call: str, caller: str = AMINA, to: str = LINE_NUMBER) -> Answer:
        """A call begins."""
        return self.post("/phone/twilio/voice", fields_of(call, caller, to))

    def press(self, answer: Answer, call: str, key: str, caller: str = AMINA) -> Answer:
        """A key, on the screen that was answered before."""
        action = unescape(re.findall(r'action="([^"]+)"', answer.text)[0])
        return self.post(urldefrag(action).url.removeprefix(PUBLIC_URL), fields_of(call, caller, Digits=key))

    def keep_silent(self, answer: Answer, call: str, caller: str = AMINA) -> Answer:
        """No key until the screen is over."""
        redirect = unescape(re.findall(r"<Redirect[^>]*>([^<]+)<", answer.text)[0])
        return self.post(urldefrag(redirect).url.removeprefix(PUBLIC_URL), fields_of(call, caller))

    def hang_up(self, call: str) -> Answer:
        """The word that a call is over."""
        return self.post("/phone/twilio/status", fields_of(call, CallStatus="completed", SequenceNumber="3"))


def fields_of(call: str, caller: str = AMINA, to: str = LINE_NUMBER, **more: str) -> dict[str, str]:
    """What every webhook says."""
    always = {"CallSid": call, "AccountSid": ACCOUNT, "From": caller, "To": to, "CallStatus": "in-progress"}
    return {**always, "ApiVersion": "2010-04-01", "Direction": "inbound", **more}


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """These settings as a process reads them."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(PREFIX) and name != "PORT"
    }
    # Whatever a worker asks of the real provider ends here: a test must never leave this machine.
    plain |= {"HTTPS_PROXY": NOWHERE, "https_proxy": NOWHERE}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value or "")
        if text:
            plain[PREFIX + name.upper()] = text
    return plain | more


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(settings: Settings, log: Path, command: str = "web", **more: str) -> Iterator[Served]:
    """Runs `warmline web` (or another command that answers) until the end of the block."""
    port = free_port()
    environment = environment_of(settings, **{f"{PREFIX}PORT": str(port), **more})
    with log.open("wb") as written:
        process = subprocess.Popen(
            [PROGRAM, command], env=environment, stdout=written, stderr=written, start_new_session=True
        )
    served = Served(port, log, process)
    try:
        wait_until(lambda: is_listening(port) or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, log.read_text()
        yield served
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(condition: Callable[[], Found], seconds: float = 10.0, what: str = "it") -> Found:
    """Waits until a condition holds, and gives what it found; fails the test when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def is_listening(port: int) -> bool:
    """Whether somebody answers on this port of this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
