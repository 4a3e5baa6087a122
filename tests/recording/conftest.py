"""What is shared by the tests of the recording room: one hotline a module, on each kind of database in turn."""

from tests.audio.s3_server import s3_behind, shop
from tests.shared_hotlines import on_air

__all__ = ["on_air", "s3_behind", "shop"]
