"""Three telephones are open: Amina waits to be called, Joseph and Leila are on call, and the phones really ring."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from ivr.demo_people import HELPERS, employ_demo_people
from ivr.jobs.callbacks import ringing_of, sweep_of
from ivr.outcomes.tables import outcome_tasks
from ivr.publishing.lines import all_lines
from ivr.store.callback_tables import attempts, callbacks
from ivr.vault.number import PhoneNumber
from ivr.wiring import Wiring
from tests.browser.conftest import RunningHotline, Telephone
from tests.callback_rows import put_callback

pytestmark = pytest.mark.browser

Open = Callable[..., Telephone]
LOOK_SECONDS = 0.2


@pytest.fixture
def staffed(running_hotline: RunningHotline) -> Iterator[RunningHotline]:
    """The hotline with the demo's two helpers on call, and somebody who does the workers' work."""
    wiring = running_hotline.hotline.wiring
    employ_demo_people(wiring, "tulip over nine lamps")
    done = threading.Event()
    worker = threading.Thread(target=_work, args=(wiring, done), daemon=True)
    worker.start()
    yield running_hotline
    done.set()
    worker.join(10)


def _work(wiring: Wiring, done: threading.Event) -> None:
    while not done.wait(LOOK_SECONDS):
        wiring.callbacks.dispatcher.dispatch(wiring.clock())
        with wiring.database.connect() as connection:
            to_ring = select(attempts.c.id).where(attempts.c.state == "to_ring")
            found = connection.execute(to_ring).scalars().all()
        for attempt_id in found:
            ringing_of(wiring).ring(attempt_id)
        sweep_of(wiring).run(wiring.clock())


def test_a_helper_calls_back_and_neither_sees_the_others_number(
    staffed: RunningHotline, open_telephone: Open
) -> None:
    """Joseph's phone rings, he takes it, Amina's rings, they are connected; then he keys how it was."""
    amina = open_telephone(staffed.address)
    joseph, leila = (
        open_telephone(staffed.address, query=f"?number={one.number[1:]}&name={one.name}") for one in HELPERS
    )
    said = {
        prompt: script.text
        for (prompt, language), script in staffed.hotline.pack.scripts.items()
        if language == "en"
    }
    _asks(staffed, amina.number)
    helper = _rung(joseph, leila)
    helper.page.get_by_role("button", name="Answer").click()
    helper.wait_for_key("1")
    helper.press("1")
    amina.wait_until("rung")
    assert "0100" in amina.page.locator("#about").inner_text()
    amina.page.get_by_role("button", name="Answer").click()
    amina.wait_for_key("1")
    amina.press("1")
    helper.wait_for("You are connected")
    amina.page.get_by_role("button", name="Hang up").click()
    helper.wait_for(said["outcome_contact"][:10])
    assert amina.number.removeprefix("+1202")[-7:] not in helper.page.inner_text("body").replace(" ", "")
    assert helper.number[-7:] not in amina.page.inner_text("body").replace(" ", "")
    with staffed.hotline.wiring.database.connect() as connection:
        assert connection.execute(select(callbacks.c.ending)).scalar() == "talked"
        assert connection.execute(select(outcome_tasks.c.state)).scalar() == "open"
    assert amina.problems == joseph.problems == leila.problems == []


def _asks(running: RunningHotline, number: str) -> None:
    """What a call leaves in which somebody asks in English to be called as soon as possible."""
    wiring = running.hotline.wiring
    now = wiring.clock()
    with wiring.database.begin() as connection:
        line = all_lines(connection)[0]
        kept = wiring.vault.keep(PhoneNumber(number), kind="caller", line_id=line.id, now=now)
        wiring.vault.store(connection, kept)
        put_callback(connection, kept.id, at=now, line_id=line.id, language="en")


def _rung(*helpers: Telephone) -> Telephone:
    """The helper whose phone rings first."""
    for _ in range(100):
        for helper in helpers:
            if helper.page.locator("body").get_attribute("data-state") == "rung":
                return helper
        helpers[0].page.wait_for_timeout(100)
    raise AssertionError("no helper's phone rings")
