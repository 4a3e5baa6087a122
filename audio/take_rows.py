"""A take as everybody sees it, and how it is read from its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Row

from audio.take_states import HAS_A_CLIP, TakeState

Source = Literal["browser", "phone", "file"]


@dataclass(frozen=True, slots=True)
class Take:
    """What somebody recorded, whatever becomes of it.

    `number` counts the takes of one prompt in one language, from 1; 0 while its prompt isn't known. `report` holds what
    was measured and found (audio/report.py), `waveform` 200 peaks of one byte each. `refusal` is a code, `reason` what
    a reviewer wrote, and `reason_at` the second of the clip that it is about. `pipeline` made its clip, `clip_sha`.
    """

    id: str
    upload_id: str
    prompt: str
    language: str
    voice: str
    script_fingerprint: str
    state: TakeState
    source: Source
    file_name: str
    original_sha: str
    clip_sha: str
    seconds: float
    pipeline: str
    report: Mapping[str, Any]
    waveform: bytes
    refusal: str
    recorded_by: str
    recorded_on: date
    reviewed_by: str
    reviewed_on: date | None
    reason: str
    reason_at: float | None
    touched_at: float
    tries: int
    number: int
    version: int

    @property
    def key(self) -> tuple[str, str]:
        """(prompt, language)"""
        return self.prompt, self.language

    @property
    def can_be_heard(self) -> bool:
        """Whether there is a clip of it to listen to."""
        return self.state in HAS_A_CLIP


def take_of(row: Row[Any]) -> Take:
    """The take that a row holds."""
    values = dict(row._mapping)
    values["state"] = TakeState(values["state"])
    values["report"] = json.loads(values["report"] or "{}")
    values["waveform"] = bytes(values["waveform"])
    values["number"] = values.pop("take")
    return Take(**values)
