"""The pages of callbacks in a real Chromium: they stay as things are now, and nobody loses their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

from tests.browser.staffed import Staffed, staffed_hotline
from tests.browser.test_console_pages import MOST_BYTES, SIDEWAYS, SMALLEST_TARGET, TARGETS
from tests.browser.test_readability import CONTRASTS
from tests.console.calls import SAFETY, Calls
from tests.console.desk import Worker

pytestmark = pytest.mark.browser

A_WHILE = 15_000
"""Milliseconds: several rounds of asking."""
WAIT = 4
"""Callers whom Hafsa may call."""
PAGES = ("/console/queue", "/console/mine", "/console/board")


@dataclass
class Scene:
    """A hotline in use: Hafsa is free, Omar talks, Nadia's phone rings, Grace supervises."""

    staffed: Staffed
    calls: Calls
    hafsa: Worker
    omar: Worker
    nadia: Worker
    talk: str

    def page(
        self, chromium: Browser, worker: Worker, address: str, language: str = "en", **window: Any
    ) -> Page:
        """A page, opened by somebody in a window of their own."""
        page = self.staffed.window(chromium, worker, language, **window).new_page()
        self.staffed.open(page, address)
        return page

    def every_page(
        self, chromium: Browser, language: str = "en", **window: Any
    ) -> Iterator[tuple[str, Page]]:
        """Each of the pages in each of their states."""
        for worker, addresses in (
            (self.hafsa, PAGES[:2]),
            (self.omar, PAGES[:2]),
            (self.nadia, PAGES[1:2]),
            (self.staffed.joseph, PAGES[:2]),
            (self.staffed.grace, PAGES),
        ):
            for address in addresses:
                page = self.page(chromium, worker, address, language, **window)
                yield f"{worker.name} {address}", page
                page.context.close()


def scene_in(folder: Path) -> Iterator[Scene]:
    with staffed_hotline(folder) as staffed:
        calls = Calls(staffed.desk)
        now = staffed.desk.now
        hafsa, omar = calls.helper("Hafsa", ["ar", "sw"]), calls.helper("Omar", ["en", "sw"], "man")
        nadia = calls.helper("Nadia", ["ar"])
        calls.trained(hafsa)
        calls.waits("sw", minutes=200, wishes=SAFETY, gender="woman", tried=1, missed="no_answer")
        risky = calls.waits("ar", minutes=12, crisis=True, need="crisis", priority=0)
        calls.waits("sw", minutes=300, ready=False, not_before=now + 9000)
        calls.waits("fr", minutes=30)
        talk = calls.attempt(
            omar, calls.waits("en", minutes=90), "talking", "live", rang_at=now - 200, talked_at=now - 170
        )
        calls.attempt(nadia, calls.waits("ar", minutes=60, wishes=SAFETY), "offered", "asked")
        over = calls.waits("ar", minutes=100, state="closed", ending="talked")
        calls.page("crisis", risky)
        wiring = staffed.desk.hotline.wiring
        with wiring.database.begin() as connection:
            wiring.outcomes.tasks.open_task(connection, over, hafsa.id, 600, now - 1500)
            wiring.outcomes.tasks.open_task(connection, "9" * 32, omar.id, 600, now - 30 * 3600)
            wiring.outcomes.cases.open_case(connection, over, hafsa.id, now - 300)
        yield Scene(staffed, calls, hafsa, omar, nadia, talk)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One hotline for tests that only look."""
    yield from scene_in(tmp_path_factory.mktemp("shown"))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A hotline of its own for each test in which something happens."""
    yield from scene_in(tmp_path)


def test_a_callback_appears_without_loading_the_page(scene: Scene, chromium: Browser) -> None:
    """Hafsa looks at the queue; Amina asks to be called, and stands there seconds later, said aloud once."""
    page = scene.page(chromium, scene.hafsa, "/console/queue")
    page.evaluate("window.same = true")
    assert page.locator("#waiting > li").count() == WAIT
    asked = scene.calls.waits("sw", minutes=1)
    page.locator(f"#callback-{asked}").wait_for(timeout=A_WHILE)
    assert page.evaluate("window.same")
    told = page.locator(".live + [role=status]")
    assert told.inner_text() == f"{WAIT + 1} callers wait for a call from you."
    scene.calls.change(asked, state="talking")
    page.locator(f"#callback-{asked}").wait_for(state="detached", timeout=A_WHILE)


