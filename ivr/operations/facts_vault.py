"""How the vault is, for the doctor."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from ivr.operations.checks.vault import VaultFacts
from ivr.vault.errors import KeyStoreOutOfReach, MasterKeyRetired, VaultOutOfReach
from ivr.vault.reach import check_usable
from ivr.vault.upkeep import count_overdue
from ivr.vault.vault import Vault


def vault_facts(vault: Vault, database: Engine, now: float, demo_with_account: bool = False) -> VaultFacts:
    """What the key store, the master keys at hand and the database say."""
    try:
        ring = vault.master.ring()
        with vault.key_store.reading() as keys:
            check_usable(keys, ring)
            counts = keys.count_by_master()
    except VaultOutOfReach as error:
        return VaultFacts(failure=in_words(error))
    others = {key_id: count for key_id, count in counts.items() if key_id != ring.current.id}
    unreadable = sum(count for key_id, count in others.items() if key_id not in ring.by_id)
    return VaultFacts(
        unreadable=unreadable,
        old=sum(others.values()) - unreadable,
        overdue=_overdue(database, now),
        one_server=_is_one_server(database, vault.key_store.engine),
        demo_with_account=demo_with_account,
    )


def _is_one_server(*engines: Engine) -> bool:
    """Whether both are databases of one PostgreSQL server, by whatever names they are reached."""
    if any(engine.dialect.name != "postgresql" for engine in engines):
        return False
    try:
        return len({_server(engine) for engine in engines}) == 1
    except SQLAlchemyError:
        return False


def _server(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(
            text("SELECT system_identifier FROM pg_control_system()")
        ).scalar_one()
        return found


def _overdue(database: Engine, now: float) -> int:
    try:
        return count_overdue(database, now)
    except SQLAlchemyError:
        # What is wrong with the database is found out, and said, by its own check.
        return 0


def in_words(error: VaultOutOfReach) -> str:
    """Why a key can't be had now."""
    if isinstance(error, KeyStoreOutOfReach):
        return "the key store doesn't answer"
    if isinstance(error, MasterKeyRetired):
        return "the master key in use here has been replaced by another"
    return str(error)
