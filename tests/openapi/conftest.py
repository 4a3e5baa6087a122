"""The mock of the provider's REST interface, made from its own OpenAPI document, on a free loopback port."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.npm import free_port, install, wait_for

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
DOCUMENT = MODULES / "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
WHAT = "the mock of the provider's REST interface"


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The provider's OpenAPI document."""
    install(HERE, WHAT, DOCUMENT)
    read: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return read


@pytest.fixture(scope="session")
def mock_url(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The mock's address."""
    spelt_out = tmp_path_factory.mktemp("openapi") / "document.json"
    spelt_out.write_text(json.dumps(with_lists_spelt_out(document)))
    port = free_port()
    command = ["node", str(MODULES / "@stoplight/prism-cli/dist/index.js"), "mock", "-h", "127.0.0.1"]
    mock = subprocess.Popen(
        [*command, "-p", str(port), "--multiprocess", "false", str(spelt_out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(mock, port, WHAT)
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
