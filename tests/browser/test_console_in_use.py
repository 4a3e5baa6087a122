"""The console in use: by keyboard alone, without scripts, and with what scripts add."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.staffed import Staffed, staffed_hotline
from tests.console.desk import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Staffed]:
    """A hotline of its own for each test: things are done here."""
    with staffed_hotline(tmp_path) as made:
        yield made


def focused(page: Page) -> str:
    """What the keyboard is on, as a screen reader names it."""
    return str(
        page.evaluate(
            "() => { const at = document.activeElement;"
            " return at.labels?.[0]?.textContent ?? at.textContent; }"
        )
    ).strip()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the keyboard is on this; what it is on can always be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page).startswith(name):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"{name} can't be reached by keyboard")


def test_from_signing_in_to_signing_out_by_keyboard(staffed: Staffed, chromium: Browser) -> None:
    """Daniel uses no mouse: he signs in with his code, gives Joseph a role, takes it back, and signs out."""
    page = staffed.window(chromium, None).new_page()
    staffed.open(page, "/sign-in")
    page.keyboard.press("Tab")
    assert focused(page) == "Go to what this page is about"
    page.keyboard.press("Enter")
    tab_to(page, "Sign-in name")
    page.keyboard.type("daniel")
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code*")
    tab_to(page, "Six-digit code")
    page.keyboard.type(staffed.desk.code(staffed.daniel))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hello").wait_for()
    tab_to(page, "People")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="People", exact=True).wait_for()
    tab_to(page, "Joseph")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Joseph").wait_for()
    tab_to(page, "Staff")
    page.keyboard.press("Space")
    tab_to(page, "Change the roles")
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="are changed").wait_for()
    tab_to(page, "Undo")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert len(staffed.desk.person(staffed.joseph).roles) == 1
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    page.get_by_text("You are signed out. Rest well.").wait_for()


def test_everything_works_without_scripts(staffed: Staffed, chromium: Browser) -> None:
    """On an old phone without scripts Daniel invites Sara, and Grace's notice goes away when he has seen it."""
    page = staffed.window(chromium, staffed.daniel, java_script_enabled=False).new_page()
    staffed.open(page, "/people/invite")
    page.get_by_label("Name", exact=True).fill("Amal")
    page.get_by_label("Sign-in name").fill("amal")
    page.get_by_label("Helper").check()
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("#link").inner_text()
    assert "/invitation/" in link
    assert page.get_by_role("button", name="Copy the link").count() == 0
    staffed.open(page, "/people")
    page.get_by_role("button", name="I have seen this").first.click()
    assert page.url.endswith("/people")
    assert page.get_by_role("button", name="I have seen this").count() == 0
    amal = staffed.window(chromium, None, java_script_enabled=False).new_page()
    amal.goto(staffed.address + link[link.index("/invitation/") :])
    amal.get_by_label("New password").fill(PASSWORD)
    amal.get_by_role("button", name="Set this password").click()
    amal.get_by_label("Sign-in name").fill("amal")
    amal.get_by_label("Password").fill(PASSWORD)
    amal.get_by_role("button", name="Sign in").click()
    assert amal.get_by_role("heading", name="Hello").inner_text() == "Hello Amal"


def test_a_link_is_copied_with_one_press(staffed: Staffed, chromium: Browser) -> None:
    """With scripts there is a button that copies the link, and says that it has."""
    context = staffed.window(chromium, staffed.daniel, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    staffed.open(page, f"/people/{staffed.joseph.id}")
    page.get_by_text("A new link, for a lost password").click()
    page.get_by_role("button", name="Make a new link").click()
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#link").inner_text()


def test_a_second_press_sends_nothing_twice(staffed: Staffed, chromium: Browser) -> None:
    """On a slow line Daniel presses twice: one invitation is made, and he sees its link."""
    page = staffed.window(chromium, staffed.daniel).new_page()
    staffed.open(page, "/people/invite")
    page.get_by_label("Name", exact=True).fill("Amal")
    page.get_by_label("Sign-in name").fill("amal")
    page.get_by_label("Helper").check()
    page.get_by_role("button", name="Make the link").dblclick()
    page.locator("#link").wait_for()


def test_printed_recovery_codes_are_all_that_is_on_paper(staffed: Staffed, chromium: Browser) -> None:
    """On paper stand the codes and what they are for; navigation and buttons don't."""
    page = staffed.window(chromium, staffed.daniel).new_page()
    staffed.open(page, "/profile/codes")
    page.get_by_label("Six-digit code").fill(staffed.desk.code(staffed.daniel))
    page.get_by_role("button", name="Make new recovery codes").click()
    page.locator("#codes li").first.wait_for()
    assert page.get_by_role("button", name="Print").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#codes li").count() == 10
    assert page.locator("#codes").is_visible()
    for left_out in (".top", ".bottom", ".deeds"):
        assert not page.locator(left_out).first.is_visible()
