"""What a backup of the library holds, and which sounds have to stay: those that its rows, and what callers and panels
hear, speak of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Select, select

from audio.backup import Library
from audio.tables import clips, takes
from audio.take_states import TakeState
from flows.documents import UnknownPackDocument, pack_from_document
from ivr.recording.parts import RecordingParts
from ivr.recording.tables import (
    clinical_reviews,
    drafts,
    mixes_meant,
    panel_answers,
    panels,
    sheet_numbers,
    voices,
)
from ivr.store.tables import lines, live_calls, releases

TABLES = (
    drafts,
    sheet_numbers,
    voices,
    mixes_meant,
    clinical_reviews,
    takes,
    clips,
    panels,
    panel_answers,
)
"""Spoken comments of panels aren't among them: they are sealed with keys that are in no backup, so that they are gone
everywhere when those are destroyed."""

Sounds = set[tuple[str, str]]
"""As (place, SHA-256)."""


def whole_library(database: Engine, room: RecordingParts, today: date) -> Library:
    """The library of this installation."""
    return Library(database, TABLES, stores_of(room), partial(sounds_named, today), contradictions)


def stores_of(room: RecordingParts) -> dict[str, Any]:
    """Where the sounds lie, by what their place is called."""
    return {"clips": room.media, "originals": room.originals}


def sounds_named(today: date, connection: Connection) -> Sounds:
    """Every sound that can be used: of takes that weren't withdrawn, clips on the shelf, what is on air, and what open
    panels hear, even if it was replaced or withdrawn since."""
    wanted = select(takes.c.original_sha, takes.c.clip_sha).where(takes.c.state != TakeState.WITHDRAWN.value)
    on_the_shelf = select(clips.c.sha).where(clips.c.state != "withdrawn")
    return (
        _of_takes(connection, wanted)
        | {("clips", sha) for sha in connection.execute(on_the_shelf).scalars()}
        | _of_releases(connection, select(lines.c.release_id).where(lines.c.release_id.is_not(None)))
        | _of_panels(connection, today)
    )


def sounds_kept(today: date, connection: Connection) -> Sounds:
    """All these, what calls under way hear, and what was withdrawn and isn't erased yet: all others can go."""
    return (
        sounds_named(today, connection)
        | _of_takes(connection, select(takes.c.original_sha, takes.c.clip_sha))
        | _of_releases(connection, select(live_calls.c.release_id))
    )


def _of_takes(connection: Connection, wanted: Select[Any]) -> Sounds:
    found = {
        place_and_sha
        for row in connection.execute(wanted)
        for place_and_sha in (("originals", row.original_sha), ("clips", row.clip_sha))
    }
    return {(place, sha) for place, sha in found if sha}


def _of_releases(connection: Connection, ids: Select[Any]) -> Sounds:
    documents = connection.execute(select(releases.c.clips).where(releases.c.id.in_(ids))).scalars()
    return {
        ("clips", sha)
        for document in documents
        for prompts in json.loads(document).values()
        for sha, _seconds in prompts.values()
    }


def _of_panels(connection: Connection, today: date) -> Sounds:
    # Where it is still yesterday, listeners are let in for hours after the last day is over here.
    still_open = select(panels.c.clips).where(panels.c.closes_on >= today - timedelta(days=1))
    heard = connection.execute(still_open).scalars()
    return {("clips", sha) for document in heard for _prompt, sha, _seconds in json.loads(document)}


def contradictions(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Drafts that can't be read, which would stop every page that reads drafts; and numbers on sheets that mean
    something else here: with them somebody would record other words than they read."""
    unread = [str(row["pack"]) for row in rows.get(drafts.name, ()) if not _can_be_read(str(row["document"]))]
    if unread:
        return [f"The draft {unread[0]} in the backup can't be read by this Warmline."]
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


def _can_be_read(document: str) -> bool:
    try:
        pack_from_document(json.loads(document))
    except (UnknownPackDocument, ValueError, TypeError, AttributeError, RecursionError):
        return False
    return True
