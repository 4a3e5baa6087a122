"""Whatever is damaged, missing, swapped or gone: nobody gets a wrong number, and nothing else stops working."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from ivr.vault import reach
from ivr.vault.errors import (
    CiphertextDamaged,
    KeyStoreOutOfReach,
    MasterKeyMissing,
    NumberShredded,
    VaultOutOfReach,
)
from ivr.vault.key_store import KeyStore
from ivr.vault.key_tables import row_keys
from ivr.vault.master_keys import MasterKeys, add_new_key, new_key_text, remove_keys
from ivr.vault.tables import vault_entries
from tests.vault.rig import AMINA, JOSEPH, Rig


def change(rig: Rig, entry_id: str, **values: Any) -> None:
    """Mallory writes into the database."""
    with rig.database.begin() as connection:
        connection.execute(update(vault_entries).where(vault_entries.c.id == entry_id).values(values))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "wrong": lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
    "truncated": lambda sealed: sealed[:20],
    "empty": lambda sealed: b"",
    "longer": lambda sealed: sealed + sealed,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_ciphertext(rig: Rig, damage: str) -> None:
    """A ciphertext that was changed or cut gives no number at all, and says so."""
    entry = rig.keep()
    change(rig, entry, sealed=DAMAGES[damage](rig.rows()[0]["sealed"]))
    with pytest.raises(CiphertextDamaged):
        rig.open(entry)


def test_swapped_ciphertext(rig: Rig) -> None:
    """Mallory swaps the ciphertexts of two callers: neither opens, so nobody rings Joseph about Amina's call."""
    amina, joseph = rig.keep(AMINA), rig.keep(JOSEPH)
    sealed = {row["id"]: row["sealed"] for row in rig.rows()}
    change(rig, amina, sealed=sealed[joseph])
    change(rig, joseph, sealed=sealed[amina])
    for entry in (amina, joseph):
        with pytest.raises(CiphertextDamaged):
            rig.open(entry)


@pytest.mark.parametrize("column", ["kind", "line_id", "epoch"])
def test_ciphertext_moved_to_another_place(rig: Rig, column: str) -> None:
    """An entry that is made to look like one of another line, month or kind doesn't open."""
    entry = rig.keep()
    change(rig, entry, **{column: "other"})
    with pytest.raises(CiphertextDamaged):
        rig.open(entry)


def test_swapped_row_keys(rig: Rig) -> None:
    """Keys that were swapped in the key store open nothing."""
    amina, joseph = rig.keep(AMINA), rig.keep(JOSEPH)
    with rig.vault.key_store.writing() as keys:
        both = {entry: keys.row_key(entry) for entry in (amina, joseph)}
        for entry, other in ((amina, joseph), (joseph, amina)):
            wrapped = both[other]
            assert wrapped is not None
            this = row_keys.c.entry_id == entry
            keys.connection.execute(update(row_keys).where(this).values(wrapped=wrapped.wrapped))
    for entry in (amina, joseph):
        with pytest.raises(CiphertextDamaged):
            rig.open(entry)


def test_a_caller_whose_key_is_damaged_gets_a_new_one(rig: Rig) -> None:
    """What was kept of Amina can't be opened any more: she can still ask to be called back."""
    entry = rig.keep()
    with rig.vault.key_store.writing() as keys:
        keys.connection.execute(update(row_keys).values(wrapped=b"damaged"))
    again = rig.keep()
    assert again != entry
    assert rig.open(again) == AMINA
    with pytest.raises(NumberShredded):
        rig.open(entry)


def test_a_missing_master_key(rig: Rig) -> None:
    """The master key's file is gone: nothing is kept and nothing opens, until it is back."""
    entry = rig.keep()
    aside = rig.master_file.with_suffix(".aside")
    rig.master_file.rename(aside)
    with pytest.raises(MasterKeyMissing):
        rig.open(entry)
    with pytest.raises(VaultOutOfReach):
        rig.keep(JOSEPH)
    assert not rig.another().can_keep()
    aside.rename(rig.master_file)
    assert rig.open(entry) == AMINA


def test_an_old_master_key(rig: Rig) -> None:
    """A copy of the master key from before a rotation opens nothing sealed since, and it is said which is missing."""
    old = rig.master_file.read_bytes()
    newer = add_new_key(rig.master_file)
    entry = rig.keep()
    rig.master_file.write_bytes(old)
    with pytest.raises(MasterKeyMissing, match=newer):
        rig.open(entry)


