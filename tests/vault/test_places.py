"""Production doesn't start where keys and data could fall into the same hands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ivr.key_places import KeyPlaces, problems_of_keys
from ivr.operations.checks.vault import check_vault
from ivr.operations.facts_vault import vault_facts
from ivr.store.ids import new_id
from ivr.vault.errors import KeysWithNumbers
from ivr.vault.key_store import KeyStore
from ivr.vault.master_keys import MasterKeys, add_new_key
from ivr.vault.vault import Vault
from tests.vault.rig import Rig


@pytest.fixture
def places(tmp_path: Path) -> KeyPlaces:
    """Places that are well apart."""
    for name in ("data", "keys", "master", "elsewhere"):
        (tmp_path / name).mkdir()
    file = tmp_path / "master" / "master.key"
    file.touch(0o600)
    return KeyPlaces(
        data=tmp_path / "data",
        database=f"sqlite:///{tmp_path / 'data' / 'warmline.db'}",
        key_store=f"sqlite:///{tmp_path / 'keys' / 'keys.db'}",
        master_key_file=file,
        master_key="",
        older_master_keys="",
        demo=False,
    )


def only_problem(places: KeyPlaces) -> str:
    (problem,) = problems_of_keys(places)
    return problem


def test_places_that_are_apart_are_fine(places: KeyPlaces) -> None:
    """Data, key store and master key in three folders start."""
    assert problems_of_keys(places) == []
    assert problems_of_keys(replace(places, master_key_file=None, master_key="5a" * 32)) == []


@pytest.mark.parametrize("below", ["keys.db", "deep/keys.db"])
def test_a_key_store_with_the_data_is_refused(places: KeyPlaces, below: str) -> None:
    """A backup of the data folder would hold the keys as well."""
    inside = replace(places, key_store=f"sqlite:///{places.data / below}")
    assert "The key store lies with the data" in only_problem(inside)


def test_a_key_store_beside_the_database_is_refused(places: KeyPlaces, tmp_path: Path) -> None:
    """Wherever the database's file is, the key store's isn't beside it."""
    beside = replace(places, database=f"sqlite:///{tmp_path / 'keys' / 'warmline.db'}")
    assert "The key store lies with the data" in only_problem(beside)
    same = replace(places, database=places.key_store)
    assert "The key store lies with the data" in only_problem(same)


def test_a_folder_above_both_is_refused(places: KeyPlaces, tmp_path: Path) -> None:
    """Keys in a folder that holds the data folder too go into its backup, and so does a master key above the others."""
    above = replace(places, key_store=f"sqlite:///{tmp_path / 'keys.db'}")
    assert "The key store lies with the data" in problems_of_keys(above)[0]
    file = tmp_path / "master.key"
    file.touch(0o600)
    said = problems_of_keys(replace(places, master_key_file=file))
    assert [problem.split(":")[0] for problem in said] == [
        "The master key file lies with the data",
        "The master key file lies with the key store",
    ]


def test_an_address_in_sqlites_own_form_is_understood(places: KeyPlaces) -> None:
    """A key store written as `file:…?uri=true` is the same file in the data folder."""
    written = replace(places, key_store=f"sqlite:///file:{places.data}/keys.db?uri=true")
    assert "The key store lies with the data" in only_problem(written)
    of_data = replace(
        places, database=f"sqlite:///file:{places.key_store.removeprefix('sqlite:///')}?uri=true"
    )
    assert "The key store lies with the data" in only_problem(of_data)


def test_a_link_does_not_make_two_places(places: KeyPlaces, tmp_path: Path) -> None:
    """A link to a folder inside the data is that folder."""
    (tmp_path / "apart").symlink_to(places.data)
    linked = replace(places, key_store=f"sqlite:///{tmp_path / 'apart' / 'keys.db'}")
    assert "The key store lies with the data" in only_problem(linked)
    (tmp_path / "elsewhere" / "master.key").symlink_to(tmp_path / "data" / "real.key")
    (tmp_path / "data" / "real.key").touch(0o600)
    linked = replace(places, master_key_file=tmp_path / "elsewhere" / "master.key")
    assert "The master key file lies with the data" in only_problem(linked)


def test_a_master_key_with_the_data_is_refused(places: KeyPlaces) -> None:
    """Nor does the master key lie in the data folder."""
    file = places.data / "master.key"
    file.touch(0o600)
    assert "The master key file lies with the data" in only_problem(replace(places, master_key_file=file))


def test_a_master_key_with_the_key_store_is_refused(places: KeyPlaces, tmp_path: Path) -> None:
    """Whoever takes the key store's folder must not get the key that unwraps it."""
    file = tmp_path / "keys" / "master.key"
    file.touch(0o600)
    assert "The master key file lies with the key store" in only_problem(
        replace(places, master_key_file=file)
    )


