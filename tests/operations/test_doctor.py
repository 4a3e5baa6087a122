"""The doctor on a real hotline: real HTTP, a real queue server, real files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.operations.facts import folder_facts, without_password
from ivr.publishing.lines import find_line
from tests.hotline import LINE_NUMBER
from tests.operations.doctor_rig import (
    REDIS_PASSWORD,
    SECRET_KEY,
    TOKEN,
    Rig,
    prepared_data,
    rig_in,
    worker_at_work,
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a hotline on air."""
    return prepared_data(tmp_path_factory.mktemp("hotline"))


@pytest.fixture
def rig(tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """A hotline on air and connected, without a queue server."""
    with rig_in(tmp_path, prepared, monkeypatch) as made:
        made.connect_by_hand()
        yield made


def findings(rig: Rig) -> dict[str, list[tuple[str, str]]]:
    """What the doctor says, by subject."""
    report = json.loads(rig.run("doctor", "--json").stdout)
    by_subject: dict[str, list[tuple[str, str]]] = {}
    for finding in report["findings"]:
        by_subject.setdefault(finding["subject"], []).append((finding["level"], finding["found"]))
    return by_subject


def test_a_hotline_in_order_gets_a_clean_bill(rig: Rig) -> None:
    """With everything as it should be the doctor finds no problem, and its exit status says so."""
    with worker_at_work(rig.data):
        result = rig.run("doctor")
    assert "✗" not in result.output
    assert f"✓ Line {LINE_NUMBER}" in result.output
    assert f"✓ Number {LINE_NUMBER}" in result.output
    assert "✓ Signatures" in result.output
    assert "! Vault" in result.output
    assert "this is a demo, with its keys beside its data" in " ".join(result.output.split())
    assert "✓ Audit log" in result.output
    assert "✓ Workers" in result.output
    assert "✓ Clock" in result.output
    assert "Ready for calls." in result.output
    assert result.exit_code == 0


def test_no_secret_is_ever_printed(rig: Rig) -> None:
    """Daniel may send the doctor's report to anybody: no token, key or password is in it."""
    rig.environment["WARMLINE_REDIS_URL"] = f"redis://:{REDIS_PASSWORD}@127.0.0.1:1/0"
    told = rig.run("doctor").output + rig.run("doctor", "--json").output
    rig.provider.token = "another"
    told += rig.run("doctor").output
    assert "127.0.0.1:1" in told
    for secret in (TOKEN, SECRET_KEY, REDIS_PASSWORD):
        assert secret not in told


def test_a_worker_that_is_missing_is_noticed(rig: Rig) -> None:
    """Without a queue server calls still work, so the doctor is who has to notice."""
    result = rig.run("doctor")
    assert "✗ Queue" in result.output
    assert result.exit_code == 1


def test_a_lost_clip_is_named(rig: Rig) -> None:
    """A clip that has gone from the disk is named by its prompt and language."""
    wiring = rig.wiring
    with wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
        assert line is not None
        assert line.release_id is not None
        clips = wiring.releases.get(line.release_id).clips
    (prompt, language), clip = next(iter(clips.items()))
    wiring.media.remove(clip.sha)
    (level, found), *_others = findings(rig)[f"Line {LINE_NUMBER}"]
    assert level == "problem"
    assert f"{prompt} ({language})" in found


def test_a_wrong_token_is_found_on_both_sides(rig: Rig) -> None:
    """With a token that isn't the account's, Twilio refuses us, and our webhooks would refuse Twilio."""
    rig.environment["WARMLINE_TWILIO_AUTH_TOKEN"] = "an-old-token"
    found = findings(rig)
    assert found["Twilio account"][0][0] == "problem"
    assert found["Signatures"][0][0] == "problem"
    assert f"Number {LINE_NUMBER}" not in found


def test_a_number_that_leads_elsewhere_is_found(rig: Rig) -> None:
    """If somebody changes the number in Twilio's console, the doctor says which address is wrong."""
    rig.provider.set_up_of(LINE_NUMBER)["status_callback"] = "https://elsewhere.example.org/status"
    [(level, found)] = findings(rig)[f"Number {LINE_NUMBER}"]
    assert level == "problem"
    assert "call status" in found


def test_a_trial_account_is_named_with_its_limits(rig: Rig) -> None:
    """Daniel learns what a trial account can't do before he gives the number to anybody."""
    rig.provider.kind = "Trial"
    [(level, found), _] = [*findings(rig)["Twilio account"], ("", "")]
    assert level == "warning"
    assert "2 to 5 calls at once" in found


def test_twilio_out_of_reach_keeps_nothing_else_from_being_looked_at(rig: Rig) -> None:
    """One broken part doesn't hide the others."""
    rig.environment["WARMLINE_TWILIO_API_URL"] = "http://127.0.0.1:1"
    found = findings(rig)
    assert "can't be reached" in found["Twilio account"][0][1]
    assert found["Database"][0][0] == "good"
    assert found["Signatures"][0][0] == "good"


def test_a_web_process_that_is_down_is_noticed(rig: Rig) -> None:
    """Nothing behind the public address means that every caller would get the provider's error."""
    rig.environment["WARMLINE_PUBLIC_URL"] = "http://127.0.0.1:1"
    assert findings(rig)["Public address"] == [
        ("problem", "http://127.0.0.1:1 can't be reached (nothing answers there)")
    ]


def test_looking_makes_nothing(tmp_path: Path, rig: Rig) -> None:
    """The doctor on an empty machine says what is missing, and leaves the machine as empty as it was."""
    empty = tmp_path / "not-there"
    rig.environment["WARMLINE_DATA"] = str(empty)
    found = findings(rig)
    assert found["Data folder"][0][0] == "problem"
    assert "isn't there yet" in found["Database"][0][1]
    assert not empty.exists()


@pytest.mark.parametrize("url", ["nonsense", "postgresql+psycopg://daniel:very-secret@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_opened_is_a_finding(rig: Rig, url: str) -> None:
    """A wrong database address gives a sentence, not a traceback, and not its password."""
    rig.environment["WARMLINE_DATABASE_URL"] = url
    result = rig.run("doctor")
    assert result.exit_code == 1
    assert "✗" in result.output
    assert "very-secret" not in result.output
    assert "Traceback" not in result.output


def test_unreadable_settings_are_findings_too(rig: Rig) -> None:
    """A setting of the wrong kind is said in the same list as everything else."""
    rig.environment["WARMLINE_PORT"] = "no number"
    result = rig.run("doctor", "--json")
    assert result.exit_code == 1
    assert "WARMLINE_PORT" in json.loads(result.stdout)["findings"][0]["found"]


def test_a_folder_open_to_all_is_seen(tmp_path: Path) -> None:
    """The real permission bits of a real folder are what is judged."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    assert folder_facts(folder).mode == 0o755
    folder.chmod(0o700)
    facts = folder_facts(folder)
    assert (facts.mode, facts.writable, facts.exists) == (0o700, True, True)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:pw@h:1/0", "redis://:***@h:1/0"),
        ("postgresql+psycopg://u:pw@h/n", "postgresql+psycopg://u:***@h/n"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("nonsense?password=pw", "nonsense"),
    ],
)
def test_addresses_are_shown_without_passwords(url: str, shown: str) -> None:
    """An address in the report never carries the password that opens it."""
    assert without_password(url) == shown
