"""Every page of the console in a real Chromium: found and read by everybody, small, and asking nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

import ivr.console
import ivr.telephony.simulator
from tests.browser.palette import colours
from tests.browser.staffed import LANGUAGES, Staffed, staffed_hotline
from tests.browser.test_readability import CONTRASTS

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000
SMALLEST_TARGET = 44

# Whatever is pressed, apart from links inside a sentence, which WCAG leaves as high as the line.
TARGETS = """() => [...document.querySelectorAll('button, summary, select, input, textarea, a')]
  .filter((element) => element.checkVisibility() && element.type !== 'hidden')
  .filter((element) => !element.closest('.away, .skip, p:not(.back):not(:has(> a:only-child))'))
  .map((element) => [element, element.matches('[type=checkbox], [type=radio]') ? element.closest('.choice') : element])
  .map(([element, target]) => [element.outerHTML.slice(0, 90), target.getBoundingClientRect()])
  .map(([what, box]) => [what, box.height])"""

SIDEWAYS = "() => [document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """One hotline for all tests of this file: they only look."""
    with staffed_hotline(tmp_path_factory.mktemp("staffed")) as made:
        yield made


def every_page(
    staffed: Staffed, chromium: Browser, language: str = "en", **options: object
) -> Iterator[tuple[str, Page]]:
    """Every page in turn, shown to the person it is for."""
    for worker, pages in staffed.all_pages():
        context = staffed.window(chromium, worker, language, **options)
        page = context.new_page()
        for name, path in pages.items():
            staffed.open(page, path)
            yield name, page
        context.close()


# By night only colours differ, and of the languages only the direction of writing.
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing(staffed: Staffed, chromium: Browser, language: str, scheme: str) -> None:
    """On every page, in every language, by day and by night, nothing keeps anybody from reading and using it."""
    found = {}
    for name, page in every_page(staffed, chromium, language, color_scheme=scheme, bypass_csp=True):
        for shown in page.locator("details").all():
            shown.locator("summary").click()
        results = Axe().run(page)
        found |= {
            (name, violation["id"]): [node["html"][:120] for node in violation["nodes"]]
            for violation in results.response["violations"]
        }
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_where_something_is_wrong(
    staffed: Staffed, chromium: Browser, language: str
) -> None:
    """A form with every field refused is as readable as an empty one, and the list of what is wrong has the focus."""
    context = staffed.window(chromium, staffed.daniel, language, bypass_csp=True)
    page = context.new_page()
    for path in ("/people/invite", "/profile/password", "/profile/pin", f"/numbers/{staffed.number}/reveal"):
        staffed.open(page, path)
        page.locator("main form").last.evaluate("form => form.requestSubmit()")
        page.locator(".problems").wait_for()
        assert page.evaluate("document.activeElement.className") == "problems", path
        results = Axe().run(page)
        assert [v["id"] for v in results.response["violations"]] == [], path
        for link in page.locator(".problems a").all():
            link.click()
            assert page.evaluate("document.activeElement.matches('input, select, textarea')"), path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_has_strong_contrast(staffed: Staffed, chromium: Browser, scheme: str) -> None:
    """Every word on every page stands out at least seven to one, by day and by night."""
    weak = []
    seen = 0
    for name, page in every_page(staffed, chromium, color_scheme=scheme):
        found = page.evaluate(CONTRASTS)
        seen += len(found)
        weak += [(name, text, round(contrast, 1)) for text, contrast in found if contrast < 7]
    assert seen > 500
    assert weak == []


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_on_the_smallest_screen_nothing_moves_sideways(
    staffed: Staffed, chromium: Browser, language: str
) -> None:
    """At 320 pixels every page fits, and everything to be pressed is big enough for a thumb."""
    wide, small = [], []
    for name, page in every_page(staffed, chromium, language, viewport={"width": 320, "height": 640}):
        reach, width = page.evaluate(SIDEWAYS)
        wide += [(name, reach)] if reach > width else []
        small += [(name, what, height) for what, height in page.evaluate(TARGETS) if height < SMALLEST_TARGET]
    assert wide == []
    assert small == []


def test_nothing_is_asked_of_anybody_else_and_pages_are_small(staffed: Staffed, chromium: Browser) -> None:
    """Each page with everything it loads stays below 100 kB, comes from our address alone, and breaks no rule."""
    heavy, foreign, problems = {}, set(), []
    for worker, pages in staffed.all_pages():
        for name, path in pages.items():
            context = staffed.window(chromium, worker)
            page = context.new_page()
            page.on("console", lambda m: problems.append(m.text) if "Security" in m.text else None)
            page.on("pageerror", lambda error: problems.append(str(error)))
            answers: list[Response] = []
            page.on("response", lambda answer, kept=answers: kept.append(answer))
            staffed.open(page, path)
            page.wait_for_load_state("load")
            foreign |= {urlsplit(answer.url).netloc for answer in answers}
            size = sum(len(answer.body()) for answer in answers if answer.status < 300 or answer.status > 399)
            heavy |= {name: size} if size > MOST_BYTES else {}
            context.close()
    assert heavy == {}
    assert foreign == {urlsplit(staffed.address).netloc}
    assert problems == []


def test_arabic_is_mirrored(staffed: Staffed, chromium: Browser) -> None:
    """In Arabic the page begins at the right: its sign, its headings and its fields; in English at the left."""
    begins = {}
    for language in ("en", "ar"):
        context = staffed.window(chromium, staffed.daniel, language)
        page = context.new_page()
        staffed.open(page, "/profile/about")
        middle = 1280 / 2
        places = {
            what: page.locator(what).first.bounding_box() for what in (".brand", ".back a", ".choice input")
        }
        begins[language] = {
            what: "left" if box["x"] + box["width"] / 2 < middle else "right"
            for what, box in places.items()
            if box
        }
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).textAlign") == "start"
        context.close()
    assert set(begins["en"].values()) == {"left"}
    assert set(begins["ar"].values()) == {"right"}


def test_colours_are_those_of_the_telephone(staffed: Staffed, chromium: Browser) -> None:
    """The console and the telephone page look like one house: colours of the same name are the same, day and night."""
    console = Path(ivr.console.__file__).parent / "static" / "console.css"
    telephone = Path(ivr.telephony.simulator.__file__).parent / "static" / "telephone.css"
    for ours, theirs in zip(colours(console), colours(telephone), strict=True):
        shared = set(ours) & set(theirs)
        assert len(shared) >= 6
        assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}
