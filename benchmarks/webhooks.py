"""What the telephone network posts while callers press keys: signed, turn after turn, with all the fields it sends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

HOST = "line.example.org"
PUBLIC_URL = f"https://{HOST}"
ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
LINE_NUMBER = "+12025550100"
CALLER = "+12025550147"
VOICE = "/phone/twilio/voice"
TURN = "/phone/twilio/turn"
KEY_THAT_LEADS_ON = "2"
"""In the first line, "for the next": round and round through what can be listened to, a new screen at every turn."""

FORM = "application/x-www-form-urlencoded"


class Webhook(NamedTuple):
    """One signed post. `answered_by` stands in the right reply and in no other: the number of the turn after."""

    path: str
    query: str
    body: bytes
    signature: str
    answered_by: bytes

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


class Caller:
    """One call, seen from the network: gives its next webhook each time it is asked."""

    def __init__(self, sid: str, turn: int = 0) -> None:
        self.sid = sid
        self.turn = turn
        self._keys = _form(_fields(sid, Digits=KEY_THAT_LEADS_ON, FinishedOnKey="", msg="Gather End"))

    def ring(self) -> Webhook:
        """The call begins."""
        self.turn = 1
        return _signed(VOICE, "", *_form(_fields(self.sid)), 1)

    def press(self, key: str = KEY_THAT_LEADS_ON) -> Webhook:
        """A key, in answer to the last screen."""
        form = self._keys if key == KEY_THAT_LEADS_ON else _form(_fields(self.sid, Digits=key))
        self.turn += 1
        return _signed(TURN, f"turn={self.turn - 1}", *form, self.turn)


def environ_of(hook: Webhook) -> dict[str, Any]:
    """What a web server hands to the application for this webhook."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": hook.path,
        "QUERY_STRING": hook.query,
        "RAW_URI": hook.target,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(hook.body)),
        "HTTP_HOST": HOST,
        "HTTP_USER_AGENT": "TwilioProxy/1.1",
        "HTTP_ACCEPT": "*/*",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_TWILIO_SIGNATURE": hook.signature,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(hook.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def request_of(hook: Webhook) -> bytes:
    """The same as it goes over the wire."""
    head = (
        f"POST {hook.target} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"X-Forwarded-Proto: https\r\nX-Twilio-Signature: {hook.signature}\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: {len(hook.body)}\r\n\r\n"
    )
    return head.encode("ascii") + hook.body


def _fields(sid: str, **more: str) -> dict[str, str]:
    place = {"City": "WASHINGTON", "State": "DC", "Zip": "", "Country": "US"}
    where = {
        f"{side}{part}": value for side in ("Called", "Caller", "From", "To") for part, value in place.items()
    }
    return {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": "in-progress",
        "Called": LINE_NUMBER,
        "Caller": CALLER,
        "Direction": "inbound",
        "From": CALLER,
        "To": LINE_NUMBER,
        **where,
        **more,
    }


def _form(fields: dict[str, str]) -> tuple[bytes, str]:
    """The body, and what of it is signed."""
    return urlencode(fields).encode("ascii"), "".join(_in_order(fields.items()))


def _in_order(fields: Iterable[tuple[str, str]]) -> list[str]:
    return [name + value for name, value in sorted(fields)]


def _signed(path: str, query: str, body: bytes, signed_form: str, next_turn: int) -> Webhook:
    url = f"{PUBLIC_URL}{path}?{query}" if query else PUBLIC_URL + path
    digest = hmac.digest(TOKEN.encode(), (url + signed_form).encode(), hashlib.sha1)
    signature = base64.b64encode(digest).decode("ascii")
    return Webhook(path, query, body, signature, b"turn=%d" % next_turn)
