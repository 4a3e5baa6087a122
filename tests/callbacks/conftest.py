"""The vault of the vault's own tests on each kind of database in turn, and a hotline that a module of tests rings."""

from tests.shared_hotlines import on_air
from tests.vault.conftest import key_store_url, rig

__all__ = ["key_store_url", "on_air", "rig"]
