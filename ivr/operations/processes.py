"""Starts what the Procfile names, and stops all of it together."""

from __future__ import annotations

import os
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager

from ivr.jobs.queue_server import running
from ivr.settings import PREFIX, Settings

START_SECONDS = 60
LOOK_SECONDS = 0.2
PROCFILE = Path(__file__).parents[2] / "Procfile"


def run_all(settings: Settings, when_ready: Callable[[], None] = lambda: None) -> int:
    """Runs until Ctrl-C or until one process ends; returns the exit status. Calls `when_ready` once calls can come."""
    queue = running(settings.data) if settings.uses_embedded_queue else nullcontext(settings.redis_url)
    with queue as queue_url:
        manager = Manager()
        environment = _environment(settings, queue_url)
        for name, command in parse_procfile(PROCFILE.read_text()).processes.items():
            manager.add_process(name, command, env=environment)
        threading.Thread(target=_say_when_ready, args=(settings, when_ready), daemon=True).start()
        manager.loop()
        return int(manager.returncode or 0)


def _environment(settings: Settings, queue_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONUNBUFFERED": "1",
        f"{PREFIX}DATA": str(settings.data.absolute()),
        f"{PREFIX}REDIS_URL": queue_url,
        f"{PREFIX}PORT": str(settings.port),
        f"{PREFIX}PUBLIC_URL": settings.public_url,
    }


def _say_when_ready(settings: Settings, when_ready: Callable[[], None]) -> None:
    address = f"http://{settings.host}:{settings.port}/healthz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with opener.open(address, timeout=1) as answer:
                if answer.status == 200:
                    when_ready()
                    return
        except OSError:
            pass
        time.sleep(LOOK_SECONDS)
