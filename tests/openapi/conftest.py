"""The mock of the provider's REST interface, made from its own OpenAPI document, on a free loopback port."""

from __future__ import annotations

import copy
import fcntl
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
DOCUMENT = MODULES / "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
INSTALL_SECONDS = 170
START_SECONDS = 60


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The provider's OpenAPI document."""
    install()
    read: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return read


@pytest.fixture(scope="session")
def mock_url(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The mock's address."""
    spelt_out = tmp_path_factory.mktemp("openapi") / "document.json"
    spelt_out.write_text(json.dumps(with_lists_spelt_out(document)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", str(MODULES / "@stoplight/prism-cli/dist/index.js"), "mock", "-h", "127.0.0.1"]
    mock = subprocess.Popen(
        [*command, "-p", str(port), "--multiprocess", "false", str(spelt_out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(mock, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        mock.terminate()
        mock.wait(10)


def with_lists_spelt_out(document: dict[str, Any]) -> dict[str, Any]:
    """The document with one default of OpenAPI written out: a list in a form is a field repeated.

    The mock applies that default only where it is written, and would refuse every list otherwise.
    """
    spelt_out = copy.deepcopy(document)
    for operation in (each for path in spelt_out["paths"].values() for each in path.values()):
        if not isinstance(operation, dict):
            continue
        form = (
            operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
        )
        for name, schema in form.get("schema", {}).get("properties", {}).items():
            if schema.get("type") == "array":
                form.setdefault("encoding", {})[name] = {"style": "form", "explode": True}
    return spelt_out


def install() -> None:
    """Fetches the mock once, as locked. Several test processes wait for the one that does it."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        leave_out("the mock of the provider's REST interface needs npm (Debian: apt install npm)")
    marker = MODULES / ".package-lock.json"
    with (HERE / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if marker.exists() and DOCUMENT.exists() and marker.stat().st_mtime >= locked_at():
            return
        done = subprocess.run(
            ["npm", "ci", "--no-progress"],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            leave_out(
                f"npm could not fetch the mock: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}"
            )


def locked_at() -> float:
    """When the list of what to install last changed."""
    return (HERE / "package-lock.json").stat().st_mtime


def leave_out(why: str) -> None:
    """Skips on somebody's own machine, and fails where nothing may be skipped."""
    if os.environ.get("WARMLINE_TESTS_NO_SKIPS") == "1" or os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def wait_for(mock: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the mock listens; fails when it ends or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if mock.poll() is not None:
            pytest.fail("the mock of the provider's REST interface ended at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the mock of the provider's REST interface didn't start")
