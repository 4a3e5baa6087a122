"""Shifts and the roster in a real Chromium: by keyboard, without scripts, on a small screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.staffed import Staffed, staffed_hotline

pytestmark = pytest.mark.browser


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Staffed]:
    """A hotline of its own for each test: things are done here."""
    with staffed_hotline(tmp_path) as made:
        yield made


def test_joseph_keeps_his_shifts_without_scripts(staffed: Staffed, chromium: Browser) -> None:
    """On a small phone without scripts he adds a night, leaves one out, removes it, and has it back by one press."""
    window = staffed.window(
        chromium, staffed.joseph, java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = window.new_page()
    staffed.open(page, "/shifts")
    assert page.get_by_role("heading", name="You have had 3 hard calls in a row.").is_visible()
    assert page.get_by_text(re.compile(r"Take a break until 20:4\d\.")).is_visible()
    page.get_by_role("link", name="Add a shift").click()
    page.get_by_label("Day").select_option("Every Friday")
    page.get_by_label("From").select_option("22:00")
    page.get_by_label("Until").select_option("02:00")
    page.get_by_role("button", name="Keep this").click()
    page.get_by_text("Your shift is kept.").wait_for()
    coming = page.get_by_role("listitem").filter(has_text="Friday 6 Mar")
    coming.get_by_role("button", name="Leave out").click()
    page.get_by_role("listitem").filter(has_text="Friday 6 Mar").get_by_text(
        "Left out", exact=True
    ).wait_for()
    page.get_by_role("button", name=re.compile("Remove.*Every Friday 22:00–02:00")).click()
    page.get_by_text("The shift is removed.").wait_for()
    assert page.get_by_text("Every Friday").count() == 0
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Every Friday", exact=True).wait_for()
    page.get_by_role("button", name="Go off call").click()
    page.get_by_text("Your next shift finds you on call again.").wait_for()
    window.close()


def test_daniel_sees_who_needs_him_first(staffed: Staffed, chromium: Browser) -> None:
    """Whoever had a life at risk stands at the top, and goes down once somebody has talked with her."""
    window = staffed.window(chromium, staffed.daniel)
    page = window.new_page()
    staffed.open(page, "/roster")
    rows = page.get_by_role("row")
    assert "ليلى" in rows.nth(1).inner_text()
    page.get_by_role("button", name="I have talked with them").click()
    page.get_by_text("can be asked for calls again").wait_for()
    assert "Joseph" in page.get_by_role("row").nth(1).inner_text()
    page.get_by_role("group").filter(has_text="Nobody who speaks Swahili").locator("summary").click()
    assert page.get_by_role("listitem").filter(has_text=re.compile(r"20:1\d–00:00")).is_visible()
    window.close()
