"""Sara records in a real Chromium whose microphone speaks a known sentence; her line breaks, and nothing is lost."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Response, Route

from audio.demo_voice import read_aloud
from audio.making import make_take_clip
from audio.sound import Sound
from audio.take_rows import Take
from audio.take_states import TakeState
from ivr.jobs.recordings import make_clip_of
from tests.browser.conftest import SWITCHES
from tests.browser.test_console_pages import MOST_BYTES, SIDEWAYS, SMALLEST_TARGET, TARGETS
from tests.browser.test_readability import CONTRASTS
from tests.console.desk import Desk
from tests.console.studio import Studio, hum
from tests.hotline import make_hotline
from tests.simulator.listening import served

pytestmark = pytest.mark.browser

SENTENCE = "To talk to someone,"
LEAD_SECONDS = 3.6
"""The count takes three seconds, and recording begins in its last one: the sentence comes right after it."""
LEILAS_TAKE = {
    "id": "1" * 32, "by": "leila", "language": "en", "prompt": "main_menu", "voice": "", "fingerprint": "0" * 64,
    "number": "1", "name": "main_menu.wav", "kind": "audio/wav", "at": 1, "kept": True,
}  # fmt: skip
REFUSING = """(name) => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name));
}"""
# Everything that the page may ever say, at once.
SAYING_ALL = """(state) => {
  const room = document.querySelector('[data-room]');
  room.dataset.state = state;
  const sometimes = '[data-in], [data-say], [data-warning], [data-line], [data-part=waiting]';
  for (const one of room.querySelectorAll(sometimes)) one.hidden = false;
  room.querySelector('[data-part=undecided]').textContent = '17 · main_menu';
}"""
KEPT_HERE = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open('warmline', 1);
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const all = asked.result.transaction('takes').objectStore('takes').getAll();
    all.onsuccess = () => resolve(all.result.map((take) => [take.prompt, take.kept, take.sound.byteLength]));
  };
})"""


class Booth:
    """The recording room over real HTTP."""

    def __init__(self, studio: Studio, address: str) -> None:
        self.studio = studio
        self.address = address

    def window(self, chromium: Browser, language: str = "en", **options: Any) -> BrowserContext:
        """A browser in which Sara has signed in."""
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "locale": language, **options}
        )
        self.sign_in(context)
        return context

    def sign_in(self, context: BrowserContext) -> None:
        cookie = self.studio.desk.signed_in(self.studio.sara).client.get_cookie(
            "warmline", domain="line.example.org"
        )
        assert cookie
        context.add_cookies([{"name": "warmline", "value": cookie.value, "url": self.address}])

    def open(self, page: Page, language: str = "en", prompt: str = "to_talk_to_someone") -> None:
        page.goto(f"{self.address}/console/record?language={language}&prompt={prompt}")
        page.locator('[data-state="ready"]').wait_for()


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    """One hotline for all tests of this file: each records a script of its own."""
    hotline = make_hotline(tmp_path_factory.mktemp("booth") / "data", public_url="http://127.0.0.1")
    studio = Studio(Desk(hotline))
    with served(hotline.app) as address:
        yield Booth(studio, address)
    hotline.wiring.database.dispose()


def spoken(text: str) -> bytes:
    """A sentence of the demo voice as a WAV file, after a silence and before another."""
    (said,) = [part for part in read_aloud(text, "en") if isinstance(part, Sound)]
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, said.rate, 0, "NONE", "not compressed"))
        file.writeframes(bytes(2 * int(LEAD_SECONDS * said.rate)))
        file.writeframes(said.pcm)
        file.writeframes(bytes(2 * 2 * said.rate))
    return made.getvalue()


@pytest.fixture(scope="module")
def sentence() -> bytes:
    """The known sentence."""
    return spoken(SENTENCE)


