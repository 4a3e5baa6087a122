"""A web process with two threads, and people whose lines are slow, or who mean ill: no caller waits for them."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.arrival import HEAD_BYTES, WHOLE_BYTES, Arrival, look
from ivr.process_commands import server_command
from tests.serving import free_port, is_listening, wait_until

HEAD = b"POST /phone HTTP/1.1\r\nHost: line.example.org\r\n"
BEGUN = {
    "nothing at all": b"",
    "half of a head": HEAD,
    "half of a form": HEAD + b"Content-Length: 900\r\n\r\nCallSid=CA",
    "half of a form in pieces": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nCallS",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The web server as the Procfile starts it, in front of an application that answers with what it was sent."""
    found = free_port()
    command = server_command(
        "gthread", "tests.operations.echo:app", host="127.0.0.1", port=found, processes=1, threads=2,
        log_level="warning",
    )  # fmt: skip
    program = Path(sys.executable).parent / command[0]
    log = tmp_path_factory.mktemp("web") / "log"
    with log.open("wb") as written:
        root = Path(__file__).parents[2]
        process = subprocess.Popen(
            [program, *command[1:]], cwd=root, stdout=written, stderr=written, env=dict(os.environ),
            start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: is_listening(found) or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def turn(port: int, body: bytes = b"Digits=1", path: str = "/phone") -> float:
    """A caller presses a key; how long the answer took, in seconds."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", path, body)
        assert connection.getresponse().read() == body
    finally:
        connection.close()
    return time.monotonic() - began


def senders(port: int, begun: bytes, count: int = 20) -> list[socket.socket]:
    """So many who begin to send, and then send no more."""
    opened = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(count)]
    for sender in opened:
        sender.sendall(begun)
    return opened


@pytest.mark.parametrize("begun", BEGUN)
def test_nobody_waits_for_twenty_who_send_no_more(port: int, begun: str) -> None:
    """Twenty stop in the middle, with two threads for everybody: a caller's turn takes as long as ever."""
    opened = senders(port, BEGUN[begun])
    try:
        assert max(turn(port) for _ in range(5)) < 1
    finally:
        for sender in opened:
            sender.close()


def test_what_comes_drop_by_drop_is_answered_when_it_is_whole(port: int) -> None:
    """Sara's form comes in twelve pieces over a bad line, and she gets the answer to all of it."""
    body = b"feeling=better&" * 4
    whole = HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        for at in range(0, len(whole), 14):
            line.sendall(whole[at : at + 14])
            time.sleep(0.01)
        assert b"".join(iter(lambda: line.recv(4096), b"")).endswith(body)


def test_a_recording_is_taken_while_it_comes(port: int) -> None:
    """What is larger than any form goes to a thread at once, and arrives to the last byte."""
    sound = os.urandom(3 * WHOLE_BYTES)
    assert turn(port, sound) < 2


def test_whoever_is_answered_early_holds_up_nobody(port: int) -> None:
    """Mallory announces a hundred megabytes at a door that doesn't want them: she is answered, and let go."""
    announced = HEAD.replace(b"/phone", b"/unread") + b"Content-Length: 100000000\r\n\r\n"
    opened = senders(port, announced + b"x" * 1000)
    try:
        assert max(turn(port) for _ in range(5)) < 1
        answers = [sender.recv(4096) for sender in opened]
        assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
        assert all(b"\r\nConnection: close\r\n" in answer for answer in answers)
    finally:
        for sender in opened:
            sender.close()


def test_one_connection_brings_many_requests(port: int) -> None:
    """The provider keeps its connection open: each turn on it is answered, the large one too."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    for body in (b"Digits=1", b"", b"Digits=2"):
        connection.request("POST", "/phone", body)
        assert connection.getresponse().read() == body
    connection.close()


@given(
    body=st.binary(max_size=200),
    cut=st.integers(0, 400),
    name=st.sampled_from([b"Content-Length", b"content-LENGTH"]),
)
def test_a_request_is_whole_exactly_when_its_last_byte_is_there(body: bytes, cut: int, name: bytes) -> None:
    """However the network cuts it: never looked at too early, and never waited for in vain."""
    whole = HEAD + name + b": %d\r\n\r\n" % len(body) + body
    seen = whole[:cut]
    arrival, needed = look(seen)
    assert (arrival is Arrival.WHOLE) == (len(seen) == len(whole))
    assert arrival is Arrival.WHOLE or len(seen) < needed <= len(whole)


@pytest.mark.parametrize(
    ("seen", "arrival"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", Arrival.WHOLE),
        (b"x" * HEAD_BYTES, Arrival.ENDLESS),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", Arrival.LARGE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Arrival.WHOLE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Arrival.WHOLE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n" + b"x" * WHOLE_BYTES, Arrival.LARGE),
    ],
    ids=["no body", "endless head", "much", "in no pieces", "in pieces", "in many pieces"],
)
def test_other_ways_to_send(seen: bytes, arrival: Arrival) -> None:
    """Without a body, with a head that never ends, with too much, and in pieces."""
    assert look(seen).arrival is arrival
