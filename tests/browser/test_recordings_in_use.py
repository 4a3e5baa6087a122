"""The pages of recordings in a real Chromium: read by everybody, small, and from a take to what callers hear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from audio.take_rows import Take
from ivr.people.roles import Role
from ivr.recording.panel_results import PanelClip, Said
from tests.browser.staffed import COOKIE
from tests.browser.test_console_pages import MOST_BYTES, SIDEWAYS, SMALLEST_TARGET, TARGETS
from tests.browser.test_readability import CONTRASTS
from tests.console.desk import Desk, Worker
from tests.console.recorded import (
    agree_to_everything,
    approved,
    bring,
    forget_clips,
    recorded,
    room_of,
    speaks,
    with_words,
)
from tests.hotline import TODAY, make_hotline
from tests.simulator.listening import served

pytestmark = pytest.mark.browser

BREATHING = ("breathing", "sw")


@dataclass
class Room:
    """A hotline with recordings in every state, and where it listens."""

    desk: Desk
    address: str
    sara: Worker
    leila: Worker
    daniel: Worker
    take: Take
    panel: str

    def pages(self) -> list[tuple[Worker, str]]:
        """Every page about recordings, and who opens it."""
        return [
            (self.sara, "/console/library?language=sw"),
            (self.sara, "/console/library/sw/main_menu"),
            (self.sara, "/console/library/sheets/sw"),
            (self.sara, "/console/voices"),
            (self.sara, "/console/publish"),
            (self.sara, f"/console/panels/{self.panel}"),
            (self.sara, "/console/panels/new?language=sw"),
            (self.leila, "/console/review"),
            (self.leila, f"/console/review/{self.take.id}"),
            (self.daniel, "/console/clinical/sw/breathing"),
        ]

    def window(
        self, chromium: Browser, worker: Worker, language: str = "en", **options: object
    ) -> BrowserContext:
        """A browser of its own, in which somebody has signed in already."""
        context = chromium.new_context(**{"locale": language, "bypass_csp": True, **options})  # type: ignore[arg-type]
        cookie = self.desk.signed_in(worker).client.get_cookie(COOKIE, domain="line.example.org")
        assert cookie
        context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": self.address}])
        return context


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Sara has recorded in Swahili; Leila has approved some of it, asked for some again, and not heard the rest."""
    hotline = make_hotline(tmp_path_factory.mktemp("recordings") / "data", public_url="http://127.0.0.1")
    hotline.app.extensions["console"].on_air.demo_allowed = False
    desk = Desk(hotline)
    sara, leila = desk.employ("Sara", Role.STAFF), desk.employ("Leila")
    daniel = desk.employ("Daniel", Role.SUPERVISOR)
    for worker in (sara, leila, daniel):
        speaks(desk, worker, "sw")
    pack = bring(desk)
    bring(desk, with_words(pack, BREATHING, f"{pack.scripts[BREATHING].text} Unaweza kusimama."))
    forget_clips(desk, "sw")
    room_of(desk).voices.add("sw", "Sara")
    noisy = {"code": "noisy", "at": None}, {"code": "clipped", "at": 0.2}
    heard = approved(desk, sara, leila, "main_menu", findings=noisy)
    approved(desk, sara, leila, "to_listen", voice="Neema")
    approved(desk, sara, leila, "to_talk_to_someone")
    again = recorded(desk, sara, "main_menu")
    room_of(desk).reviewing.ask_again(leila.id, again.id, "The end is too fast.", 0.3, desk.now)
    recorded(desk, sara, "goodbye", words="older words")
    take = recorded(desk, sara, "welcome", findings=noisy)
    hotline.clock.forward(60)
    recorded(desk, sara, "to_go_back")
    panel = _panel(desk, sara, heard)
    with served(hotline.app) as address:
        yield Room(desk, address, sara, leila, daniel, take, panel)
    hotline.wiring.database.dispose()


def _panel(desk: Desk, sara: Worker, heard: Take) -> str:
    """Twelve people have listened to a clip."""
    panels = room_of(desk).panels
    made = panels.make(
        title="Women's group in the north", language="sw",
        clips=[PanelClip(heard.prompt, heard.clip_sha, heard.seconds)],
        opens=TODAY, closes=TODAY, by=sara.id, now=desk.now,
    )  # fmt: skip
    panel = panels.panel(made.id)
    for listener in range(12):
        said = Said.UNDERSTOOD if listener < 9 else Said.OTHERWISE
        panels.answered(panel, f"{listener:032x}", panel.clips[0], said, TODAY)
    return made.id


VARIANTS = [
    ("en", {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}}),
    ("ar", {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}}),
]


