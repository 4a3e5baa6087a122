"""Who may call whom. Pure. A caller who asked for a woman is never called by a man, however long she waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GenderWish = Literal["", "woman", "man"]
CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a callback needs. `language` is None when the caller never chose one."""

    language: str | None
    gender: GenderWish
    need: str


@dataclass(frozen=True, slots=True)
class Offering:
    """What a helper can give."""

    languages: frozenset[str]
    gender: str
    crisis_trained: bool


def fits(wanted: Wanted, offering: Offering) -> bool:
    """Whether this helper may have this callback: language, then gender, then training."""
    if wanted.language is not None and wanted.language not in offering.languages:
        return False
    if wanted.gender and wanted.gender != offering.gender:
        return False
    return wanted.need != CRISIS or offering.crisis_trained
