"""What the confined process tells of a clip, held to what a clip can be. Whoever has taken over a decoder can answer
anything at all, and what is answered here is shown on pages and played to callers.
"""

from __future__ import annotations

import io
import json
import wave
from dataclasses import fields
from typing import Any

from audio.refusals import TooHeavy
from audio.report import ORDER, Expected, Measured, Report
from audio.sound import BYTES_PER_SAMPLE, TELEPHONE_RATE
from audio.waveform import PEAKS

LONGEST_TELLING = 64 * 1024
LARGEST_NUMBER = 1e9
_HEADER, _APART = 44, 0.01


def read_telling(telling: bytes, wav: bytes) -> tuple[float, Report, bytes]:
    """Seconds, report and waveform of a clip. Raises TooHeavy where they, or the clip, aren't what a pipeline makes."""
    try:
        if len(telling) > LONGEST_TELLING:
            raise ValueError("too long")
        told = json.loads(telling)
        seconds, waveform = told["seconds"], bytes.fromhex(told["waveform"])
        _check_number(seconds)
        if abs(seconds - _seconds_of(wav)) > _APART or len(waveform) != PEAKS:
            raise ValueError("another clip")
        report = Report.from_json(told["report"])
        _check_report(report)
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        wave.Error,
        EOFError,
    ) as error:
        raise TooHeavy("answered something else") from error
    return seconds, report, waveform


def _seconds_of(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as file:
        kind = file.getnchannels(), file.getsampwidth(), file.getframerate()
        size = file.getnframes() * BYTES_PER_SAMPLE
    if kind != (1, BYTES_PER_SAMPLE, TELEPHONE_RATE) or len(wav) != _HEADER + size:
        raise ValueError("no clip")
    return float(size / BYTES_PER_SAMPLE / TELEPHONE_RATE)


def _check_report(report: Report) -> None:
    for part, kind in ((report.measured, Measured), (report.expected, Expected)):
        for field in fields(kind):
            value = getattr(part, field.name)
            if field.type == "bool":
                if not isinstance(value, bool):
                    raise TypeError(field.name)
            else:
                _check_number(value)
    for finding in report.findings:
        if finding.code not in ORDER:
            raise ValueError("an unknown finding")
        if finding.at is not None:
            _check_number(finding.at)
    if len(set(report.codes)) != len(report.codes):
        raise ValueError("a finding twice")


def _check_number(value: Any) -> None:
    # What is no number at all isn't below anything either.
    if type(value) not in (int, float) or not abs(value) < LARGEST_NUMBER:
        raise ValueError("no number")
