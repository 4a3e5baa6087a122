"""The load: callers on kept-open connections, as many turns as the server takes, or so many a second.

At a constant rate every latency counts from the moment the key was due, not from when a connection was free for it: a
server that stalls can't hide the callers it kept waiting.
"""

from __future__ import annotations

import gc
import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.calling import WrongAnswer
from benchmarks.variants import Crowd
from benchmarks.webhooks import Caller, Webhook, request_of

PATIENCE_SECONDS = 10.0
RECEIVE_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Window:
    """What a server did for a while: turns a second, and each turn's latency in milliseconds."""

    rate: float
    latencies: tuple[float, ...]


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    caller: Caller | None = None
    hook: Webhook | None = None
    due: float = 0.0
    received: bytes = b""


class Load:
    """Connections to one server."""

    def __init__(self, port: int, crowd: Crowd, connections: int) -> None:
        self._crowd = crowd
        self._all = [_Connection(_connect(port)) for _ in range(connections)]
        self._idle = deque(self._all)
        self._busy: dict[int, _Connection] = {}
        self._latencies: list[float] = []

    def close(self) -> None:
        """Hangs up all connections."""
        for connection in self._all:
            connection.socket.close()

    def saturate(self, seconds: float) -> Window:
        """Every connection asks again as soon as it is answered."""
        with _undisturbed():
            self._latencies = []
            start = time.perf_counter()
            end = start + seconds
            while time.perf_counter() < end:
                while self._idle:
                    self._ask(time.perf_counter())
                self._listen(PATIENCE_SECONDS)
            done, taken = len(self._latencies), time.perf_counter() - start
            self._drain()
        return Window(done / taken, tuple(self._latencies))

    def keep_pace(self, seconds: float, rate: float) -> Window:
        """So many turns a second, evenly, whatever the server does."""
        with _undisturbed():
            self._latencies = []
            waiting: deque[float] = deque()
            start = time.perf_counter()
            asked, total = 0, max(1, int(seconds * rate))
            while asked < total or waiting:
                now = time.perf_counter()
                while asked < total and start + asked / rate <= now:
                    waiting.append(start + asked / rate)
                    asked += 1
                while waiting and self._idle:
                    self._ask(waiting.popleft())
                pause = start + asked / rate - time.perf_counter() if asked < total else PATIENCE_SECONDS
                self._listen(max(0.0, pause), answer_expected=asked >= total)
            self._drain()
            taken = time.perf_counter() - start
        return Window(len(self._latencies) / taken, tuple(self._latencies))

    def _ask(self, due: float) -> None:
        connection = self._idle.popleft()
        connection.caller, connection.hook = self._crowd.next()
        connection.due = due
        connection.socket.sendall(request_of(connection.hook))
        self._busy[connection.socket.fileno()] = connection

    def _drain(self) -> None:
        while self._busy:
            self._listen(PATIENCE_SECONDS)

    def _listen(self, seconds: float, answer_expected: bool = True) -> None:
        ready, _, _ = select.select(list(self._busy), [], [], seconds)
        if not ready and answer_expected and self._busy and seconds >= PATIENCE_SECONDS:
            raise WrongAnswer(f"no answer within {seconds:.0f} seconds")
        for number in ready:
            connection = self._busy[number]
            part = connection.socket.recv(RECEIVE_BYTES)
            if not part:
                raise WrongAnswer("the server has hung up")
            connection.received += part
            if _is_whole(connection.received):
                self._finish(number, connection)

    def _finish(self, number: int, connection: _Connection) -> None:
        self._latencies.append((time.perf_counter() - connection.due) * 1000)
        answer, connection.received = connection.received, b""
        caller, hook = connection.caller, connection.hook
        assert caller is not None and hook is not None
        if not answer.startswith(b"HTTP/1.1 200") or (self._crowd.checked and hook.answered_by not in answer):
            raise WrongAnswer(f"{hook.target} was answered with {answer[:500]!r}")
        del self._busy[number]
        self._idle.append(connection)
        self._crowd.answered(caller)


def _connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _is_whole(received: bytes) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    length, _, _ = rest.partition(b"\r\n")
    return len(body) >= int(length)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No garbage collection of the load generator counts as the server's slowness."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
