"""The same webhooks through real servers and real sockets: what they do to an address must not break a signature."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from tests.hotline import PUBLIC_URL, TOKEN, make_hotline
from tests.serving import Served, fields_of, serving

pytestmark = pytest.mark.xdist_group("over_http")

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module", params=["gthread", "granian"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A hotline served by gunicorn, then by granian."""
    folder = tmp_path_factory.mktemp(str(request.param))
    hotline = make_hotline(folder / "data", server=request.param)
    with serving(hotline.wiring.settings, folder / "log") as running:
        yield running
    hotline.wiring.database.dispose()


TARGETS = [
    "/phone/twilio/voice",
    "/phone/twilio/voice?q=%C3%A9",
    "/phone/twilio/voice?q=%2F%3A%3F%26",
    "/phone/twilio/voice?q=a+b%20c&empty=&q=again",
    "/phone/twilio/voice?q=%c3%a9&lower=%2f",
    "/phone/twilio/voice?q=~!$'()*,;:@/?",
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_signature_holds_for_every_way_of_writing_an_address(served: Served, target: str) -> None:
    """Percent signs, empty and repeated fields in the query reach the check as they were signed."""
    call = f"CA{TARGETS.index(target):032x}"
    fields = fields_of(call)
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + target, fields)
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    answer = served.ask("POST", target, urlencode(fields).encode(), headers)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert "<Gather" in answer.text
    assert served.hang_up(call).status == 204


def test_another_way_of_writing_it_is_another_address(served: Served) -> None:
    """Mallory replays a webhook with one letter of its address written otherwise: it is refused."""
    fields = fields_of("CA" + "5" * 32)
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/phone/twilio/voice?q=%C3%A9", fields)
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    for target in ("/phone/twilio/voice?q=%c3%a9", "/phone/twilio/voice?q=%C3%A9&", "/phone/twilio/voice"):
        assert served.ask("POST", target, urlencode(fields).encode(), headers).status == 403


def test_no_header_is_a_refusal_and_no_error(served: Served) -> None:
    """A webhook without any signature gets 403 from each server."""
    body = urlencode(fields_of("CA" + "6" * 32)).encode()
    assert served.ask("POST", "/phone/twilio/voice", body, {"Content-Type": FORM}).status == 403


def test_long_values_are_taken(served: Served) -> None:
    """A field of 10 kB, from a network that adds what it likes, changes nothing for the caller."""
    fields = fields_of("CA" + "7" * 32, CallerName="n" * 10_000, Unknown="é" * 1000)
    answer = served.post("/phone/twilio/voice", fields)
    assert "<Gather" in answer.text
    served.hang_up("CA" + "7" * 32)


CLOSED = b"the door was closed on what was still being sent"


def test_a_body_too_large_is_refused(served: Served) -> None:
    """Half a megabyte is refused at once, without being read."""
    try:
        answer = served.ask("POST", "/phone/twilio/voice", b"a=" + b"b" * 500_000, {"Content-Type": FORM})
    except ConnectionError:
        # Whoever closes the door on what is still being sent may not be heard saying why.
        assert served.ask("GET", "/healthz").status == 200
    else:
        assert answer.status == 413


def test_a_form_in_pieces_is_read(served: Served) -> None:
    """A proxy passes the form on in pieces, without its length: the signature holds, and a giant one is refused."""
    fields = fields_of("CA" + "8" * 32)
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/phone/twilio/voice", fields)
    assert b" 200 " in in_pieces(served, urlencode(fields).encode(), signature)
    giant = in_pieces(served, b"a=" + b"b" * 100_000, signature)
    assert b" 413 " in giant or giant == CLOSED
    served.hang_up("CA" + "8" * 32)


def in_pieces(served: Served, body: bytes, signature: str) -> bytes:
    """Posts a body in chunks; returns the first line of the answer."""
    head = (
        f"POST /phone/twilio/voice HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nConnection: close\r\n"
        f"X-Twilio-Signature: {signature}\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
    pieces = [body[i : i + 1000] for i in range(0, len(body), 1000)]
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as wire:
        try:
            wire.sendall(head)
            for piece in pieces:
                wire.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            wire.sendall(b"0\r\n\r\n")
            return wire.makefile("rb").readline()
        except ConnectionError:
            return CLOSED


def test_half_a_request_is_no_request(served: Served) -> None:
    """A connection that breaks in the middle of a form begins no call, and the server goes on answering."""
    fields = urlencode(fields_of("CA" + "9" * 32)).encode()
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as wire:
        wire.sendall(f"POST /phone/twilio/voice HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\n".encode())
        wire.sendall(f"Content-Length: {len(fields) + 50}\r\n\r\n".encode() + fields)
    assert served.ask("GET", "/healthz").status == 200