def test_nobody_loses_their_place(scene: Scene, chromium: Browser) -> None:
    """While the list changes, the keyboard stays on the button that it is on, and the page doesn't move."""
    page = scene.page(chromium, scene.hafsa, "/console/queue", viewport={"width": 360, "height": 500})
    last = page.locator("#waiting > li").last
    name = last.get_attribute("id")
    last.get_by_role("button").focus()
    before = last.get_by_role("button").bounding_box()
    scene.calls.waits("sw", minutes=400)
    page.locator("#waiting > li").nth(WAIT).wait_for(timeout=A_WHILE)
    assert page.evaluate("document.activeElement.closest('li').id") == name
    after = page.locator(f"#{name}").get_by_role("button").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 5


def test_the_call_is_followed_from_the_first_ring_to_the_talk(scene: Scene, chromium: Browser) -> None:
    """Nadia's page says what happens to her call as it happens; the list of reasons that she opened stays open."""
    page = scene.page(chromium, scene.nadia, "/console/mine")
    page.get_by_text("I can't take this call").click()
    attempt = str(page.locator(".call").get_attribute("id")).removeprefix("call-")
    scene.calls.attempt_now(attempt, state="live")
    page.get_by_role("heading", name="You have picked up").wait_for(timeout=A_WHILE)
    assert page.get_by_role("button", name="I took it by mistake").is_visible()
    callback_id = f"0{attempt[1:]}"
    scene.calls.change(callback_id, state="dialling")
    page.get_by_role("heading", name="We ring the caller now").wait_for(timeout=A_WHILE)
    scene.calls.attempt_now(attempt, talked_at=scene.staffed.desk.now)
    scene.calls.change(callback_id, state="talking")
    page.get_by_role("heading", name="You are talking").wait_for(timeout=A_WHILE)
    assert page.get_by_text("I can't take this call").count() == 0


def test_taking_and_putting_back_in_the_browser(scene: Scene, chromium: Browser) -> None:
    """Hafsa takes a certain caller, reads that her phone is about to ring, and puts the callback back with a reason."""
    page = scene.page(chromium, scene.hafsa, "/console/queue")
    page.locator("#waiting > li").last.get_by_role("button", name="Take this one").click()
    page.get_by_role("heading", name="Your phone rings in a moment").wait_for()
    page.get_by_text("I can't take this call").click()
    page.get_by_role("button", name="I took it by mistake").click()
    page.get_by_text("Put back. The caller keeps their place").wait_for()
    assert page.locator("#waiting > li").count() == WAIT


def test_an_alarm_comes_to_whatever_page_a_supervisor_reads(scene: Scene, chromium: Browser) -> None:
    """Grace reads the list of numbers when a caller in a crisis reaches nobody: it stands there in red by itself, and
    is gone once she has taken it."""
    page = scene.page(chromium, scene.staffed.grace, "/numbers")
    alarm = scene.calls.page("crisis", scene.calls.waits("fr", crisis=True, need="crisis"))
    page.locator(f"#alarm-{alarm}").wait_for(timeout=A_WHILE)
    page.locator(f"#alarm-{alarm}").get_by_role("button", name="I take it").click()
    page.get_by_text("It is yours now.").wait_for()
    assert page.locator(f"#alarm-{alarm}").count() == 0


