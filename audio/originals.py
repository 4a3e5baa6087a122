"""Where recordings lie as they came in. Private: only the recording room ever reads them, and no address leads here.

They are kept so that clips can be made anew when the way of making them improves. They may hold anything at all: what
is read from here is decoded by workers only.
"""

from __future__ import annotations

from audio.stores import FolderStore, Store


class OriginalsStore(FolderStore):
    """Originals in a folder, without an ending: what they claim to be means nothing."""

    mode = 0o700


Originals = Store
"""Originals, in a folder or in a bucket."""
