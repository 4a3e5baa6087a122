"""What somebody sends as a take: whether it can be one, and whether it is one already. Nothing is opened as sound."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

from audio.limits import Limits
from audio.refusals import TooLarge
from audio.stores import sha_of_file
from audio.take_rows import Take

LONGEST_FILE_NAME = 160
_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class UploadIdUnusable(ValueError):
    """It isn't 8 to 64 letters, digits, - or _. Permanent: a mistake in whatever sends it."""


class UploadIdTaken(Exception):
    """Something else was sent under this id. Permanent: send it under an id of its own."""


class OtherSound(UploadIdTaken):
    """The same person has sent another sound under this id: a page that was gone back to has its old id."""


def checked_id(upload_id: str) -> str:
    """The id itself. Raises UploadIdUnusable."""
    if not _UPLOAD_ID.fullmatch(upload_id):
        raise UploadIdUnusable(upload_id[:80])
    return upload_id


def check_size(content: bytes | Path) -> None:
    """Raises TooLarge."""
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if size > Limits().size:
        raise TooLarge(f"{size} bytes")


def sha_of(content: bytes | Path) -> str:
    """The SHA-256 under which it would be kept."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else sha_of_file(content)


def same(known: Take, by: str, prompt: str, language: str, sha: str = "") -> Take:
    """What was sent before, if it is the same sound, sent by the same person for the same script. It may have been
    matched since, or taken back and erased. Raises UploadIdTaken, OtherSound."""
    if known.recorded_by != by:
        raise UploadIdTaken(known.upload_id)
    if sha and known.original_sha not in ("", sha):
        raise OtherSound(known.upload_id)
    if prompt and (known.prompt, known.language) != (prompt, language):
        raise UploadIdTaken(known.upload_id)
    return known


def tidy_name(file_name: str) -> str:
    """Its last part, without what could disturb a page or a terminal."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:LONGEST_FILE_NAME]


def empty_row() -> dict[str, Any]:
    """What a take has before anything happens to it."""
    return {
        "id": uuid.uuid4().hex,
        "clip_sha": "",
        "seconds": 0.0,
        "pipeline": "",
        "report": json.dumps({}),
        "waveform": b"",
        "refusal": "",
        "reviewed_by": "",
        "reviewed_on": None,
        "reason": "",
        "reason_at": None,
        "tries": 0,
        "take": 0,
        "version": 1,
    }
