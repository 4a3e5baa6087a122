"""Amina lets the telephone in the browser ring a line in flash mode: it is refused, and then it rings itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ivr.jobs.ring_backs import ring_backs_of
from ivr.publishing.lines import all_lines, save_line
from tests.browser.conftest import RunningHotline, Telephone

pytestmark = pytest.mark.browser

Open = Callable[..., Telephone]


def test_the_telephone_is_refused_and_then_rings(
    running_hotline: RunningHotline, open_telephone: Open
) -> None:
    """The call costs nothing and is over at once; the phone rings back, greets neutrally, and the menu follows."""
    wiring = running_hotline.hotline.wiring
    with wiring.database.begin() as connection:
        save_line(connection, replace(all_lines(connection)[0], flash=True))
    said = {
        prompt: script.text
        for (prompt, language), script in running_hotline.hotline.pack.scripts.items()
        if language == "en"
    }
    amina = open_telephone(running_hotline.address)
    amina.call()
    amina.wait_for("The call was not answered")
    assert ring_backs_of(wiring).run(0) == 1
    amina.wait_until("rung")
    amina.page.get_by_role("button", name="Answer").click()
    amina.wait_for(said["call_hello"])
    amina.press("1")
    amina.wait_for(said["this_language"])
    amina.page.get_by_role("button", name="Hang up").click()
    amina.wait_until("at rest")
    assert amina.problems == []
