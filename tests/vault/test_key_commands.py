"""`warmline keys`: what an operator types, and what is said. No secret is shown that isn't asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from ivr.audit.tables import audit_rows
from ivr.demo import make_own_keys
from ivr.key_commands import keys
from ivr.operations.checks.vault import VaultFacts, check_vault
from ivr.operations.facts_vault import vault_facts
from ivr.settings import PREFIX
from ivr.store.migrate import migrate
from ivr.vault.key_engine import one_rotation_at_a_time
from ivr.vault.master_keys import MasterKeys, add_new_key
from ivr.vault.number import PhoneNumber
from ivr.wiring import Wiring, wire
from tests.hotline import MASTER_KEY, settings_for
from tests.serving import environment_of

AMINA = PhoneNumber("+12025550147")
Typed = Callable[..., Result]


@pytest.fixture
def wiring(tmp_path: Path) -> Wiring:
    """A hotline whose keys lie where they should: apart from each other and from the data."""
    made = wire(
        settings_for(
            tmp_path / "data",
            demo=False,
            master_key="",
            keys=tmp_path / "keys",
            master_key_file=tmp_path / "master" / "master.key",
        )
    )
    migrate(made.database)
    return made


@pytest.fixture
def run(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types a command."""
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)

    def type_in(*words: str, **environment: str) -> Result:
        return CliRunner().invoke(keys, words, env=environment_of(wiring.settings, **environment))

    return type_in


def master_file(wiring: Wiring) -> Path:
    file = wiring.settings.key_file
    assert file is not None
    return file


def test_from_nothing_to_numbers_that_can_be_kept(wiring: Wiring, run: Typed) -> None:
    """One command makes the master key and the key store, for their owner only; then numbers can be kept."""
    assert not wiring.vault.can_keep()
    done = run("new")
    assert done.exit_code == 0, done.output
    assert "Keep a copy" in done.output
    assert master_file(wiring).stat().st_mode & 0o777 == 0o600
    assert master_file(wiring).read_text().strip() not in done.output
    assert wire(wiring.settings).vault.can_keep()


def test_rotating_leaves_a_row_in_the_audit_log(wiring: Wiring, run: Typed) -> None:
    """A new key, a rotation, and the old key is gone from the file; the audit log says that it was done."""
    run("new")
    old = MasterKeys(master_file(wiring)).ring().current.id
    wiring.vault.keep(AMINA, kind="caller", line_id="l", now=0.0)
    run("new")
    done = run("rotate")
    assert done.exit_code == 0, done.output
    assert f"{old} wraps nothing any more and is out of the file" in done.output
    with wiring.database.connect() as connection:
        row = connection.execute(select(audit_rows)).one()
    new = MasterKeys(master_file(wiring)).ring().current.id
    assert (row.deed, row.who, row.about) == ("master_key_rotated", "command line", new)


def test_a_rotation_under_way_is_said_in_words(wiring: Wiring, run: Typed) -> None:
    """Whoever starts a second rotation is told so, and nothing is written down as done."""
    run("new")
    with one_rotation_at_a_time(wiring.vault.key_store.engine):
        done = run("rotate")
    assert done.exit_code == 1
    assert "Another rotation is at work" in done.output
    with wiring.database.connect() as connection:
        assert connection.execute(select(audit_rows)).first() is None


def test_status_says_how_the_keys_are(wiring: Wiring, run: Typed) -> None:
    """The operator sees which master key wraps how much and when the next month's key goes, and no secret."""
    run("new")
    wiring.vault.keep(AMINA, kind="caller", line_id="l", now=1_772_366_400.0)
    said = run("status").output
    current = MasterKeys(master_file(wiring)).ring().current
    assert f"Master key {current.id}: in use, wraps 2 keys" in said
    assert "The key of epoch 2026-03 is destroyed after 2026-04-05 00:00 UTC." in said
    assert current.key.hex() not in said


def test_status_without_a_key_store(wiring: Wiring, run: Typed) -> None:
    """While the key store is gone, that is what is said, and not a traceback."""
    add_new_key(master_file(wiring))
    for command in ("status", "rotate"):
        done = run(command)
        assert done.exit_code == 1
        assert "the key store doesn't answer" in done.output


def test_a_key_for_the_environment(run: Typed) -> None:
    """Where the master key stands in the environment, a new one is shown there, with what to do with it."""
    done = run("new", WARMLINE_MASTER_KEY=MASTER_KEY, WARMLINE_MASTER_KEY_FILE="")
    assert done.exit_code == 0
    assert "WARMLINE_MASTER_KEY_OLD" in done.output
    assert MASTER_KEY not in done.output


def test_a_place_for_the_key_has_to_be_named(run: Typed) -> None:
    """Without a place for the master key none is made anywhere."""
    done = run("new", WARMLINE_MASTER_KEY_FILE="")
    assert done.exit_code == 1
    assert "WARMLINE_MASTER_KEY_FILE is not set" in done.output


def test_the_demo_makes_its_own_keys_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo has a master key of its own, its owner's alone, and keeps it; named another, it makes none."""
    for name in ("MASTER_KEY", "MASTER_KEY_FILE", "KEYS"):
        monkeypatch.delenv(PREFIX + name, raising=False)
    make_own_keys(tmp_path)
    file = tmp_path / "keys" / "master.key"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    made = file.read_text()
    make_own_keys(tmp_path)
    assert file.read_text() == made
    monkeypatch.setenv(f"{PREFIX}MASTER_KEY", MASTER_KEY)
    make_own_keys(tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_the_doctor_says_how_the_vault_is(wiring: Wiring, run: Typed) -> None:
    """The doctor tells an operator when numbers can't be kept or read, and what to do about it."""
    assert "can't be read" in check_vault(vault_facts(wiring.vault, wiring.database, 0.0)).found
    run("new")
    wiring.vault.keep(AMINA, kind="caller", line_id="l", now=0.0)
    assert check_vault(vault_facts(wiring.vault, wiring.database, 0.0)).level == "good"
    file = master_file(wiring)
    before = file.read_text()
    run("new")
    facts = vault_facts(wiring.vault, wiring.database, 0.0)
    assert facts == VaultFacts(old=2)
    assert "warmline keys rotate" in check_vault(facts).next_step
    file.write_text(file.read_text().removesuffix(before))
    assert vault_facts(wiring.vault, wiring.database, 0.0) == VaultFacts(unreadable=2)
    assert check_vault(VaultFacts(unreadable=2)).level == "warning"
    file.write_text(before)
    (wiring.settings.keys or Path()).rename(wiring.settings.data / "aside")
    assert check_vault(vault_facts(wiring.vault, wiring.database, 0.0)).level == "problem"
