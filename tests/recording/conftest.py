"""What is shared by the tests of the recording room: one hotline a module, on each kind of database in turn."""

from tests.shared_hotlines import on_air

__all__ = ["on_air"]
