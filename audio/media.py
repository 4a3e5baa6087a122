"""Where the clips themselves lie: files named by the hash of their content, so an address never changes its sound."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
import uuid
from pathlib import Path

_SHA = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".unfinished"
_ABANDONED_AFTER_SECONDS = 3600


class NotAClipName(ValueError):
    """A name isn't 64 lower-case hexadecimal digits. It may be an attempt to read other files: answer 404."""


class MediaStore:
    """Clips in a folder, as `ab/cd/abcd….wav`. Safe for any number of processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha: str) -> Path:
        """Where a clip lies, or would lie. Raises NotAClipName, before anything touches the disk."""
        if not _SHA.fullmatch(sha):
            raise NotAClipName(f"not a clip's name: {sha[:80]!r}")
        return self.root / sha[:2] / sha[2:4] / f"{sha}.wav"

    def has(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def put(self, content: bytes) -> str:
        """Keeps a clip and returns its SHA-256. A clip is there whole or not at all, even when the power fails."""
        sha = hashlib.sha256(content).hexdigest()
        path = self.path(sha)
        if path.is_file():
            return sha
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.root / _UNFINISHED / uuid.uuid4().hex
        unfinished.parent.mkdir(exist_ok=True)
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _fsync_folder(path.parent)
        return sha

    def remove(self, sha: str) -> None:
        """Forgets a clip; one that isn't there is fine."""
        self.path(sha).unlink(missing_ok=True)

    def clear_unfinished(self) -> int:
        """Removes what killed processes left half written over an hour ago, and says how many there were."""
        removed = 0
        for unfinished in (self.root / _UNFINISHED).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - unfinished.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                    unfinished.unlink()
                    removed += 1
        return removed


def _fsync_folder(folder: Path) -> None:
    """Without this a power cut could take the name away again after the database says that the clip is there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
