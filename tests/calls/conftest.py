"""Shared by the tests of turns."""

from tests.shared_hotlines import on_air

__all__ = ["on_air"]