def test_a_page_that_nobody_sees_asks_nothing(scene: Scene, chromium: Browser) -> None:
    """A tab in the background is quiet; brought to the front it is as things are now at once."""
    page = scene.page(chromium, scene.hafsa, "/console/queue")
    hide = (
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate(hide, True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(6_000)
    assert asked == []
    page.evaluate(hide, False)
    page.wait_for_timeout(1_000)
    assert asked == [f"{scene.staffed.address}/console/queue/now"]


def test_without_connection_it_is_said_and_goes_on_by_itself(scene: Scene, chromium: Browser) -> None:
    """When the line breaks, Hafsa reads that what stands there may be old; when it is back, so is the page."""
    page = scene.page(chromium, scene.hafsa, "/console/queue")
    page.context.set_offline(True)
    page.get_by_text("No connection just now").wait_for(timeout=4 * A_WHILE)
    assert page.locator("#waiting > li").count() == WAIT
    page.context.set_offline(False)
    page.get_by_text("No connection just now").wait_for(state="hidden", timeout=4 * A_WHILE)


def test_who_has_been_signed_out_is_told_so(scene: Scene, chromium: Browser) -> None:
    """After half an hour without a touch, the page says that Hafsa is signed out instead of growing old in silence."""
    page = scene.page(chromium, scene.hafsa, "/console/queue")
    scene.staffed.desk.hotline.clock.forward(31 * 60)
    page.get_by_text("You have been signed out").wait_for(timeout=A_WHILE)


def test_everything_works_without_scripts(scene: Scene, chromium: Browser) -> None:
    """On a phone without scripts Hafsa looks again by a link, takes the first, and puts it back."""
    page = scene.page(chromium, scene.hafsa, "/console/queue", java_script_enabled=False)
    assert page.locator("#waiting > li").count() == WAIT
    scene.calls.waits("sw", minutes=1)
    page.get_by_role("link", name="Look again").click()
    assert page.locator("#waiting > li").count() == WAIT + 1
    page.get_by_role("button", name="Take the first").click()
    page.get_by_role("heading", name="Your phone rings in a moment").wait_for()
    page.get_by_text("I can't take this call").click()
    page.get_by_role("button", name="Somebody else can help this caller better").click()
    page.get_by_text("Put back.").wait_for()
    board = scene.page(chromium, scene.staffed.grace, "/console/board", java_script_enabled=False)
    board.locator(".alarm").last.get_by_role("button", name="I take it").click()
    board.get_by_text("It is yours now.").wait_for()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing(shown: Scene, chromium: Browser, language: str, scheme: str) -> None:
    """In every state, in both directions, by day and by night the pages can be used by everybody."""
    found = {}
    for name, page in shown.every_page(chromium, language, color_scheme=scheme, bypass_csp=True):
        for each in page.locator("details:not([open]) > summary").all():
            each.click()
        for violation in Axe().run(page).response["violations"]:
            found[name, violation["id"]] = [node["html"][:120] for node in violation["nodes"]]
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_has_strong_contrast(shown: Scene, chromium: Browser, scheme: str) -> None:
    """By day and by night every word stands out at least seven to one, red ones too."""
    weak, seen = [], 0
    for name, page in shown.every_page(chromium, color_scheme=scheme):
        found = page.evaluate(CONTRASTS)
        seen += len(found)
        weak += [(name, text, round(contrast, 1)) for text, contrast in found if contrast < 7]
    assert seen > 300
    assert weak == []


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_on_the_smallest_screen_nothing_moves_sideways(
    shown: Scene, chromium: Browser, language: str
) -> None:
    """At 320 pixels everything fits, and whatever is to be pressed is big enough for a thumb."""
    wide, small = [], []
    for name, page in shown.every_page(chromium, language, viewport={"width": 320, "height": 640}):
        for each in page.locator("details:not([open]) > summary").all():
            each.click()
        reach, width = page.evaluate(SIDEWAYS)
        wide += [(name, reach)] if reach > width else []
        small += [(name, what, height) for what, height in page.evaluate(TARGETS) if height < SMALLEST_TARGET]
    assert wide == []
    assert small == []


def listening_to(page: Page) -> tuple[list[str], list[Response]]:
    """What goes wrong in a page, and what it loads, from now on."""
    problems: list[str] = []
    answers: list[Response] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("response", lambda answer: answers.append(answer))
    return problems, answers


def test_pages_are_small_and_break_no_rule(shown: Scene, chromium: Browser) -> None:
    """Each page with all that it loads and asks for stays below 100 kB, and within what it is allowed."""
    for worker, addresses in ((shown.hafsa, PAGES[:2]), (shown.staffed.grace, PAGES)):
        for address in addresses:
            page = shown.staffed.window(chromium, worker).new_page()
            problems, answers = listening_to(page)
            shown.staffed.open(page, address)
            page.wait_for_timeout(5_500)
            assert {"now"} <= {answer.url.rpartition("/")[2] for answer in answers}, address
            assert problems == [], address
            loaded = [answer for answer in answers if not answer.url.endswith("/now")]
            assert sum(len(answer.body()) for answer in loaded) < MOST_BYTES, address
            page.context.close()
