"""What was measured in a take, and what is wrong with it. Pure: numbers in, codes out; `advice` has the sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that whoever recorded it can do better. `at` is a second of the clip, where there is one."""

    code: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Lengths in seconds: `seconds` of the clip, `recorded_seconds` of the file. `loudness` is of the speech as it was
    recorded, in LUFS. The findings begin with the most useful one."""

    seconds: float
    recorded_seconds: float
    loudness: float
    findings: tuple[Finding, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The findings' codes, the most useful first; none when nothing is wrong."""
        return tuple(finding.code for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """What is kept with the take."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Report:
        """The report that `as_json` gave."""
        findings = tuple(Finding(one["code"], one["at"]) for one in kept["findings"])
        return cls(**{**kept, "findings": findings})
