"""A process that starts no other, and ends with the one that it was forked from.

What can't be had from the system without more of it: where it isn't root that makes the clips, the process could still
send signals to others of the same user. Where it is root, the process is nobody's, and can't.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from contextlib import suppress

_DIE_WITH_PARENT = 1
_NOBODY = 65_534
# Found before anything is closed; systems other than Linux don't have it, and end such a process by its limits alone.
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def stay_alone(parent: int) -> None:
    """Takes from this process whatever it would need to start another, or to stay when its parent goes. To be called in
    the child, with the process id of its parent."""
    # A group of its own, and no session: sessions share processors among themselves (audio/standing_back.py).
    os.setpgid(0, 0)
    if os.geteuid() == 0:
        # Whatever is root may have as many processes as it likes. A system without such a user leaves it as it is.
        with suppress(OSError):
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    die_with(parent)


def die_with(parent: int) -> None:
    """The system ends this process as soon as its parent, of this process id, has ended, however that ends."""
    if _prctl is not None:
        _prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def end(child: int) -> None:
    """Ends a child and whatever it has started, and waits for it."""
    for kill in (os.kill, os.killpg):
        with suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
