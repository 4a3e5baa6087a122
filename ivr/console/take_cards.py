"""One take as reviewers and staff see it: its state and picture, what was found in it, who recorded and reviewed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from audio.take_rows import Take
from audio.take_states import TakeState
from ivr.console.gatekeeper import may_open
from ivr.console.languages import gettext, language
from ivr.console.pictures import wave
from ivr.console.recording_words import SOURCES, TAKE_STATES
from ivr.console.report_words import findings_in_words, refusal_in_words
from ivr.console.signed_in import me
from ivr.console.times import day
from ivr.console.words import isolated, who_in_words

ENDED = (TakeState.REFUSED, TakeState.WITHDRAWN)


def card_of(take: Take, names: Mapping[str, str], outdated: bool) -> dict[str, Any]:
    """What a template needs of a take, apart from what can be done with it."""
    return {
        "id": take.id,
        "kind": take.state.value,
        "state": TAKE_STATES[take.state.value],
        "seconds": round(take.seconds, 2),
        "recorded": _recorded(take, names),
        "reviewed": _reviewed(take, names),
        "reason": take.reason,
        "reason_at": second(take.reason_at) if take.reason_at is not None else "",
        "wave": wave(take.waveform, take.seconds, take.reason_at),
        "drawn": gettext("The sound from beginning to end, as a picture"),
        "report": _report(take),
        "facts": _facts(take),
        "clip": url_for("console.take_clip", take_id=take.id) if take.can_be_heard else "",
        "original": _original(take),
        "outdated": outdated and take.state not in ENDED,
    }


def _report(take: Take) -> list[str]:
    if take.state is TakeState.REFUSED:
        return [refusal_in_words(take.refusal)]
    return findings_in_words(take.report.get("findings", ())) if take.can_be_heard else []


def second(at: float) -> str:
    """A place in a clip: `at 0:03`."""
    return gettext("at %(minutes)s", minutes=f"{int(at) // 60}:{int(at) % 60:02d}")


def _recorded(take: Take, names: Mapping[str, str]) -> str:
    return gettext(
        "Take %(number)s: recorded by %(name)s %(how)s, %(day)s; voice: %(voice)s",
        number=take.number,
        name=who_in_words(take.recorded_by, dict(names)),
        how=str(SOURCES[take.source]),
        day=day(take.recorded_on.isoformat(), language()),
        voice=isolated(take.voice) if take.voice else "–",
    )


def _reviewed(take: Take, names: Mapping[str, str]) -> str:
    if take.reviewed_on is None or not take.reviewed_by:
        return ""
    values = {
        "name": who_in_words(take.reviewed_by, dict(names)),
        "day": day(take.reviewed_on.isoformat(), language()),
    }
    if take.state is TakeState.AGAIN:
        return gettext("%(name)s asked for another, %(day)s", **values)
    return gettext("Approved by %(name)s, %(day)s", **values)


def _facts(take: Take) -> str:
    if not take.can_be_heard:
        return ""
    seconds = gettext("%(seconds)s s long", seconds=f"{take.seconds:.1f}")
    loudness = take.report.get("measured", {}).get("loudness")
    if loudness is None:
        return seconds
    return f"{seconds} · " + gettext("recorded at %(loudness)s", loudness=f"\u2066{loudness:.0f} LUFS\u2069")


def _original(take: Take) -> str:
    if (
        not take.original_sha
        or take.state is TakeState.WITHDRAWN
        or not may_open(me(), "console.take_original")
    ):
        return ""
    return url_for("console.take_original", take_id=take.id)
