"""What the pack that ships sounds like in the demo voice, measured: nobody waits too long for a key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner

from audio.make_demo import make_demo
from audio.telephone_sound import LEADING_MS, TRAILING_MS
from flows.checks.timing import ESTIMATES_ERR_BY
from flows.effects import AskKeys, Connect, EndCall, Ending
from flows.engine import begin, step
from flows.inputs import Digits, Facts, Heard, NobodyToConnect, Started
from flows.lengths import CLIP_SILENCE_SECONDS, seconds_of
from ivr.demo import SHIPPED_PACK, shipped_pack, wanted_by
from ivr.line_commands import publish_pack
from ivr.operations.checks.house import check_lines
from ivr.operations.facts import line_facts
from ivr.publishing.gate import prepare, publish, warnings_about
from ivr.publishing.lines import save_line
from ivr.publishing.releases import Release, ReleasedClip
from ivr.store.migrate import migrate
from ivr.wiring import Wiring, wire
from tests.flows.test_check_holds import silent_call
from tests.hotline import LINE, LINE_NUMBER, TODAY, settings_for

FACTS = Facts()

pytestmark = pytest.mark.xdist_group("demo voice")
"""Reading the whole pack aloud takes half a minute, and is done once."""


@pytest.fixture(scope="module")
def wiring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wiring]:
    """An installation with every clip of the pack that ships in the real demo voice, and nothing on air."""
    made = wire(settings_for(tmp_path_factory.mktemp("demo")))
    migrate(made.database)
    make_demo(wanted_by(shipped_pack()), made.library, TODAY)
    with made.database.begin() as connection:
        save_line(connection, LINE)
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def release(wiring: Wiring) -> Release:
    return prepare(shipped_pack(), wiring.library, demo_allowed=True)


def test_the_pack_that_ships_keeps_every_limit_in_the_demo_voice(release: Release) -> None:
    """In all four languages, every option, menu and exercise, and the choice of a language, is as short as it should
    be when it is really heard."""
    assert release.pack.languages == ("en", "fr", "ar", "sw")
    assert warnings_about(release) == []


def test_the_silence_that_is_estimated_is_the_one_that_clips_have() -> None:
    """What the texts are judged by is what the clips will be: the same silence before and after the words."""
    assert (LEADING_MS + TRAILING_MS) / 1000 == CLIP_SILENCE_SECONDS


@pytest.mark.parametrize("language", ["en", "fr", "ar", "sw"])
def test_what_is_estimated_from_texts_is_near_what_is_heard(release: Release, language: str) -> None:
    """Sara may trust the estimate while she writes: over the whole pack it errs by less than what is allowed for."""
    prompts = [prompt for prompt, code in release.clips if code == language]
    heard = sum(release.clips[prompt, language].seconds for prompt in prompts)
    assert seconds_of(release.pack, prompts, language, {}) == pytest.approx(heard, rel=ESTIMATES_ERR_BY)


def test_a_silent_call_and_urgent_help_take_no_longer_than_is_written(release: Release) -> None:
    """Whoever presses nothing at all has heard it all, in four languages, after three and a quarter minutes; whoever
    presses 0 at once has heard the emergency number in each of them within 40 seconds, as flows/README.md says."""
    silent = sum(_seconds_of(release, taken.last) for taken in silent_call(release.pack, 50))
    assert 150 < silent < 200
    first = step(release.pack, begin(release.pack), Started(), FACTS)
    asked = step(release.pack, first.session, Digits("0", Heard()), FACTS)
    while isinstance(asked.last, Connect):
        asked = step(release.pack, asked.session, NobodyToConnect(), FACTS)
    said = asked.last
    assert isinstance(said, AskKeys)
    assert {part.language for part in said.said} == set(release.pack.languages)
    assert 20 < _seconds_of(release, said) - said.wait_seconds < 40


def _seconds_of(release: Release, last: Ending) -> float:
    """How long a screen lasts for somebody who presses nothing."""
    if not isinstance(last, AskKeys | EndCall):
        return 0.0
    wait = last.wait_seconds if isinstance(last, AskKeys) else 0
    return wait + sum(release.clips[part].seconds for part in last.said)


def test_whoever_publishes_is_told_what_takes_too_long(
    wiring: Wiring, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pack goes on air, and Sara reads which recording keeps callers waiting, and what to do about it."""
    monkeypatch.setattr("ivr.line_commands.load_settings", lambda: wiring.settings)
    monkeypatch.setattr("ivr.line_commands.wire", lambda _settings: wiring)
    command = [str(SHIPPED_PACK), "--line", LINE_NUMBER]
    assert "easier for them" not in CliRunner().invoke(publish_pack, command).output
    slow = _slowed(release, "to_listen")
    monkeypatch.setattr("ivr.line_commands.prepare", lambda *_args, **_more: slow)
    told = CliRunner().invoke(publish_pack, command)
    assert told.exit_code == 0
    assert f"is on air as {slow.id}" in told.output
    assert "  - welcome: “to_listen” with its key takes 9." in told.output
    assert "Say only what the key is for" in told.output


def test_the_doctor_tells_what_takes_too_long(wiring: Wiring, release: Release) -> None:
    """Of every line the doctor says what is harder on callers than it need be, and says nothing where nothing is."""
    publish(wiring.database, release, [LINE_NUMBER], TODAY)
    assert [fact.could_be_better for fact in _facts(wiring)] == [[]]
    publish(wiring.database, _slowed(release, "to_listen"), [LINE_NUMBER], TODAY)
    facts = _facts(wiring)
    warnings = [f for f in check_lines(facts, "media") if f.level == "warning" and "with its key" in f.found]
    assert len(warnings) == 1
    assert warnings[0].subject == f"Line {LINE_NUMBER}"
    assert warnings[0].found.startswith("welcome: “to_listen” with its key takes 9.")
    assert "Say only what the key is for" in warnings[0].next_step


def _facts(wiring: Wiring) -> list:
    found = line_facts(wiring.database, wiring.releases, wiring.media, demo_allowed=True)
    assert found is not None
    return found


def _slowed(release: Release, prompt: str) -> Release:
    """The same release with a recording that somebody read very slowly, in English."""
    clip = release.clips[prompt, "en"]
    clips = {**release.clips, (prompt, "en"): ReleasedClip(clip.sha, 8.0)}
    return replace(release, id=f"slow_{prompt}", clips=clips)
