"""A service in the directory, as much of it as a caller can be told today. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Listing = Literal["pending", "whitelisted", "suspended", "blacklisted"]


@dataclass(frozen=True, slots=True)
class Service:
    """`prompts` say it, in order; `area` is "" when it serves everybody; `verified_on`: when it was last checked."""

    id: str
    need: str
    area: str
    prompts: tuple[str, ...]
    listing: Listing
    verified_on: date
