"""Pointing a real number at the hotline, and putting back what was there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.publishing.lines import save_line
from ivr.telephony.twilio_number import PERSISTENCE
from tests.hotline import LINE, LINE_NUMBER
from tests.operations.doctor_rig import TOKEN, Rig, prepared_data, rig_in

OLD = {
    "voice_url": "https://daniel:hush@old.example.org/voice?key=hush",
    "voice_method": "GET",
    "voice_fallback_url": "",
    "voice_fallback_method": "POST",
    "status_callback": "https://old.example.org/status",
    "status_callback_method": "GET",
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a hotline on air."""
    return prepared_data(tmp_path_factory.mktemp("hotline"))


@pytest.fixture
def rig(tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """A hotline on air, and a number that still leads to what came before it."""
    with rig_in(tmp_path, prepared, monkeypatch) as made:
        made.provider.set_up_of(LINE_NUMBER).update(OLD)
        yield made


def addresses(rig: Rig) -> dict[str, Any]:
    """How the number is set up at Twilio."""
    return {name: rig.provider.set_up_of(LINE_NUMBER)[name] for name in OLD}


def changes(rig: Rig) -> int:
    """How often something was changed at Twilio."""
    return sum(method == "POST" for method, _, _ in rig.provider.asked)


def connect(rig: Rig, *options: str) -> Any:
    """Runs the command for the line's number."""
    return rig.run("twilio", "connect", "--line", LINE_NUMBER, *options)


def test_a_number_is_pointed_here(rig: Rig) -> None:
    """One command sets all three addresses, reads them back and says how to try it."""
    result = connect(rig)
    assert result.exit_code == 0, result.output
    assert addresses(rig) == {
        "voice_url": f"{rig.url}/phone/twilio/voice#{PERSISTENCE}",
        "voice_method": "POST",
        "voice_fallback_url": f"{rig.url}/phone/fallback",
        "voice_fallback_method": "POST",
        "status_callback": f"{rig.url}/phone/twilio/status#{PERSISTENCE}",
        "status_callback_method": "POST",
    }
    assert "https://old.example.org/voice" in result.output
    assert f"ring {LINE_NUMBER}" in result.output
    assert f"✓ Number {LINE_NUMBER}" in rig.run("doctor").output


def test_what_leads_elsewhere_may_be_secret_and_is_not_shown(rig: Rig) -> None:
    """Passwords and keys in the former addresses stay out of the terminal, and so does our token."""
    shown = connect(rig).output + connect(rig, "--undo").output
    assert "hush" not in shown
    assert TOKEN not in shown


def test_connecting_twice_changes_nothing_the_second_time(rig: Rig) -> None:
    """Daniel can run it again without harm, and is told that it is done."""
    connect(rig)
    after_once = changes(rig)
    result = connect(rig)
    assert result.exit_code == 0
    assert "leads here already" in result.output
    assert changes(rig) == after_once


def test_a_dry_run_changes_nothing(rig: Rig) -> None:
    """What would be done is shown, and nothing is done or remembered."""
    result = connect(rig, "--dry-run")
    assert result.exit_code == 0
    assert f"{rig.url}/phone/twilio/voice" in result.output
    assert "nothing was changed" in result.output
    assert changes(rig) == 0
    assert addresses(rig) == OLD
    assert not (rig.data / "twilio").exists()


def test_undo_puts_back_exactly_what_was_there(rig: Rig) -> None:
    """Addresses, empty addresses and methods come back as they were, even after connecting twice and moving."""
    connect(rig)
    connect(rig)
    rig.environment["WARMLINE_PUBLIC_URL"] = rig.url.replace("127.0.0.1", "localhost")
    connect(rig)
    assert "localhost" in addresses(rig)["voice_url"]
    result = connect(rig, "--undo")
    assert result.exit_code == 0, result.output
    assert addresses(rig) == OLD
    again = connect(rig, "--undo")
    assert again.exit_code == 1
    assert "Nothing is remembered" in again.output


def test_undo_can_be_tried_dry(rig: Rig) -> None:
    """Undoing can be looked at first, too."""
    connect(rig)
    connected = addresses(rig)
    result = connect(rig, "--undo", "--dry-run")
    assert result.exit_code == 0
    assert addresses(rig) == connected


def test_a_change_made_by_somebody_else_is_what_undo_brings_back(rig: Rig) -> None:
    """If Sara points the number elsewhere and Daniel connects it again, undoing brings back what Sara had set."""
    connect(rig)
    saras = {**OLD, "voice_url": "https://sara.example.org/voice"}
    rig.provider.set_up_of(LINE_NUMBER).update(saras)
    connect(rig)
    connect(rig, "--undo")
    assert addresses(rig) == saras


def test_undo_says_when_somebody_elses_change_gets_lost(rig: Rig) -> None:
    """Undoing over a change made by hand is announced, not silent."""
    connect(rig)
    rig.provider.set_up_of(LINE_NUMBER)["voice_url"] = "https://sara.example.org/voice"
    assert "Somebody has changed" in connect(rig, "--undo", "--dry-run").output


def test_what_was_there_is_kept_where_only_its_owner_reads_it(rig: Rig) -> None:
    """The remembered addresses may be secret; the token isn't among them."""
    connect(rig)
    kept = rig.data / "twilio" / "former-numbers.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0
    assert json.loads(kept.read_text())[LINE_NUMBER]["former"]["voice_url"] == OLD["voice_url"]
    assert TOKEN not in kept.read_text()


@pytest.mark.parametrize(
    ("public_url", "api_url", "said"),
    [
        ("http://line.example.org", "", "isn't https"),
        ("http://line.example.org", "https://api.example.org", "isn't https"),
        ("", "", "not set"),
    ],
)
def test_calls_are_never_sent_over_an_open_line(rig: Rig, public_url: str, api_url: str, said: str) -> None:
    """Without https anybody on the way could listen in, so the command refuses before it asks Twilio anything."""
    rig.environment["WARMLINE_PUBLIC_URL"] = public_url
    rig.environment["WARMLINE_TWILIO_API_URL"] = api_url
    result = connect(rig)
    assert result.exit_code == 1
    assert said in result.output
    assert "Nothing was changed" in result.output
    assert not rig.provider.asked


@pytest.mark.parametrize(
    "override", [{"trunk_sid": "TK" + "1" * 32}, {"voice_application_sid": "AP" + "1" * 32}]
)
def test_a_number_that_ignores_its_addresses_is_left_alone(rig: Rig, override: dict[str, str]) -> None:
    """Where a trunk or an application rules, setting addresses would seem to work and change nothing."""
    rig.provider.set_up_of(LINE_NUMBER).update(override)
    result = connect(rig)
    assert result.exit_code == 1
    assert next(iter(override.values())) in result.output
    assert changes(rig) == 0


def test_a_number_that_nobody_has_is_refused(rig: Rig) -> None:
    """A number with no line, or that isn't the account's, is refused with the reason."""
    no_line = rig.run("twilio", "connect", "--line", "+12025550199")
    assert no_line.exit_code == 1
    assert "no line +12025550199" in no_line.output
    rig.provider.numbers.clear()
    not_ours = connect(rig)
    assert not_ours.exit_code == 1
    assert "doesn't have that number" in not_ours.output


def test_a_line_of_the_simulator_is_not_connected(rig: Rig) -> None:
    """A line that rings in the browser would refuse Twilio's webhooks, so it isn't put on a real number."""
    with rig.wiring.database.begin() as connection:
        save_line(
            connection,
            replace(LINE, provider="simulator"),
        )
    result = connect(rig)
    assert result.exit_code == 1
    assert "served by simulator" in result.output
    assert changes(rig) == 0


def test_a_line_with_nothing_on_it_is_not_connected(rig: Rig) -> None:
    """A number is not pointed at silence."""
    other = "+12025550101"
    rig.provider.has_number(other)
    with rig.wiring.database.begin() as connection:
        save_line(
            connection,
            replace(LINE, number=other),
        )
    result = rig.run("twilio", "connect", "--line", other)
    assert result.exit_code == 1
    assert "Nothing is published" in result.output


@pytest.mark.parametrize(
    ("status", "code", "said"), [(401, 20003, "doesn't accept"), (503, None, "answered 503")]
)
def test_a_no_of_twilio_is_passed_on_in_words(rig: Rig, status: int, code: int | None, said: str) -> None:
    """Wrong credentials or a broken Twilio end in a sentence and exit status 1, and change nothing."""
    rig.provider.refuse(status, code)
    result = connect(rig)
    assert result.exit_code == 1
    assert said in result.output
    assert addresses(rig) == OLD


def test_a_change_that_fails_half_way_can_still_be_undone(rig: Rig) -> None:
    """What was there is remembered before Twilio is asked to change it."""
    rig.provider.failing_changes = 1
    result = connect(rig)
    assert result.exit_code == 1
    assert "warmline doctor" in result.output
    assert connect(rig, "--undo").exit_code == 0
    assert addresses(rig) == OLD


def test_without_an_account_nothing_can_be_connected(rig: Rig) -> None:
    """Daniel is told which settings are missing."""
    rig.environment["WARMLINE_TWILIO_ACCOUNT_SID"] = ""
    result = connect(rig)
    assert result.exit_code == 1
    assert "WARMLINE_TWILIO_ACCOUNT_SID" in result.output
