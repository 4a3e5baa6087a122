"""A real Chromium, telephone pages in it, and hotlines that they can ring over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.browser.scripted import ScriptedHotline
from tests.hotline import LINE, Hotline, make_hotline, with_simulator
from tests.simulator.listening import served

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]

# Writes down when each clip starts, ends and is cut off, and when each webhook leaves; and what the page was forbidden.
EARS = """
window.heard = [];
window.forbidden = [];
const note = (what, url) => window.heard.push({what, url, at: performance.now() / 1000});
addEventListener('securitypolicyviolation', (event) => window.forbidden.push(event.blockedURI));
const {play, pause} = HTMLMediaElement.prototype;
HTMLMediaElement.prototype.play = function () {
  this.addEventListener('playing', () => note('starts', this.src), {once: true});
  this.addEventListener('ended', () => note('ends', this.src), {once: true});
  return play.call(this);
};
HTMLMediaElement.prototype.pause = function () {
  if (!this.ended) note('is cut off', this.src);
  return pause.call(this);
};
const {fetch} = window;
window.fetch = function (url, options) {
  if (String(url).startsWith('/phone/')) note('posts', String(url));
  return fetch.call(this, url, options);
};
addEventListener('keydown', (event) => note('key', event.key), true);
"""


@dataclass
class Telephone:
    """A telephone page, and everything that went wrong in it."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.page.evaluate("sessionStorage.getItem('number')"))

    @property
    def said(self) -> list[str]:
        """The transcript, one line each."""
        return [item.inner_text().strip() for item in self.page.locator("#lines .said").all()]

    @property
    def heard(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate("window.heard"))

    def call(self) -> None:
        self.page.get_by_role("button", name="Call").click()

    def press(self, key: str) -> None:
        self.page.locator(f'#keypad button[value="{key}"]').click()

    def wait_for(self, words: str, seconds: float = 15) -> None:
        """Waits until a line of the transcript holds these words."""
        self.page.locator("#lines .said", has_text=words).last.wait_for(timeout=seconds * 1000)

    def wait_for_key(self, key: str, seconds: float = 15) -> None:
        """Waits until the page says what this key does."""
        keys = self.page.locator("#keys-now kbd", has_text=key)
        keys.first.wait_for(timeout=seconds * 1000)

    def keys(self, which: str) -> dict[str, str]:
        """What each key does, as the page says it: those of this screen (`now`), or those of every one (`always`)."""
        items = self.page.locator(f"#keys-{which} li").all()
        return {one.locator("kbd").inner_text(): one.locator("span").inner_text() for one in items}

    def wait_until(self, state: str, seconds: float = 15) -> None:
        self.page.locator(f'body[data-state="{state}"]').wait_for(timeout=seconds * 1000)

    def wait_to_hear(self, enough: Callable[[list[dict[str, Any]]], object], seconds: float = 15) -> None:
        """Waits until what was heard so far is enough."""
        for _ in range(int(seconds * 20)):
            if enough(self.heard):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not heard within {seconds} s")

    def note_request(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """A real Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def open_telephone(chromium: Browser) -> Iterator[Callable[..., Telephone]]:
    """Opens a telephone page of a hotline, in a window of its own.

    Each has a number of its own, since two pages that choose one by lot have the same now and then; `by_lot` lets it.
    """
    opened: list[Telephone] = []

    def open_one(address: str, by_lot: bool = False, query: str = "", **window: Any) -> Telephone:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **window})
        page = context.new_page()
        telephone = Telephone(page, address)
        page.add_init_script(EARS)
        if not by_lot:
            number = f"+120255501{20 + len(opened)}"
            page.add_init_script(f"sessionStorage.number ??= '{number}';")
        page.on("pageerror", lambda error: telephone.problems.append(str(error)))
        page.on(
            "console", lambda m: telephone.problems.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("request", telephone.note_request)
        page.goto(f"{address}/telephone{query}")
        page.locator("body[data-ready]").wait_for()
        opened.append(telephone)
        return telephone

    yield open_one
    for telephone in opened:
        telephone.page.context.close()


@dataclass(frozen=True)
class RunningHotline:
    """The real application with the shipped pack on air, and where it listens. Its public address is another."""

    hotline: Hotline
    address: str


@pytest.fixture
def running_hotline(tmp_path: Path) -> Iterator[RunningHotline]:
    """The real application, whose clips are short."""
    made = make_hotline(tmp_path / "data", line=replace(LINE, provider="simulator"), **with_simulator())
    with served(made.app) as address:
        yield RunningHotline(made, address)
    made.wiring.database.dispose()


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedHotline]:
    """A hotline whose replies a test writes itself, with clips of the lengths it names."""
    made = ScriptedHotline(tmp_path)
    with served(made.app) as address:
        made.address = address
        yield made
    made.database.dispose()