@pytest.fixture(scope="module")
def speaking(
    chromium: Browser, chromium_path: str, sentence: bytes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A Chromium whose microphone speaks the sentence, once each time it is opened."""
    file = tmp_path_factory.mktemp("voice") / "sentence.wav"
    file.write_bytes(sentence)
    switches = [*SWITCHES, f"--use-file-for-fake-audio-capture={file}%noloop"]
    browser = chromium.browser_type.launch(executable_path=chromium_path, args=switches)
    yield browser
    browser.close()


def envelope(wav: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """How loud a clip is, 100 times a second."""
    with wave.open(io.BytesIO(wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float)
        size = file.getframerate() // 100
    pieces = samples[: len(samples) // size * size].reshape(-1, size)
    found: np.ndarray[Any, np.dtype[np.float64]] = np.sqrt((pieces**2).mean(axis=1))
    return found


def likeness(one: bytes, other: bytes) -> float:
    """How much two clips rise and fall together, at the best shift; 1 is the same."""
    first, second = envelope(one), envelope(other)
    first, second = first - first.mean(), second - second.mean()
    together = np.correlate(first, second, "full").max()
    return float(together / np.sqrt((first**2).sum() * (second**2).sum()))


def record(page: Page, milliseconds: int) -> None:
    """Presses Record, speaks for so long after the count, and presses Stop."""
    page.get_by_role("button", name="Record", exact=False).first.click()
    page.locator('[data-state="recording"]').wait_for()
    page.wait_for_timeout(milliseconds)
    page.get_by_role("button", name="Stop").click()
    page.locator('[data-state="made"]').wait_for()


def test_from_the_microphone_to_the_clip(booth: Booth, speaking: Browser, sentence: bytes) -> None:
    """Sara presses Record, speaks, listens and keeps: a worker's clip says her sentence, and stands on her page."""
    page = booth.window(speaking).new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    booth.open(page)
    record(page, 2900)
    assert page.evaluate(KEPT_HERE)[0][:2] == ["to_talk_to_someone", False]
    page.wait_for_function("document.querySelector('[data-part=player]').duration > 0")
    length = page.locator("[data-part=player]").evaluate("(player) => player.duration")
    assert 3 < length < 6
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept, and it has arrived").wait_for()
    (take,) = booth.studio.room.takes.takes_of("to_talk_to_someone", "en")
    assert (take.state, take.source, take.voice) == (TakeState.RECEIVED, "browser", "Sara")
    assert take.recorded_by == booth.studio.sara.id
    assert page.evaluate(KEPT_HERE) == []

    assert make_clip_of(booth.studio.desk.hotline.wiring, take.id) == "made"
    take = booth.studio.room.takes.take(take.id)
    clip = booth.studio.room.media.read(take.clip_sha)
    assert likeness(clip, make_take_clip(sentence).wav) > 0.9
    assert likeness(clip, make_take_clip(spoken("What would you like to do?")).wav) < 0.8
    page.locator("#take-" + take.id).get_by_text("To review").wait_for(timeout=20_000)
    assert page.locator(f"#take-{take.id} svg.wave path").count() == 1
    heard = page.locator(f"#take-{take.id} audio")
    heard.evaluate("(audio) => audio.play()")
    assert abs(heard.evaluate("(audio) => audio.duration") - take.seconds) < 0.1
    assert problems == []
    page.context.close()


def test_what_can_t_go_up_stays_until_it_can(booth: Booth, chromium: Browser) -> None:
    """Sara's line breaks, she closes the page and is signed out; and hers is a browser that can't record by itself. Her
    take goes up in the end, once, and leaves the browser only then, under another name where its own is taken."""
    context = booth.window(chromium)
    context.add_init_script("delete window.MediaRecorder")
    page = context.new_page()
    booth.open(page, prompt="to_listen")

    def broken(route: Route) -> None:
        route.abort()

    context.route("**/console/takes", broken)
    record(page, 600)
    page.reload()
    page.get_by_text("You recorded this before and hadn't decided yet").wait_for()
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("The hotline can't be reached just now").wait_for()
    page.reload()
    page.get_by_text("Recordings waiting to be sent: 1").wait_for()
    assert [one[:2] for one in page.evaluate(KEPT_HERE)] == [["to_listen", True]]
    assert booth.studio.room.takes.takes_of("to_listen", "en") == []

    context.clear_cookies()
    context.unroute("**/console/takes", broken)
    page.get_by_role("button", name="Try now").click()
    page.get_by_text("You are signed out. Sign in again, and they go up.").wait_for()
    booth.sign_in(context)
    other = another_sound(booth, page.evaluate("warmlineTakes.all().then(([take]) => take.id)"))
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("[data-part=waiting]").wait_for(state="hidden")
    takes = booth.studio.room.takes.takes_of("to_listen", "en")
    (take,) = (one for one in takes if one.id != other.id)
    assert booth.studio.room.originals.read(take.original_sha).startswith(b"RIFF")
    assert page.evaluate(KEPT_HERE) == []
    context.close()


def another_sound(booth: Booth, upload_id: str) -> Take:
    """A take of Sara's under a name that her browser has given to something else."""
    return booth.studio.room.takes.receive(
        upload_id=upload_id,
        content=b"another sound",
        prompt="to_listen",
        language="en",
        voice="Sara",
        fingerprint="0" * 64,
        source="browser",
        file_name="x.wav",
        by=booth.studio.sara.id,
        today=date(2026, 3, 1),
        now=0.0,
    )


def test_what_somebody_else_kept_here_waits_for_them(booth: Booth, chromium: Browser) -> None:
    """On a shared computer, Leila's recording doesn't go up in Sara's name, and Sara is told why something waits."""
    page = booth.window(chromium).new_page()
    booth.open(page, prompt="main_menu")
    page.evaluate("(take) => warmlineTakes.put({...take, sound: new ArrayBuffer(8)})", LEILAS_TAKE)
    page.reload()
    page.get_by_text("Recordings of somebody else who uses this browser: 1").wait_for()
    assert booth.studio.room.takes.takes_of("main_menu", "en") == []
    page.context.close()


def test_a_microphone_that_doesn_t_work_is_explained(booth: Booth, chromium: Browser) -> None:
    """Refused, missing, in use or unknown to the browser: the page says what to do, and files can still be sent."""
    page = booth.window(chromium).new_page()
    booth.open(page, prompt="welcome")
    for name, said in {
        "NotAllowedError": "The browser may not use the microphone",
        "NotFoundError": "There is no microphone here",
        "NotReadableError": "Another program uses the microphone",
        "TypeError": "This browser can't record",
    }.items():
        page.evaluate(REFUSING, name)
        page.keyboard.press("Space")
        page.get_by_text(said).wait_for()
        assert page.locator('[data-state="ready"]').count() == 1
    page.get_by_text("Send a file instead").click()
    assert page.get_by_label("A recording of this script").is_visible()
    page.context.close()


def test_keys_lead_from_script_to_script_and_rest_while_typing(booth: Booth, chromium: Browser) -> None:
    """The arrows turn the pages as they are read, in Arabic the other way round; inside a field, keys write."""
    for language, on, back in (("en", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")):
        page = booth.window(chromium, language).new_page()
        booth.open(page, prompt="welcome")
        page.locator("#which option").nth(5).wait_for(state="attached")
        shown = page.locator("[data-part=text]")
        words = shown.inner_text()
        page.keyboard.press(on)
        page.wait_for_function(
            "(words) => document.querySelector('[data-part=text]').textContent !== words", arg=words
        )
        assert "prompt=welcome" not in page.url
        page.keyboard.press(back)
        page.wait_for_function(
            "(words) => document.querySelector('[data-part=text]').textContent === words", arg=words
        )
        page.locator("#which").focus()
        page.keyboard.press(on)
        assert page.locator('[data-state="counting"], [data-state="asking"]').count() == 0
        page.context.close()


def _file(name: str, seconds: float) -> FilePayload:
    return {"name": name, "mimeType": "audio/wav", "buffer": hum(seconds)}


def test_files_are_sent_again_and_settled(booth: Booth, chromium: Browser) -> None:
    """Sara sends two files over a line that breaks: one finds its place by its name, and the other she settles."""
    page = booth.window(chromium).new_page()
    page.goto(f"{booth.address}/console/upload")
    tries = []

    def first_broken(route: Route) -> None:
        tries.append(route.request.method)
        route.abort() if len(tries) == 1 else route.continue_()

    page.route("**/console/upload", first_broken)
    page.set_input_files("#files", [_file("goodbye_sw.wav", 1.1), _file("Recording 5.wav", 1.2)])
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("It has arrived. Say below which prompt it is.").wait_for()
    assert tries == ["POST"] * 3
    assert page.locator(".results li").count() == 2
    page.get_by_label("Prompt").fill("welcome")
    page.get_by_label("Language: Recording 5.wav").select_option("fr")
    page.get_by_role("button", name="Settle these").click()
    page.get_by_text("Settled: 1.").wait_for()
    assert booth.studio.room.takes.takes_of("welcome", "fr")[0].file_name == "Recording 5.wav"
    page.context.close()


def broken_rules(page: Page) -> dict[str, list[str]]:
    """What axe finds."""
    violations = Axe().run(page).response["violations"]
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in violations}


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_everybody_can_read_and_use_the_pages(
    booth: Booth, chromium: Browser, language: str, scheme: str
) -> None:
    """Axe finds nothing, words stand out, all fits on 320 pixels and a thumb, and a page weighs less than 100 kB."""
    phone = {"viewport": {"width": 320, "height": 640}, "color_scheme": scheme}
    context = booth.window(chromium, language, bypass_csp=True, **phone)
    for address in ("/console/record?language=ar&prompt=welcome", "/console/upload"):
        page = context.new_page()
        answers: list[Response] = []
        page.on("response", lambda answer, kept=answers: kept.append(answer))
        page.goto(booth.address + address, wait_until="load")
        # The other scripts come later, packed: tests/console/test_record_pages.py says how little that is.
        weights = [len(answer.body()) for answer in answers if "/record/scripts" not in answer.url]
        assert sum(weights) < MOST_BYTES, address
        for summary in page.locator("main summary").all():
            summary.click()
        found = broken_rules(page)
        if "record" in address:
            page.locator('[data-state="ready"]').wait_for()
            page.evaluate(SAYING_ALL, "recording")
            found |= broken_rules(page)
        weak = [(text, round(contrast, 1)) for text, contrast in page.evaluate(CONTRASTS) if contrast < 7]
        small = [(what, height) for what, height in page.evaluate(TARGETS) if height < SMALLEST_TARGET]
        reach, width = page.evaluate(SIDEWAYS)
        assert (found, weak, small, reach) == ({}, [], [], width), address
    context.close()
