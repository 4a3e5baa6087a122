"""Takes that people have recorded, as a worker leaves them, for the pages on which they are heard and approved."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from sqlalchemy import delete

from audio.fingerprint import PIPELINE_VERSION, script_fingerprint
from audio.tables import clips
from audio.take_rows import Take
from audio.take_work import Made
from flows.model import Pack, Script
from ivr.people.person import Person
from ivr.people.roles import Role
from ivr.recording.parts import RecordingParts
from tests.console.desk import Desk, Worker
from tests.hotline import TODAY, short_clip

_numbers = itertools.count(1000)


def room_of(desk: Desk) -> RecordingParts:
    """The recording room of a desk."""
    return desk.hotline.wiring.recording


def bring(desk: Desk, pack: Pack | None = None) -> Pack:
    """Makes a pack the draft that is worked on: the one on air unless another is given."""
    brought = pack or desk.hotline.pack
    room_of(desk).drafts.bring(brought, TODAY)
    return brought


def with_words(pack: Pack, key: tuple[str, str], text: str) -> Pack:
    """The same pack, in which one script says something else."""
    script: Script = pack.scripts[key]
    return replace(pack, scripts={**pack.scripts, key: replace(script, text=text)})


def forget_clips(desk: Desk, language: str) -> None:
    """Nothing is recorded in a language."""
    with desk.hotline.wiring.database.begin() as connection:
        connection.execute(delete(clips).where(clips.c.language == language))


def speaks(desk: Desk, worker: Worker, *languages: str) -> Person:
    """Somebody says in their profile which languages they speak."""
    desk.hotline.wiring.people.profiles.change(
        worker.id, name=worker.name, languages=languages, gender="", time_zone="UTC", reads="", now=desk.now
    )
    return desk.person(worker)


def recorded(
    desk: Desk,
    by: Worker,
    prompt: str = "welcome",
    language: str = "sw",
    *,
    voice: str = "Sara",
    findings: Sequence[dict[str, Any]] = (),
    words: str | None = None,
) -> Take:
    """A take of the draft's words that a worker has made a clip of; `words`: what was read instead."""
    room, number = room_of(desk), next(_numbers)
    script = room.drafts.script(prompt, language)
    assert script
    sound = short_clip(number, seconds=0.5)
    take = room.takes.receive(
        upload_id=f"upload-{number}",
        content=sound,
        prompt=prompt,
        language=language,
        voice=voice,
        fingerprint=script_fingerprint(script.text if words is None else words),
        source="browser",
        file_name="",
        by=by.id,
        today=TODAY,
        now=desk.now,
    )
    begun = room.work.begin(take.id, desk.now)
    assert begun
    report = {"measured": {"loudness": -23.0}, "findings": list(findings)}
    peaks = Random(number).randbytes(200)
    assert room.work.finish(
        begun, Made(room.media.put(sound), 0.5, PIPELINE_VERSION, report, peaks), desk.now
    )
    return room.takes.take(take.id)


def approved(desk: Desk, by: Worker, reviewer: Worker, prompt: str = "welcome", **more: Any) -> Take:
    """A take that a second person has heard and approved."""
    take = recorded(desk, by, prompt, **more)
    return room_of(desk).reviewing.approve(reviewer.id, take.id, desk.now)


def agree_to_everything(desk: Desk) -> None:
    """Daniel, a supervisor, has read all therapeutic scripts as they are now."""
    daniel = desk.employ("Daniel", Role.SUPERVISOR)
    drafts, reviewing = room_of(desk).drafts, room_of(desk).reviewing
    for (prompt, code), fingerprint in drafts.fingerprints().items():
        script = drafts.script(prompt, code)
        if script and script.therapeutic:
            reviewing.review_clinically(daniel.id, prompt, code, fingerprint, desk.now)
