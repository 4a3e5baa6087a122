"""What the recording room refuses, in words: why, and what can be done instead. Nothing is lost by a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from audio.take_states import NotNow
from audio.takes import TakeChanged
from ivr.recording.reviewing import (
    NoReason,
    NothingToReview,
    NotYoursToReview,
    NotYoursToUndo,
    OldWords,
    OtherLanguage,
    OwnRecording,
    TooLate,
)

MEANWHILE = _l("Somebody has dealt with this meanwhile. This is how it is now.")
WORDS: Mapping[type[Exception], Any] = {
    NotYoursToReview: _l("Your role doesn't include this."),
    OtherLanguage: _l(
        "Somebody who speaks this language has to hear it. If you do, say so in your profile, under languages."
    ),
    OwnRecording: _l("You recorded this yourself, so somebody else has to hear it."),
    OldWords: _l("The words have changed since, so this can't be used as it is. Nothing was changed."),
    NoReason: _l("Say in a few words what should be different."),
    NothingToReview: _l("There is nothing to review here any more."),
    NotYoursToUndo: _l("Somebody else has done this, and only they can undo it."),
    TooLate: _l("This can't be undone any more: its time is over."),
    NotNow: MEANWHILE,
    TakeChanged: MEANWHILE,
}


def refusal_words(refusal: Exception) -> str:
    """A refusal in words."""
    return str(WORDS[type(refusal)])
