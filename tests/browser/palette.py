"""The colours that a style sheet names."""

from __future__ import annotations

import re
from pathlib import Path

_NAMED = re.compile(r"--([a-z-]+): (#[0-9a-f]+);")


def colours(sheet: Path) -> tuple[dict[str, str], dict[str, str]]:
    """By day, and what is different at night."""
    text = sheet.read_text("utf-8")
    day, _, rest = text.partition("@media (prefers-color-scheme: dark)")
    night = rest.partition("\n}")[0]
    return dict(_NAMED.findall(day)), dict(_NAMED.findall(night))
