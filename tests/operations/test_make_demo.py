"""`make demo` as a newcomer types it: out of a fresh copy to a telephone that can be rung, and back to nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from ivr.settings import DEMO_FILE, PREFIX
from tests.serving import free_port, wait_until

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks at processes in /proc"),
    pytest.mark.xdist_group("make demo"),
    pytest.mark.timeout(400),
]

ROOT = Path(__file__).parents[2]
FIRST_START_SECONDS = 240
"""With nothing fetched before, and the machine busy."""
SECOND_START_SECONDS = 60
STOP_SECONDS = 40
ADDRESS = re.compile(r"http://\S+/telephone")
CLIPS = re.compile(r"Clips: (\d+) made, (\d+) kept")
PARTS = ("warmline demo", "gunicorn", "warmline worker", "warmline timetable", "valkey-server")


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a fresh copy of Warmline, a shell, and nothing set."""

    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def copy(self) -> Path:
        return self.folder / "warmline"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        ours = (PREFIX, "MAKE", "MFLAGS", "VIRTUAL_ENV", "PYTHON", "PORT")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def processes(self) -> dict[int, str]:
        """The command of every process that runs in the newcomer's folder."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (entry / "cwd").readlink().is_relative_to(self.folder):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def call(self, keys: str) -> subprocess.CompletedProcess[str]:
        """Rings the hotline from a second terminal."""
        return subprocess.run(
            [self.copy / ".venv" / "bin" / "warmline", "call", "--press", keys],
            cwd=self.copy,
            env=self.environment | {f"{PREFIX}DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    @contextmanager
    def demo(self, seconds: float) -> Iterator[Terminal]:
        """`make demo` in a terminal, until the hotline answers and prints where; stopped in any case."""
        command = [
            "make",
            "demo",
            f"PORT={self.port}",
            f"WARMLINE_DATA={self.data}",
            f"PYTHON={sys.executable}",
        ]
        log = self.folder / f"terminal-{time.monotonic_ns()}"
        with log.open("wb") as written:
            process = subprocess.Popen(
                command,
                cwd=self.copy,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                start_new_session=True,
            )
        terminal = Terminal(process, log)
        try:
            wait_until(lambda: terminal.address or process.poll() is not None, seconds, "the demo's start")
            assert process.poll() is None, terminal.text[-4000:]
            yield terminal
        finally:
            for left in self.processes():
                with suppress(ProcessLookupError):
                    os.kill(left, signal.SIGKILL)
            process.wait()


@dataclass(frozen=True)
class Terminal:
    """What the newcomer sees and can press."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text("utf-8")

    @property
    def address(self) -> str:
        """Where the telephone is, as printed; empty before."""
        found = ADDRESS.search(self.text)
        return found.group() if found else ""

    @property
    def clips(self) -> tuple[int, int]:
        """How many clips were made, and how many were there already."""
        found = CLIPS.search(self.text)
        assert found is not None, self.text
        return int(found[1]), int(found[2])

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(STOP_SECONDS)


@pytest.fixture
def newcomer() -> Iterator[Newcomer]:
    """A copy of Warmline as somebody has just downloaded it; gone afterwards, with the environment in it."""
    with tempfile.TemporaryDirectory(prefix="wl-demo-", dir="/tmp") as folder:
        made = Newcomer(Path(folder))
        copy_to(made.copy)
        yield made


def copy_to(folder: Path) -> None:
    """Every file that git keeps, or would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in listed.split("\0"):
        source, target = ROOT / name, folder / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())


def fetch(address: str) -> tuple[int, str]:
    """Opens an address as a browser on this machine would."""
    with build_opener(ProxyHandler({})).open(address, timeout=20) as answer:
        return answer.status, answer.read().decode()


def test_one_command_from_nothing_to_a_call_and_again(newcomer: Newcomer) -> None:
    """A newcomer types `make demo`, rings, presses Ctrl-C and nothing is left running; the next start keeps all."""
    with newcomer.demo(FIRST_START_SECONDS) as terminal:
        made, kept = terminal.clips
        assert made > 100
        assert kept == 0
        running = " ".join(newcomer.processes().values())
        assert [part for part in PARTS if part not in running] == []
        assert fetch(f"http://127.0.0.1:{newcomer.port}/healthz")[0] == 200
        assert urlsplit(terminal.address).port == newcomer.port
        status, page = fetch(terminal.address)
        assert status == 200
        assert "<h1>Telephone</h1>" in page
        called = newcomer.call("1,2")
        assert called.returncode == 0, called.stdout + called.stderr
        assert "To hear something that can help" in called.stdout
        terminal.press_ctrl_c()
        wait_until(lambda: not newcomer.processes(), 5, "the end of every process")

    secrets = (newcomer.data / DEMO_FILE).read_text()
    with newcomer.demo(SECOND_START_SECONDS) as terminal:
        assert terminal.clips == (0, made)
        assert "Fetching" not in terminal.text, "what is installed is installed"
        assert (newcomer.data / DEMO_FILE).read_text() == secrets
        assert newcomer.call("1,2").returncode == 0
        terminal.press_ctrl_c()
        wait_until(lambda: not newcomer.processes(), 5, "the end of every process")
