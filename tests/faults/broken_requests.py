"""Requests that break the rules of HTTP, with a caller's number wherever a web server may stumble over it."""

from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlencode

from tests.serving import fields_of

_FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
_TARGET = "/phone/twilio/voice"


def broken_requests(number: str) -> dict[str, bytes]:
    """What is wrong → the bytes that are sent."""
    form = urlencode(fields_of("CA" + "9" * 32, number))
    start = f"POST {_TARGET} HTTP/1.1\r\nHost: x\r\n{_FORM}"
    length = f"Content-Length: {len(form)}\r\n"
    sent = urlencode({"From": number})
    texts = {
        "a length that is too short": f"{start}Content-Length: 20\r\n\r\n{form}\r\n\r\n",
        "a length that is no figure": f"{start}Content-Length: {number}\r\n\r\n{form}",
        "a length given twice": f"{start}{length}Content-Length: 3\r\n\r\n{form}",
        "pieces without their length": f"{start}Transfer-Encoding: chunked\r\n\r\n{sent}\r\n{form}\r\n0\r\n\r\n",
        "an encoding nobody knows": f"{start}Transfer-Encoding: {number}\r\n\r\n{form}",
        "a header that is none": f"{start}{number}\r\n{length}\r\n{form}",
        "a header with a blank": f"{start}From {number}: {number}\r\n{length}\r\n{form}",
        "a header of two lines": f"{start}X-Caller: a\r\n {number}\r\n{length}\r\n{form}",
        "a version there isn't": f"POST {_TARGET}?{sent} HTTP/{number}\r\nHost: x\r\n\r\n",
        "a method there isn't": f"{number} {_TARGET}?{sent} HTTP/1.1\r\nHost: x\r\n\r\n",
        "a wish there isn't": f"{start}Expect: {number}\r\n{length}\r\n{form}",
        "a form that is cut off": f"{start}{length}\r\n{form[:-9]}",
        "a host that is none": f"POST {_TARGET}?{sent} HTTP/1.1\r\nHost: {number}\r\n{length}\r\n{form}",
        "an address that is too long": f"GET /{sent * 400} HTTP/1.1\r\nHost: x\r\n\r\n",
    }
    # The form begins to be read as a request anywhere in the number.
    begin = form.index("From=")
    for place in range(begin + 5, begin + 10):
        texts[f"a length that ends at {place}"] = f"{start}Content-Length: {place}\r\n\r\n{form}\r\n\r\n"
    return {what: text.encode() for what, text in texts.items()}


def send_broken_requests(port: int, number: str) -> None:
    """Sends each of them on a connection of its own, and hears what comes back."""
    for request in broken_requests(number).values():
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=0.3) as connection,
        ):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
