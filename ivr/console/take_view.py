"""Takes as pages show them: how far each is, what was heard in it in one plain sentence, and its picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from audio.take_rows import Take
from audio.take_states import UNDER_WAY, TakeState
from ivr.console.pictures import Wave, wave
from ivr.console.recording_words import TAKE_STATES, State
from ivr.console.report_words import refusal_in_words, report_in_words
from ivr.console.shelf import room

MOST_SHOWN = 5
"""Of one script; the library shows all of them."""


@dataclass(frozen=True, slots=True)
class ShownTake:
    """One take. `sentence` says what to do, or that all is well; empty while nobody knows yet."""

    id: str
    number: int
    state: State
    kind: str
    sentence: str
    wave: Wave | None
    seconds: float
    clip: str
    voice: str
    reason: str
    reason_at: float | None
    old_words: bool
    under_way: bool


def takes_to_show(prompt: str, language: str, fingerprint: str) -> list[ShownTake]:
    """The newest takes of a script."""
    found = [
        take for take in room().takes.takes_of(prompt, language) if take.state is not TakeState.WITHDRAWN
    ]
    return [shown(take, fingerprint) for take in found[:MOST_SHOWN]]


def shown(take: Take, fingerprint: str) -> ShownTake:
    """One take, as a page shows it."""
    return ShownTake(
        id=take.id,
        number=take.number,
        state=TAKE_STATES[take.state.value],
        kind=take.state.value,
        sentence=_sentence(take),
        wave=wave(take.waveform, take.seconds, take.reason_at) if take.can_be_heard else None,
        seconds=take.seconds,
        clip=url_for("console.take_clip", take_id=take.id) if take.can_be_heard else "",
        voice=take.voice,
        reason=take.reason,
        reason_at=take.reason_at,
        old_words=take.script_fingerprint != fingerprint,
        under_way=take.state in UNDER_WAY,
    )


def _sentence(take: Take) -> str:
    if take.state is TakeState.REFUSED:
        return refusal_in_words(take.refusal)
    return report_in_words(codes_of(take)) if take.can_be_heard else ""


def codes_of(take: Take) -> list[str]:
    """What was found in a take, in codes."""
    findings: list[Any] = take.report.get("findings", [])
    return [str(finding["code"]) for finding in findings]
