"""gunicorn's worker with threads, but no thread ever waits for somebody whose line is slow, or who sends nothing.

The worker as it ships gives a thread to each connection at once, to wait for its request: a few phones on a bad line,
or one person with ill will, then keep every caller waiting. Here the one loop that watches all connections waits, until
a request is whole. What is too large for that holds a thread while it comes, as long as it does come.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections import deque
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from ivr.arrival import HEAD_BYTES, WHOLE_BYTES, Arrival, look

ARRIVAL_SECONDS = 60
SLOWEST_LINE = 1000
"""In how many seconds a request has to arrive that is waited for, and at how many bytes a second beyond that."""
STALLED_SECONDS = 20
"""After which a sender or reader who holds a thread, and moves nothing, is given up."""
LINGER_SECONDS = 5
LINGER_BYTES = 1_000_000
"""How long, and how much, is still taken from whoever is being answered before having sent everything: closed at once,
the connection would be broken before the answer is read."""
CROWDED = 0.75
"""The share of all connections beyond which the one that has been arriving longest makes place."""
_STALLED = struct.pack("ll", STALLED_SECONDS, 0)


class Connection(TConn):  # type: ignore[misc]
    """A connection; `seen` is how many bytes of its next request are known to be there."""

    def __init__(self, worker: WaitingWorker, *about: Any) -> None:
        super().__init__(worker.cfg, *about)
        self.worker = worker
        self.began = 0.0
        self.seen = 0
        self.is_large = False
        self.data_ready = True
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _STALLED)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _STALLED)

    def close(self, graceful: bool = False) -> None:
        """Closes it; `graceful` is for after an answer."""
        if graceful:
            self.worker.linger(self)
        else:
            super().close()


class WaitingWorker(ThreadWorker):  # type: ignore[misc]
    """See above. `lingering` are connections that have been answered and are closed as soon as they may be."""

    def __init__(self, *about: Any, **more: Any) -> None:
        super().__init__(*about, **more)
        self.lingering: deque[Connection] = deque()

    def accept(self, listener: socket.socket) -> None:
        """Takes a new connection."""
        if self.nr_conns > CROWDED * self.worker_connections:
            self._make_place()
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:
            # There are as many open files as may be.
            self._make_place()
            return
        self.nr_conns += 1
        self._begin(Connection(self, sock, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A connection that was kept open brings its next request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._begin(conn)

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """More of a request has come."""
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._look(conn)

    def murder_pending(self) -> None:
        """Ends what has been arriving, or lingering, for too long. Called each second."""
        now = time.monotonic()
        for conn in [one for one in self.pending_conns if one.timeout < now]:
            self._give_up(conn)
        while self.lingering and self.lingering[0].timeout < now:
            conn = self.lingering.popleft()
            self.poller.unregister(conn.sock)
            conn.close()

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """What wasn't waited for may not have been read either: nothing can follow it on the same connection."""
        req.must_close = req.must_close or conn.is_large
        return super().handle_request(req, conn)

    def linger(self, conn: Connection) -> None:
        """Ends our side, and takes for a moment what is still being sent, without holding up anybody."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            conn.close()
            return
        conn.timeout, conn.seen = time.monotonic() + LINGER_SECONDS, 0
        self.lingering.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._discard, conn))

    def _begin(self, conn: Connection) -> None:
        conn.began, conn.seen = time.monotonic(), 0
        self._look(conn)

    def _look(self, conn: Connection) -> None:
        """Gives a connection to a thread, or waits for more of its request."""
        try:
            seen = conn.sock.recv(WHOLE_BYTES + HEAD_BYTES, socket.MSG_PEEK)
        except BlockingIOError:
            self._wait(conn, 1)
            return
        except OSError:
            self._close(conn)
            return
        arrival, needed = look(seen)
        if arrival is Arrival.ENDLESS:
            self._close(conn)
        elif arrival is Arrival.COMING and len(seen) > conn.seen:
            conn.seen = len(seen)
            self._wait(conn, needed)
        else:
            # Where nothing more has come the other side has ended it, which a thread is told at once.
            conn.is_large = arrival is Arrival.LARGE
            _wake_at(conn, 1)
            self.enqueue_req(conn)

    def _wait(self, conn: Connection, needed: int) -> None:
        _wake_at(conn, needed)
        conn.timeout = conn.began + ARRIVAL_SECONDS + needed / SLOWEST_LINE
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def _make_place(self) -> None:
        """What has been arriving for longest goes first: a whole request never waits for half of one."""
        if self.pending_conns:
            self._give_up(min(self.pending_conns, key=lambda one: one.timeout))

    def _give_up(self, conn: Connection) -> None:
        self.pending_conns.remove(conn)
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    def _discard(self, conn: Connection, client: socket.socket) -> None:
        try:
            got = len(client.recv(65536))
        except BlockingIOError:
            return
        except OSError:
            got = 0
        conn.seen += got
        if not got or conn.seen > LINGER_BYTES:
            self.poller.unregister(client)
            self.lingering.remove(conn)
            conn.close()


def _wake_at(conn: Connection, needed: int) -> None:
    """So many bytes have to be there before this connection is looked at again."""
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, needed)
