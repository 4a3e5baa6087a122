"""What listeners of panels have keyed, as bars with their numbers beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from ivr.console.languages import gettext
from ivr.console.pictures import longest
from ivr.recording.panel_results import ClipAnswers

WORDS: Mapping[str, Any] = {
    "understood": _l("Understood"),
    "not_understood": _l("Not understood"),
    "otherwise": _l("Would say it otherwise"),
    "nothing": _l("Keyed nothing"),
}


def answers_view(answers: ClipAnswers | None, scale: int = 0) -> dict[str, Any] | None:
    """Bars of one clip, with a sentence that says what is to be seen. `scale` is what a full bar stands for, so that
    clips beside each other can be compared; by itself the clip's own most. None where nobody has heard it."""
    if answers is None or not answers.listeners:
        return None
    counts = {kind: int(getattr(answers, kind)) for kind in WORDS}
    full = scale or longest(counts.values())
    return {
        "sentence": gettext(
            "%(understood)s of %(listeners)s listeners understood it.",
            understood=answers.understood,
            listeners=answers.listeners,
        ),
        "bars": [
            {"kind": kind, "words": WORDS[kind], "count": count, "width": round(100 * count / full, 1)}
            for kind, count in counts.items()
            if count or kind != "nothing"
        ],
    }


def scale_of(clips: Iterable[ClipAnswers]) -> int:
    """The highest of all counts."""
    return longest(int(getattr(clip, kind)) for clip in clips for kind in WORDS)
