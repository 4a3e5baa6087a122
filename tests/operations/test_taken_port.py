"""Another program already listens where Warmline wants to: the first thing that goes wrong for many newcomers."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr import demo_commands
from ivr.demo_commands import demo
from ivr.operations import processes
from ivr.process_commands import up
from ivr.settings import PREFIX, START, START_HEADER
from tests.hotline import make_hotline, settings_for
from tests.serving import environment_of, free_port, serving


class Stranger(BaseHTTPRequestHandler):
    """Says yes to everything, as many programs do; perhaps it is a hotline of its own."""

    own_start: str | None = None

    def do_GET(self) -> None:
        self.send_response(200)
        if self.own_start is not None:
            self.send_header(START_HEADER, self.own_start)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keeps quiet."""


@pytest.fixture
def stranger() -> Iterator[type[Stranger]]:
    """Another program on this machine; its `port` is where it listens."""
    kind = type("OneStranger", (Stranger,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        kind.port = server.server_port  # type: ignore[attr-defined]
        yield kind
        server.shutdown()


def test_a_taken_port_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newcomer whose port is taken reads one sentence and what to type, and hasn't waited for a demo voice."""
    for name in list(os.environ):
        if name.startswith(PREFIX) or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.setenv(f"{PREFIX}DATA", str(tmp_path / "data"))
    monkeypatch.setenv(f"{PREFIX}PORT", "8000")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        done = CliRunner().invoke(demo, catch_exceptions=False)
    assert done.exit_code == 1
    assert f"Port {port} is taken" in done.output
    assert "PORT=9000 make demo" in done.output
    assert len(done.output.strip().splitlines()) <= 4
    assert not (tmp_path / "data" / "media").exists()


def test_the_port_that_is_taken_is_not_advised() -> None:
    """Whoever has already tried the port that we advise is told of another."""
    with pytest.raises(SystemExit, match="PORT=9001 make demo"):
        demo_commands._leave(processes.PortTaken("127.0.0.1", demo_commands.OTHER_PORT))


def test_a_port_that_was_just_left_can_be_used_again() -> None:
    """Stopped and started again at once, Warmline finds its own port free."""
    port = free_port()
    for _ in range(2):
        server = socket.create_server(("127.0.0.1", port))
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _address = server.accept()
        # Whoever closes first keeps the address busy for a minute.
        accepted.close()
        client.close()
        server.close()
        processes.require_port(settings_for(Path("unused"), port=port))


def test_on_a_server_the_setting_is_named(tmp_path: Path, stranger: type[Stranger]) -> None:
    """Whoever starts a real line where the port is taken is told which setting to change; nothing is started."""
    settings = settings_for(tmp_path / "data", port=stranger.port)  # type: ignore[attr-defined]
    done = CliRunner().invoke(up, env=environment_of(settings), catch_exceptions=False)
    assert done.exit_code == 1
    assert "WARMLINE_PORT" in done.output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("own_start", [None, "", "another"])
def test_somebody_elses_answer_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stranger: type[Stranger], own_start: str | None
) -> None:
    """Another program, or another hotline, that answers at our address doesn't make us say "the hotline answers"."""
    monkeypatch.setattr(processes, "START_SECONDS", 1)
    stranger.own_start = own_start
    settings = settings_for(tmp_path, port=stranger.port)  # type: ignore[attr-defined]
    told: list[str] = []
    processes._say_when_ready(settings, "ours", lambda: told.append("ready"))
    assert told == []
    stranger.own_start = "ours"
    processes._say_when_ready(settings, "ours", lambda: told.append("ready"))
    assert told == ["ready"]


def test_our_own_web_process_is_known_again(tmp_path: Path) -> None:
    """The web process that we have started gives back the name of our start."""
    made = make_hotline(tmp_path / "data")
    made.wiring.database.dispose()
    with serving(made.wiring.settings, tmp_path / "log", **{START: "ours"}) as served:
        assert served.ask("GET", "/healthz").headers[START_HEADER] == "ours"
