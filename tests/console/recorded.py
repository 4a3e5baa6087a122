"""Takes that people have recorded, as a worker leaves them, for the pages on which they are heard and approved."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from audio.fingerprint import PIPELINE_VERSION, script_fingerprint
from audio.take_rows import Source, Take
from audio.take_work import Made
from flows.model import Flow, Menu, Option, Pack, Play
from ivr.people.person import Person
from ivr.recording.parts import RecordingParts
from tests.console.desk import Desk, Worker
from tests.hotline import TODAY, short_clip

_numbers = itertools.count(1000)
PEAKS = bytes(range(0, 200)) 


def room_of(desk: Desk) -> RecordingParts:
    """The recording room of a desk."""
    return desk.hotline.wiring.recording


def bring(desk: Desk, pack: Pack | None = None) -> Pack:
    """Makes a pack the draft that is worked on: the one on air unless another is given."""
    brought = pack or desk.hotline.pack
    room_of(desk).drafts.bring(brought, TODAY)
    return brought


def speaks(desk: Desk, worker: Worker, *languages: str) -> Person:
    """Somebody says in their profile which languages they speak."""
    person = desk.person(worker)
    desk.hotline.wiring.people.profiles.change(
        worker.id, name=person.name, languages=languages, gender="", time_zone="UTC", reads="", now=desk.now
    )
    return desk.person(worker)


def recorded(
    desk: Desk,
    by: Worker,
    prompt: str = "welcome",
    language: str = "sw",
    voice: str = "Sara",
    source: Source = "browser",
    findings: Sequence[dict[str, Any]] = (),
    words: str | None = None,
) -> Take:
    """A take of the draft's words that a worker has made a clip of; `words`: what was read instead."""
    room = room_of(desk)
    script = room.drafts.script(prompt, language)
    assert script
    number = next(_numbers)
    sound = short_clip(number, seconds=0.5)
    take = room.takes.receive(
        upload_id=f"upload-{number}",
        content=sound,
        prompt=prompt,
        language=language,
        voice=voice,
        fingerprint=script_fingerprint(script.text if words is None else words),
        source=source,
        file_name="",
        by=by.id,
        today=TODAY,
        now=desk.now,
    )
    begun = room.work.begin(take.id, desk.now)
    assert begun
    report = {"seconds": 2.0, "recorded_seconds": 2.5, "loudness": -23.0, "findings": list(findings)}
    made = Made(room.media.put(sound), 2.0, PIPELINE_VERSION, report, PEAKS)
    assert room.work.finish(begun, made, desk.now)
    return room.takes.take(take.id)
