"""What was measured in a take, and what is wrong with it. Pure: numbers in, codes out; `advice` has the sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

ORDER = (
    "damaged",
    "same_as_other",
    "cut_start",
    "cut_end",
    "clipped",
    "too_short",
    "noisy",
    "hum",
    "too_quiet",
    "too_fast",
    "too_long",
    "long_silence",
)
"""What can be found, the most useful to hear about first: what makes the others meaningless, what loses words, what
callers can't understand, what tires them."""

NOISY_BELOW_DB = 15.0
HUM_OVER_DB = -32.0
QUIET_BELOW_LUFS = -40.0
CLIPPED_MOMENTS, CLIPPED_SHARE = 5, 0.003
FAST_SHARE, SHORT_SHARE = 0.62, 0.4
LONG_TIMES, LONG_SECONDS = 2.0, 2.0
LEAST_EXPECTED = 1.0
SILENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What a recording of a script should be like, in seconds: `seconds` as estimated from its words, without silence
    around it; `at_most` for a whole clip at its place in the call; `longest_pause` and `pause_after` as they are
    written in it. Nought is for what isn't known."""

    seconds: float = 0.0
    at_most: float = 0.0
    longest_pause: float = 0.0
    pause_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured. Seconds: of the clip, of the file, of what is spoken in it. `loudness` of the speech as it was
    recorded, in LUFS; `noise_distance`, how far it stands out of the room, in dB; `hum`, under the speech, in dB.
    Moments are seconds in the clip."""

    seconds: float
    recorded_seconds: float
    spoken_seconds: float
    loudness: float
    noise_distance: float
    hum: float
    longest_silence: float
    longest_silence_at: float
    clipped_moments: int
    clipped_at: float
    starts_spoken: bool
    ends_spoken: bool
    damaged: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that whoever recorded it can do better. `at` is a second of the clip, where there is one."""

    code: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, what was expected, and the findings, the most useful one first."""

    measured: Measured
    expected: Expected
    findings: tuple[Finding, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The findings' codes, the most useful first; none when nothing is wrong."""
        return tuple(finding.code for finding in self.findings)

    def found(self, code: str, at: float | None = None) -> Report:
        """The report with one finding more, in its place. The same twice is one."""
        others = [finding for finding in self.findings if finding.code != code]
        return replace(self, findings=in_order([*others, Finding(code, at)]))

    def as_json(self) -> dict[str, Any]:
        """What is kept with the take: plain numbers, and the findings in their order."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Report:
        """The report that `as_json` gave."""
        findings = tuple(Finding(one["code"], one["at"]) for one in kept["findings"])
        return cls(Measured(**kept["measured"]), Expected(**kept["expected"]), findings)


def judged(measured: Measured, expected: Expected) -> Report:
    """The report on a take."""
    return Report(measured, expected, in_order([*_of_sound(measured), *_of_length(measured, expected)]))


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """The most useful first."""
    return tuple(sorted(findings, key=lambda finding: ORDER.index(finding.code)))


def _of_sound(measured: Measured) -> list[Finding]:
    clipped = max(CLIPPED_MOMENTS, CLIPPED_SHARE * 100 * measured.spoken_seconds)
    found = {
        "damaged": measured.damaged,
        "cut_start": measured.starts_spoken,
        "cut_end": measured.ends_spoken,
        "noisy": measured.noise_distance < NOISY_BELOW_DB,
        "hum": measured.hum > HUM_OVER_DB,
        "too_quiet": measured.loudness < QUIET_BELOW_LUFS,
    }
    findings = [Finding(code) for code, there in found.items() if there]
    if measured.clipped_moments >= clipped:
        findings.append(Finding("clipped", measured.clipped_at))
    return findings


def _of_length(measured: Measured, expected: Expected) -> list[Finding]:
    findings = []
    words = expected.seconds
    if words >= LEAST_EXPECTED and measured.spoken_seconds < SHORT_SHARE * words:
        findings.append(Finding("too_short"))
    elif words >= LEAST_EXPECTED and measured.spoken_seconds < FAST_SHARE * words:
        findings.append(Finding("too_fast"))
    rambling = words > 0 and measured.spoken_seconds > LONG_TIMES * words + LONG_SECONDS
    if rambling or 0 < expected.at_most < measured.seconds:
        findings.append(Finding("too_long"))
    if measured.longest_silence > SILENCE_SECONDS + expected.longest_pause:
        findings.append(Finding("long_silence", measured.longest_silence_at))
    return findings
