"""What a backup of the library holds: its rows, and the sounds that they, and what is on air, speak of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select

from audio.backup import Library
from audio.tables import clips, takes
from ivr.recording.parts import RecordingParts
from ivr.recording.tables import clinical_reviews, drafts, mixes_meant, sheet_numbers, voices
from ivr.store.tables import releases

TABLES = (drafts, sheet_numbers, voices, mixes_meant, clinical_reviews, takes, clips)


def whole_library(database: Engine, room: RecordingParts) -> Library:
    """The library of this installation."""
    stores = {"clips": room.media, "originals": room.originals}
    return Library(database, TABLES, stores, sounds_named, contradictions)


def sounds_named(connection: Connection) -> set[tuple[str, str]]:
    """Every sound that a row speaks of. What is on air is among them, even if it was replaced since."""
    found = {("clips", sha) for sha in connection.execute(select(clips.c.sha)).scalars()}
    for row in connection.execute(select(takes.c.original_sha, takes.c.clip_sha)):
        found |= {("originals", row.original_sha), ("clips", row.clip_sha)}
    for document in connection.execute(select(releases.c.clips)).scalars():
        found |= {
            ("clips", sha) for prompts in json.loads(document).values() for sha, _seconds in prompts.values()
        }
    return {(place, sha) for place, sha in found if sha}


def contradictions(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Numbers on sheets that mean something else here: with them somebody would record other words than they read."""
    here = {row.printed: row.prompt for row in connection.execute(select(sheet_numbers))}
    numbers = {prompt: printed for printed, prompt in here.items()}
    found = []
    for row in rows.get(sheet_numbers.name, ()):
        printed, prompt = row["printed"], row["prompt"]
        if here.get(printed, prompt) != prompt or numbers.get(prompt, printed) != printed:
            found.append(
                f"Number {printed} is {prompt} in the backup and {here.get(printed, 'nothing')} here: restore it into "
                "a new installation, or one that this backup was made of."
            )
    return found[:1]
