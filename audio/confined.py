"""Work on bytes that may be meant to do harm, in a process of its own that has and can open nothing.

Whoever finds a way to make a decoder read other files, take all memory or run for ever finds it in a process without a
file, a connection or the means to open one or to start another, with no more memory than a recording needs, which the
system ends in time, or with the process that it works for.
It costs a fork, a few milliseconds. What breaks there breaks nothing else.
"""

from __future__ import annotations

import os
import resource
import select
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from audio.alone import end, stay_alone
from audio.limits import Limits
from audio.refusals import REFUSALS, Refused, TooHeavy
from audio.standing_back import BEHIND_CALLERS

_MADE, _REFUSED, _BROKEN = b"+", b"-", b"!"
_READ_AT_ONCE = 1 << 20
LARGEST_ANSWER = 32 << 20
"""Bytes: three times the longest clip. Whoever has taken over the process can't fill its parent's memory."""
PATIENCE = 3.0
"""How many times longer than its work it may take, on a machine that has other things to do."""


class WorkBroke(RuntimeError):
    """The work ended in an error of ours, not in a refusal: the message is its name and words."""


def confined(work: Callable[[], bytes], limits: Limits) -> bytes:
    """What `work` returns. Whatever it needs has to be imported and opened before.

    Raises the refusal that it raises; TooHeavy when it takes more memory or time than the limits allow, or ends without
    an answer; WorkBroke for any other error.
    """
    reading, writing = os.pipe()
    parent, child = os.getpid(), _fork()
    if child == 0:
        _work(work, limits, writing, parent)
    os.close(writing)
    try:
        answer = _read_all(reading, time.monotonic() + limits.work * PATIENCE)
    finally:
        os.close(reading)
        end(child)
    return opened(answer)


def _fork() -> int:
    with warnings.catch_warnings():
        # Python warns of forks beside threads, whose locks would stay locked. Ours needs none that others hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _work(work: Callable[[], bytes], limits: Limits, writing: int, parent: int) -> NoReturn:
    """The child. Never returns into the code of its parent."""
    try:
        _close_all_but(writing)
        _limit(limits)
        stay_alone(parent)
        _write_all(writing, answer_of(work))
    finally:
        os._exit(0)


def answer_of(work: Callable[[], bytes]) -> bytes:
    """What the work returns, or why it doesn't, as one process tells another."""
    try:
        return _MADE + work()
    except Refused as refused:
        return _REFUSED + f"{refused.code}\n{refused}".encode()
    except MemoryError:
        return _REFUSED + f"{TooHeavy.code}\nmemory".encode()
    except Exception as error:
        return _BROKEN + f"{type(error).__name__}: {error}".encode(errors="replace")


def _close_all_but(writing: int) -> None:
    """A child has whatever its parent had open: the database, the queue, somebody else's recording."""
    errors = 2
    os.closerange(0, errors)
    os.closerange(errors + 1, writing)
    os.closerange(writing + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _limit(limits: Limits) -> None:
    # Callers who press a key go first, however many recordings come in.
    os.nice(BEHIND_CALLERS)
    if used := _address_space():
        _set(resource.RLIMIT_AS, used + limits.memory)
    _set(resource.RLIMIT_CPU, max(1, round(limits.work)))
    _set(resource.RLIMIT_NOFILE, 0)
    _set(resource.RLIMIT_FSIZE, 0)
    _set(resource.RLIMIT_CORE, 0)


def _set(what: int, least: int) -> None:
    """Soft and hard, so that it can't be raised again."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (least, least) if hard == resource.RLIM_INFINITY else (min(least, hard),) * 2)


def _address_space() -> int:
    """Bytes; 0 where the system doesn't tell, as macOS, which wouldn't keep the limit either."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _write_all(writing: int, answer: bytes) -> None:
    view = memoryview(answer)
    while view:
        view = view[os.write(writing, view) :]


def _read_all(reading: int, until: float) -> bytes:
    parts: list[bytes] = []
    left = LARGEST_ANSWER
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TooHeavy("took too long")
        part = os.read(reading, _READ_AT_ONCE)
        if not part:
            return b"".join(parts)
        left -= len(part)
        if left < 0:
            raise TooHeavy("answered too much")
        parts.append(part)


def opened(answer: bytes) -> bytes:
    """What the child says is bytes, words and a known code; nothing of it is ever run."""
    kind, content = answer[:1], answer[1:]
    if kind == _MADE:
        return content
    if kind == _REFUSED:
        code, _, words = content.decode(errors="replace").partition("\n")
        raise REFUSALS.get(code, TooHeavy)(words)
    if kind == _BROKEN:
        raise WorkBroke(content.decode(errors="replace"))
    raise TooHeavy("ended without an answer")
