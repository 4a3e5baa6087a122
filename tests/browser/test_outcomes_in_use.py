"""The outcome of a talk, filled in at a browser: with a thumb on a small phone, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ivr.outcomes.questions import QUESTIONS
from tests.browser.staffed import Staffed, staffed_hotline
from tests.console.talks import ANSWERS

pytestmark = pytest.mark.browser

SECONDS_A_QUESTION = 1.35
SECONDS_A_PRESS = 0.3
"""What it takes people on average to make up their mind, and to press; from the keystroke-level model."""
LONGEST_SECONDS = 40


@pytest.fixture
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """A hotline where Joseph has had a talk."""
    with staffed_hotline(tmp_path_factory.mktemp("staffed")) as made:
        yield made


def outcome_form(staffed: Staffed, chromium: Browser, width: int) -> Page:
    context = staffed.window(chromium, staffed.joseph, viewport={"width": width, "height": 640})
    page = context.new_page()
    staffed.open(page, f"/console/outcomes/{staffed.talk}")
    return page


def test_with_a_thumb_one_tap_a_question(staffed: Staffed, chromium: Browser) -> None:
    """On the smallest phone the whole outcome is eight taps and one to save, well within forty seconds."""
    page = outcome_form(staffed, chromium, 320)
    presses = 0
    for name, code in ANSWERS.items():
        page.locator(
            f"label[for={page.locator(f'input[name={name}][value={code!r}]').get_attribute('id')}]"
        ).click()
        presses += 1
    page.get_by_role("button", name="Save the outcome").click()
    expect(page.get_by_text("Saved. Thank you.")).to_be_visible()
    assert presses == len(QUESTIONS)
    assert (presses + 1) * (SECONDS_A_QUESTION + SECONDS_A_PRESS) < LONGEST_SECONDS
    page.context.close()


def test_by_keyboard_alone(staffed: Staffed, chromium: Browser) -> None:
    """Without a mouse: Tab to the next question, arrows to the answer, Enter to save, within forty seconds."""
    page = outcome_form(staffed, chromium, 1280)
    page.locator("input[type=radio]").first.focus()
    presses = 0
    for name, code in ANSWERS.items():
        values = page.locator(f"input[name={name}]").evaluate_all("all => all.map(one => one.value)")
        keys = ["ArrowRight"] * values.index(code) or ["Space"]
        for key in [*keys, "Tab"]:
            page.keyboard.press(key)
            presses += 1
        assert page.locator(f"input[name={name}]:checked").get_attribute("value") == code
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved. Thank you.")).to_be_visible()
    assert presses * SECONDS_A_PRESS + len(QUESTIONS) * SECONDS_A_QUESTION < LONGEST_SECONDS
    page.context.close()


def test_what_is_missing_is_found_by_its_link(staffed: Staffed, chromium: Browser) -> None:
    """Joseph leaves one question out: the list of what is missing leads to it, and the rest is still chosen."""
    page = outcome_form(staffed, chromium, 320)
    for name, code in ANSWERS.items():
        if name != "asked_about_suicide":
            page.locator(f"input[name={name}][value={code!r}]").check()
    page.get_by_role("button", name="Save the outcome").click()
    page.locator(".problems a").click()
    assert page.evaluate("document.activeElement.name") == "asked_about_suicide"
    assert page.locator("input:checked").count() == len(ANSWERS) - 1
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save the outcome").click()
    expect(page.get_by_text("Saved. Thank you.")).to_be_visible()
    page.context.close()
