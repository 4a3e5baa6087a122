"""How the work on recordings lets others go first: whoever has pressed a key is waiting, a recording isn't."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

BEHIND_CALLERS = 10
"""How far this work stands back for other processes, as the system counts it: 0 is as everybody, 19 is last."""
_SESSION_BEHIND = 5
"""The same for a session: about a third of what others get, so that clips are made on a busy machine too."""


def stand_back() -> None:
    """Lets others go first. Call it in a process of its own.

    Linux shares processors among sessions first, and only then among the processes of each: work in the session of a
    web server would use up its share, however far back it stands there. So it gets a session of its own, with a small
    share; under a service manager that shares them by service, that changes nothing.
    """
    os.nice(BEHIND_CALLERS)
    with suppress(OSError):
        os.setsid()
        Path("/proc/self/autogroup").write_text(f"{_SESSION_BEHIND}\n")
