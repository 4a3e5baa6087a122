"""Where the clips lie that callers hear. Whoever knows a clip's hash may hear it: here is nothing private."""

from __future__ import annotations

from audio.stores import FolderStore, Store

CLIP_SUFFIX = ".wav"


class MediaStore(FolderStore):
    """Clips in a folder."""

    suffix = CLIP_SUFFIX


Media = Store
"""Clips, in a folder or in a bucket."""