@pytest.mark.parametrize(("language", "options"), VARIANTS, ids=["en-day-desk", "ar-night-phone"])
def test_every_page_is_found_read_and_pressed(
    room: Room, chromium: Browser, language: str, options: dict[str, object]
) -> None:
    """By day at a desk and by night on the smallest phone: axe finds nothing, words stand out, nothing moves sideways,
    everything to be pressed is big enough, and a page stays light."""
    wrong: dict[str, object] = {}
    windows: dict[str, Page] = {}
    for worker, path in room.pages():
        page = windows.setdefault(worker.id, room.window(chromium, worker, language, **options).new_page())
        answer = page.goto(room.address + path)
        assert answer
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        violations = Axe().run(page).response["violations"]
        wrong |= {f"{path} {one['id']}": [node["html"][:120] for node in one["nodes"]] for one in violations}
        weak = [(text, round(ratio, 1)) for text, ratio in page.evaluate(CONTRASTS) if ratio < 7]
        reach, width = page.evaluate(SIDEWAYS)
        small = [what for what, height in page.evaluate(TARGETS) if height < SMALLEST_TARGET]
        size = len(answer.body())
        wrong |= {f"{path} weak": weak} if weak else {}
        wrong |= {f"{path} wide": reach} if reach > width else {}
        wrong |= {f"{path} small": small} if small and width < 400 else {}
        wrong |= {f"{path} heavy": size} if size > MOST_BYTES - 35_000 else {}
    for page in windows.values():
        page.context.close()
    assert wrong == {}


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[Room]:
    """All is on air and approved, but for one script that has changed: Sara has recorded it twice."""
    hotline = make_hotline(tmp_path / "data", public_url="http://127.0.0.1")
    hotline.app.extensions["console"].on_air.demo_allowed = False
    desk = Desk(hotline)
    sara, leila = desk.employ("Sara", Role.STAFF), desk.employ("Leila")
    speaks(desk, leila, "sw")
    bring(desk, with_words(hotline.pack, ("welcome", "sw"), "Karibu. Tunafurahi umepiga."))
    agree_to_everything(desk)
    take = recorded(desk, sara, voice="test")
    hotline.clock.forward(60)
    recorded(desk, sara, voice="test")
    with served(hotline.app) as address:
        yield Room(desk, address, sara, leila, sara, take, "")
    hotline.wiring.database.dispose()


def test_from_a_take_to_what_callers_hear(ready: Room, chromium: Browser) -> None:
    """Leila hears Sara's first take and sends it back with a place that she presses on the picture; the second she
    approves, all by keyboard. The gate is empty then, and Sara puts it on air."""
    window = ready.window(chromium, ready.leila, bypass_csp=False)
    page = window.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{ready.address}/console/review")
    page.get_by_role("link", name="Begin to listen").click()
    expect(page.get_by_text("Take 1: recorded by")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("p")
    page.locator(".wave .here:not([hidden])").wait_for(state="attached")
    picture = page.locator(".wave")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] / 2, "y": 10})
    expect(page.get_by_label("At which second?")).to_have_value(re.compile(r"0\.[23]"))
    page.keyboard.press("r")
    page.keyboard.type("A breath is missing; a word too.")
    page.get_by_role("button", name="Ask for another take").click()
    expect(page.get_by_text("Take 2: recorded by")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing else waits for you.")).to_be_visible()
    assert problems == []
    window.close()
    gate = ready.window(chromium, ready.sara).new_page()
    gate.goto(f"{ready.address}/console/publish")
    expect(gate.get_by_text("Nothing stands in the way")).to_be_visible()
    gate.get_by_role("button", name="Put it on air").click()
    expect(gate.locator(".say.done").first).to_contain_text("is on air on")
    expect(gate.get_by_text("Callers hear exactly this already.")).to_be_visible()
    gate.context.close()


def test_without_scripts_everything_can_still_be_done(room: Room, chromium: Browser) -> None:
    """Where scripts are switched off, Sara hears, withdraws, undoes it and looks at the gate, with plain forms."""
    take = recorded(room.desk, room.sara, "goodbye")
    window = room.window(chromium, room.sara, java_script_enabled=False)
    page = window.new_page()
    page.goto(f"{room.address}/console/library/sw/goodbye")
    item = page.locator(f"#take-{take.id}")
    expect(item.locator(".sound.main audio")).to_have_attribute("src", f"/console/takes/{take.id}/clip")
    item.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("The take is withdrawn, and its sound is erased")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("That is undone.")).to_be_visible()
    page.get_by_role("link", name="Recordings").first.click()
    expect(page.get_by_role("heading", name="How far each language is")).to_be_visible()
    window.close()
