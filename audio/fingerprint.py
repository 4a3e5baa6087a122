"""What ties a recording to the script it says, and a clip to the way in which it was made."""

from __future__ import annotations

import hashlib
import unicodedata

PIPELINE_VERSION = "4"
"""Raise it when clips would sound different: every clip is then made again from its recording or its script."""


def script_fingerprint(text: str) -> str:
    """64 hexadecimal digits that change when the words do. How lines are broken, and how letters with marks are
    encoded, is nothing that anybody could hear."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(words.encode()).hexdigest()