def test_another_master_key_of_the_same_id_opens_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a key that passes itself off as the right one opens nothing."""
    entry = rig.keep()
    ring = rig.vault.master.ring()
    false = ring.current.__class__(ring.current.id, bytes(32))
    monkeypatch.setattr(rig.vault.master, "ring", lambda: ring._replace(by_id={ring.current.id: false}))
    with pytest.raises(CiphertextDamaged):
        rig.open(entry)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_master_key_that_others_can_read_is_refused(small_rig: Rig, mode: int) -> None:
    """A key file that anybody else on the machine can read is not used."""
    small_rig.master_file.chmod(mode)
    with pytest.raises(MasterKeyMissing, match="others"):
        small_rig.vault.master.ring()


@pytest.mark.parametrize("text", ["", "\n\n", "short", "z" * 64, "5a" * 31, "5a" * 33, "5a" * 32 + "\nshort"])
def test_a_master_key_file_that_is_none(tmp_path: Path, text: str) -> None:
    """A file that holds no key, or only half of one, is no ring; and what stands in it is not repeated."""
    file = tmp_path / "master.key"
    file.touch(0o600)
    file.write_text(text)
    with pytest.raises(MasterKeyMissing) as refused:
        MasterKeys(file).ring()
    assert "short" not in str(refused.value)


def test_new_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    """A master key file is made for its owner only, new keys come first, and old ones can be taken out."""
    file = tmp_path / "new" / "master.key"
    first = add_new_key(file)
    second = add_new_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    ring = MasterKeys(file).ring()
    assert (ring.current.id, set(ring.by_id)) == (second, {first, second})
    remove_keys(file, {first})
    assert set(MasterKeys(file).ring().by_id) == {second}
    assert list(file.parent.iterdir()) == [file]


def test_master_keys_of_the_environment(tmp_path: Path) -> None:
    """Where keys come from the environment, the newest is in use and the older ones open."""
    new, old, older = new_key_text(), new_key_text(), new_key_text()
    ring = MasterKeys(None, new, f"{old}, {older}").ring()
    assert [key.key.hex() for key in ring.by_id.values()] == [new, old, older]
    assert ring.current.key.hex() == new
    assert new not in repr(ring)


def test_the_key_store_is_gone(small_rig: Rig) -> None:
    """The key store's disk is taken away: nothing is kept, nothing opens, no empty store takes its place; and when it
    is back, everything is as before."""
    entry = small_rig.keep()
    folder = Path(small_rig.key_store_url.removeprefix("sqlite:///")).parent
    shutil.move(folder, folder.with_suffix(".aside"))
    for attempt in (small_rig.keep, lambda: small_rig.open(entry)):
        with pytest.raises(KeyStoreOutOfReach):
            attempt()
    assert not small_rig.another().can_keep()
    assert not folder.exists()
    shutil.move(folder.with_suffix(".aside"), folder)
    assert small_rig.another().can_keep()
    assert small_rig.open(entry) == AMINA


def test_a_key_store_on_a_server_that_is_gone_keeps_nobody_waiting(small_rig: Rig) -> None:
    """Where the key store's server doesn't answer, that is known within seconds, and then remembered."""
    small_rig.key_store_url = "postgresql+psycopg://warmline@127.0.0.1:9/keys"
    vault = small_rig.another()
    began = time.monotonic()
    assert not vault.can_keep()
    assert time.monotonic() - began < 3
    began = time.monotonic()
    assert not any(vault.can_keep() for _ in range(100))
    assert time.monotonic() - began < 0.1


def test_that_the_vault_is_back_is_noticed(small_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some seconds after the master key is back, callers are offered a call again."""
    aside = small_rig.master_file.with_suffix(".aside")
    small_rig.master_file.rename(aside)
    assert not small_rig.vault.can_keep()
    aside.rename(small_rig.master_file)
    assert not small_rig.vault.can_keep()
    monkeypatch.setattr(reach, "REMEMBERED_SECONDS", 0.0)
    assert small_rig.vault.can_keep()


def test_a_key_store_without_tables_keeps_nothing(small_rig: Rig, tmp_path: Path) -> None:
    """A key store that was never set up counts as out of reach, until `warmline migrate` has made its tables."""
    small_rig.key_store_url = f"sqlite:///{tmp_path / 'other' / 'keys.db'}"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "keys.db").touch()
    assert not small_rig.another().can_keep()
    KeyStore(small_rig.key_store_url).prepare()
    assert small_rig.another().can_keep()


def test_a_key_store_is_for_its_owner_only(small_rig: Rig) -> None:
    """Nobody else on the machine can read the key store, nor the folder it is in."""
    file = Path(small_rig.key_store_url.removeprefix("sqlite:///"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
