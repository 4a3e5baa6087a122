"""The recording room, put together."""

from __future__ import annotations

from dataclasses import dataclass

from audio.library import ClipLibrary
from audio.media import Media
from audio.originals import Originals
from audio.take_work import TakeWork
from audio.takes import Takes
from ivr.recording.comments import SpokenComments
from ivr.recording.drafts import Drafts
from ivr.recording.panels import Panels
from ivr.recording.reviewing import Reviewing
from ivr.recording.shelves import Shelves
from ivr.recording.spoken import SpokenRows
from ivr.recording.voices import Voices


@dataclass(frozen=True, slots=True)
class RecordingParts:
    """What pages, legs, workers and commands use of this room. `work` is for workers and commands alone."""

    takes: Takes
    work: TakeWork
    originals: Originals
    media: Media
    library: ClipLibrary
    drafts: Drafts
    shelves: Shelves
    voices: Voices
    reviewing: Reviewing
    spoken: SpokenRows
    panels: Panels
    comments: SpokenComments
