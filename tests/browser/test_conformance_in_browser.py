"""The telephone in the browser executes replies exactly as the telephone in the terminal does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.scripted import ScriptedHotline
from tests.simulator.listening import served

SIMULATOR_TESTS = Path(__file__).parents[1] / "simulator"
CASES = json.loads((SIMULATOR_TESTS / "conformance.json").read_text(encoding="utf-8"))
DRIVE = (SIMULATOR_TESTS / "drive.js").read_text(encoding="utf-8")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def traces(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every written-down call, as the browser's interpreter lets it go."""
    hotline = ScriptedHotline(tmp_path_factory.mktemp("hotline"))
    with served(hotline.app) as address:
        page = chromium.new_page()
        page.goto(f"{address}/telephone")
        found = {case["name"]: _run(page, case) for case in CASES}
        page.close()
    hotline.database.dispose()
    return found


def _run(page: Page, case: dict[str, Any]) -> list[str]:
    script = f"""async (testCase) => {{
        const {{ Call }} = await import('/telephone/static/machine.js');
        const drive = await import(URL.createObjectURL(new Blob([{json.dumps(DRIVE)}], {{type: 'text/javascript'}})));
        return drive.run(Call, testCase);
    }}"""
    return list(page.evaluate(script, case))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_browser_executes_replies_as_the_terminal_does(
    case: dict[str, Any], traces: dict[str, list[str]]
) -> None:
    """Every written-down call goes the same way in a browser, second by second."""
    assert traces[case["name"]] == case["trace"]