@pytest.mark.parametrize(
    ("data", "keys", "same"),
    [
        ("postgresql+psycopg://a:x@db/warmline", "postgresql+psycopg://b:y@db:5432/warmline", True),
        ("postgresql+psycopg://a@DB/warmline", "postgresql+psycopg://a@db/warmline?sslmode=require", True),
        ("postgresql+psycopg://a@localhost/warmline", "postgresql+psycopg://a@127.0.0.1/warmline", True),
        ("postgresql+psycopg://a@/w?host=/run/pg", "postgresql+psycopg://b@/w?host=/run/pg", True),
        ("postgresql+psycopg://a@localhost/w", "postgresql+psycopg://a@/w?host=/run/pg", True),
        ("postgresql+psycopg://a@db/w?hostaddr=127.0.0.1", "postgresql+psycopg://a@localhost/w", True),
        ("postgresql+psycopg://a@db/warmline", "postgresql+psycopg://a@db/keys", False),
        ("postgresql+psycopg://a@db/warmline", "postgresql+psycopg://a@keys/warmline", False),
        ("postgresql+psycopg://a@db/warmline", "postgresql+psycopg://a@db:5433/warmline", False),
    ],
)
def test_one_database_for_both_is_refused(places: KeyPlaces, data: str, keys: str, same: bool) -> None:
    """However its address is spelled, the database of the data is not the key store."""
    said = problems_of_keys(replace(places, database=data, key_store=keys))
    assert ["the database of the data itself" in problem for problem in said] == [True] * same


def test_a_master_key_that_is_missing_or_open_is_refused(places: KeyPlaces) -> None:
    """Each way in which the master key can be wrong is said with what to do."""
    assert places.master_key_file is not None
    places.master_key_file.chmod(0o640)
    assert "chmod 600" in only_problem(places)
    places.master_key_file.unlink()
    assert "warmline keys new" in only_problem(places)
    assert "WARMLINE_MASTER_KEY_FILE is not set" in only_problem(replace(places, master_key_file=None))
    assert "are both set" in only_problem(replace(places, master_key="5a" * 32))


def test_a_hotline_that_was_set_up_starts_without_its_master_key(places: KeyPlaces, tmp_path: Path) -> None:
    """The disk with the master key is gone when a process starts again: callers are answered, and offered no call."""
    assert places.master_key_file is not None
    places.master_key_file.unlink()
    (tmp_path / "keys" / "keys.db").touch()
    assert problems_of_keys(places) == []
    on_a_server = replace(places, key_store="postgresql+psycopg://keys@keys/keys")
    assert problems_of_keys(on_a_server) == []


def test_in_the_demo_all_may_lie_together(places: KeyPlaces) -> None:
    """The demo keeps everything in one folder; its master key must still be its owner's alone."""
    file = places.data / "keys" / "master.key"
    file.parent.mkdir()
    file.touch(0o600)
    demo = replace(
        places, key_store=f"sqlite:///{places.data / 'keys' / 'keys.db'}", master_key_file=file, demo=True
    )
    assert problems_of_keys(demo) == []
    file.chmod(0o644)
    assert "chmod 600" in only_problem(demo)


def test_one_database_under_two_names_keeps_no_number(database: Engine, tmp_path: Path) -> None:
    """Whatever the addresses look like: where the key store turns out to hold the numbers as well, it is refused when
    it is set up, no caller is offered a call, and the doctor says why."""
    url = database.url.render_as_string(hide_password=False)
    add_new_key(tmp_path / "master" / "master.key")
    vault = Vault(
        KeyStore(url),
        MasterKeys(tmp_path / "master" / "master.key"),
        new_id=new_id,
        keep_hours=72,
        countries=lambda: ["US"],
    )
    with pytest.raises(KeysWithNumbers):
        vault.key_store.prepare()
    assert not vault.can_keep()
    said = check_vault(vault_facts(vault, database, 0.0))
    assert (said.level, "the database of the numbers itself" in said.found) == ("problem", True)
    vault.key_store.engine.dispose()


def test_the_doctor_warns_of_one_server(rig: Rig) -> None:
    """Two databases on one PostgreSQL server share its log and its backups, and the doctor says so."""
    facts = vault_facts(rig.vault, rig.database, 0.0)
    assert facts.one_server == (rig.database.dialect.name == "postgresql")
    assert (check_vault(facts).level == "warning") == facts.one_server


def test_the_doctor_warns_of_a_demo_with_a_real_account(small_rig: Rig) -> None:
    """Real callers must not come to a demo unnoticed: its keys lie beside its data."""
    assert check_vault(vault_facts(small_rig.vault, small_rig.database, 0.0)).level == "good"
    said = check_vault(vault_facts(small_rig.vault, small_rig.database, 0.0, demo_with_account=True))
    assert (said.level, "real callers" in said.found) == ("warning", True)
