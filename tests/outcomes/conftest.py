"""The vault of the vault's own tests on each kind of database in turn."""

from tests.vault.conftest import key_store_url, rig, small_rig

__all__ = ["key_store_url", "rig", "small_rig"]
