"""Sara records by phone: the telephone in a real Chromium, its microphone, and the worker that fetches what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audio.tables import takes
from ivr.jobs.spoken import fetching_of
from ivr.people.roles import Role
from ivr.store.engine import reading
from ivr.telephony.simulator.clips import wav_seconds
from tests.browser.conftest import Telephone
from tests.calling_back import PIN
from tests.console.desk import Desk
from tests.hotline import LINE, TODAY, make_hotline, with_simulator
from tests.simulator.listening import served

pytestmark = pytest.mark.browser

CHANGED = {("goodbye", "en"), ("to_listen", "en")}


def test_sara_records_by_phone(tmp_path: Path, open_telephone: Callable[..., Telephone]) -> None:
    """She keys her code and PIN, takes the text that is due, speaks, hears herself, and keeps it; in the middle of the
    next one she hangs up. A worker fetches the first, and nothing is left at the provider."""
    made = make_hotline(
        tmp_path / "data", line=replace(LINE, provider="simulator"), said_seconds=0.1, **with_simulator()
    )
    wiring, desk = made.wiring, Desk(made)
    sara = desk.employ("Sara", Role.STAFF)
    wiring.people.profiles.change(
        sara.id, name="Sara", languages=["en"], gender="", time_zone="Africa/Nairobi", reads="", now=desk.now
    )
    code = wiring.people.pins.set(sara.id, PIN, desk.now)
    scripts = {
        key: replace(script, text="Other words now.") if key in CHANGED else script
        for key, script in made.pack.scripts.items()
    }
    wiring.recording.drafts.bring(replace(made.pack, scripts=scripts), TODAY)
    said = {prompt: script.text.strip() for (prompt, language), script in scripts.items() if language == "en"}
    with served(made.app) as address:
        phone = open_telephone(address)
        phone.call()
        phone.wait_for("The hotline answers")
        phone.press("#")
        for asked, keys in (("door_code", code), ("door_pin", PIN)):
            phone.wait_for(said[asked])
            for key in f"{keys}#":
                phone.press(key)
        phone.wait_for(said["room_how"])
        speaks_for(phone, 0.8)
        phone.press("5")
        phone.wait_for("(what was recorded)")
        phone.wait_for_key("3")
        assert phone.keys("now")["1"] == said["room_keep"].rstrip(",")
        assert phone.keys("always") == {}
        phone.press("1")
        phone.wait_for(said["room_kept"])
        speaks_for(phone, 0.2)
        phone.page.get_by_role("button", name="Hang up").click()
        phone.wait_for("The call is over")
        assert [line for line in phone.said if line == "No key was pressed."] == []
        assert phone.problems == []
    fetching = fetching_of(wiring)
    done = [fetching.run() for _ in range(2) if made.clock.forward(2) is None]
    assert done == [{"fetched": 1, "deleted": 1}, {"deleted": 1}]
    with reading(wiring.database) as connection:
        [take] = connection.execute(takes.select()).all()
    assert (take.prompt in dict(CHANGED), take.recorded_by) == (True, sara.id)
    assert take.state == "received"
    assert wav_seconds(wiring.recording.originals.read(take.original_sha)) > 0.7
    wiring.database.dispose()


def speaks_for(phone: Telephone, seconds: float) -> None:
    """Presses the key that begins, and speaks as long."""
    phone.press("#")
    phone.page.locator("#state", has_text="Recording you").wait_for()
    phone.page.wait_for_timeout(450 + 1000 * seconds)
