"""Processes of their own for work on sound, so that all processors share it and a crash of one stops nobody else."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread

from audio.standing_back import stand_back


def new_pool(processes: int) -> ProcessPoolExecutor:
    """A pool whose processes end with the one that made it, however that ends. Use it under `if __name__ ==
    "__main__"` or from an installed command: its processes import the main module afresh."""
    return ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_live_and_die_with_parent
    )


def _live_and_die_with_parent() -> None:
    """Ctrl-C is the parent's to handle; and a parent that was killed must not leave processes waiting for ever. Whoever
    presses a key meanwhile goes first."""
    stand_back()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        Thread(target=_exit_after, args=(parent.sentinel,), daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
